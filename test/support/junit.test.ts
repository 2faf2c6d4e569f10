// The counts a run ends with: every way to fail must show in them.
import { describe, expect, test } from "bun:test";
import { countsOf, failuresOf, summaryOf } from "./junit.ts";

const report = (tests: number, failures: number, skipped: number, ...files: string[]) =>
  [
    `<?xml version="1.0"?>`,
    `<testsuites name="bun test" tests="${tests}" assertions="9" failures="${failures}" skipped="${skipped}" time="1">`,
    ...files.map(
      (file) =>
        `<testsuite name="${file}" file="${file}" tests="1" failures="0" skipped="0"></testsuite>`,
    ),
    `</testsuites>`,
  ].join("\n");

test("failuresOf names each failed test and begins what it says", () => {
  const failing = [
    `<testcase name="sound" classname="a" time="1" file="test/a.test.ts" line="2" assertions="1" />`,
    `<testcase name="&lt;odd&gt; &amp; bad" classname="a" time="1" file="test/a.test.ts" line="3" assertions="1">`,
    `  <failure type="AssertionError" message="expect(received)&#10;&#10;  {&#10;-   &quot;a&quot;: 2">AssertionError</failure>`,
    `</testcase>`,
  ];
  expect(failuresOf(failing.join("\n"))).toEqual([
    'failed: test/a.test.ts: <odd> & bad: expect(received) { - "a": 2',
  ]);
  expect(failuresOf("")).toEqual([]);
});

describe("countsOf", () => {
  test("takes the totals of the report", () => {
    expect(countsOf(report(10, 2, 3, "test/a.test.ts"), ["test/a.test.ts"], 1)).toEqual({
      passed: 5,
      failed: 2,
      skipped: 3,
    });
  });
  test("counts a file that is not in the report as failed", () => {
    const counts = countsOf(
      report(1, 0, 0, "test/a.test.ts"),
      ["test/a.test.ts", "test/b.test.ts"],
      1,
    );
    expect(counts).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });
  test("counts a failure that only the exit code tells of", () => {
    expect(countsOf(report(1, 0, 0, "test/a.test.ts"), ["test/a.test.ts"], 1).failed).toBe(1);
  });
  test("counts a run without a report as failed", () => {
    expect(countsOf("", [], 1)).toEqual({ passed: 0, failed: 1, skipped: 0 });
    expect(countsOf("", ["test/a.test.ts", "test/b.test.ts"], 130).failed).toBe(2);
  });
  test("finds no failure in a run that has none", () => {
    expect(countsOf(report(1, 0, 0, "test/a.test.ts"), ["test/a.test.ts"], 0)).toEqual({
      passed: 1,
      failed: 0,
      skipped: 0,
    });
  });
});

describe("summaryOf", () => {
  test("says how many passed and failed, and how many were skipped where some were", () => {
    expect(summaryOf({ passed: 120, failed: 0, skipped: 0 })).toBe("120 passed, 0 failed");
    expect(summaryOf({ passed: 118, failed: 1, skipped: 1 })).toBe(
      "118 passed, 1 failed, 1 skipped",
    );
  });
});
