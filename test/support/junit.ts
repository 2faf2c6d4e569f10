// Reads the counts out of the report of `bun test`, and notices what such a report leaves out.

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * The counts of a run of the test files `expected` (paths below the checkout) that ended with `exitCode`.
 * A file that could not be loaded has no place in the report: it counts as one failure. So does a failure outside any test,
 * as in a hook or after the last test, which shows in the exit code alone.
 */
export function countsOf(report: string, expected: readonly string[], exitCode: number): Counts {
  const totals = /<testsuites\b[^>]*>/.exec(report)?.[0] ?? "";
  const total = (name: string) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(totals)?.[1] ?? 0);
  const reported = Array.from(
    report.matchAll(/<testsuite\b[^>]*\bfile="([^"]*)"/g),
    ([, file]) => file,
  );
  const missing = expected.filter((file) => !reported.some((path) => path?.endsWith(file)));
  const failures = total("failures") + missing.length;
  return {
    passed: total("tests") - total("failures") - total("skipped"),
    failed: exitCode !== 0 && failures === 0 ? 1 : failures,
    skipped: total("skipped"),
  };
}

const entities: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&#10;": " ",
  "&amp;": "&",
};
const decoded = (text: string) => text.replace(/&#?\w+;/g, (entity) => entities[entity] ?? entity);

/** A line for each test that failed, with the beginning of what it says: for the end of a log of thousands of lines. */
export const failuresOf = (report: string): string[] =>
  Array.from(
    report.matchAll(
      /<testcase name="([^"]*)"[^>]*\bfile="([^"]*)"[^>]*>\s*<failure\b[^>]*?\bmessage="([^"]*)"/g,
    ),
    ([, name = "", file = "", message = ""]) =>
      `failed: ${file}: ${decoded(name)}: ${decoded(message).replace(/\s+/g, " ").slice(0, 600)}`,
  );

/** The last line of a run: `120 passed, 0 failed`, and `, 3 skipped` where some were. */
export function summaryOf({ passed, failed, skipped }: Counts): string {
  const rest = skipped > 0 ? `, ${skipped} skipped` : "";
  return `${passed} passed, ${failed} failed${rest}`;
}
