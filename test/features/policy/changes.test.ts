// What differs between two policies, and which differences can keep people out.
import { describe, expect, test } from "bun:test";
import {
  changesOf,
  contradictions,
  defaultPolicy,
  Policy,
  policyFields,
  riskyFields,
} from "#features/policy/index.ts";

const [one, other] = [
  "ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4",
  "fbfc3007-154e-4ecc-8c0b-6e020557d7bd",
];
const change = (from: Partial<Policy>, to: Partial<Policy>) =>
  [
    { ...defaultPolicy, ...from },
    { ...defaultPolicy, ...to },
  ] as const;

describe("what can keep people out", () => {
  test.each([
    ["the mailbox is asked for first", { emailProofFirst: false }, { emailProofFirst: true }],
    ["more strength", { strength: "baseline" }, { strength: "strong" }],
    ["much more strength", { strength: "strong" }, { strength: "phishing_resistant" }],
    ["less grace", { graceDays: 7 }, { graceDays: 6 }],
    ["a list of passkey models", { passkeyAaguids: null }, { passkeyAaguids: [one] }],
    ["a shorter list", { passkeyAaguids: [one, other] }, { passkeyAaguids: [other] }],
    ["another list", { passkeyAaguids: [one] }, { passkeyAaguids: [other] }],
  ] as const)("is %s", (_, from, to) => {
    const [previous, proposed] = change(from as Partial<Policy>, to as Partial<Policy>);
    expect(riskyFields(previous, proposed)).toEqual(Object.keys(to) as never);
    const back = "passkeyAaguids" in to ? [] : riskyFields(proposed, previous);
    expect(back).toEqual([]);
  });

  test("is nothing else", () => {
    const [previous, proposed] = change(
      { graceDays: 3, strength: "strong", passkeyAaguids: [one], rememberDeviceDays: 30 },
      {
        graceDays: 4,
        strength: "baseline",
        passkeyAaguids: [one, other],
        passwordMinLength: 64,
        passwordMinScore: 4,
        sessionIdleSeconds: 300,
        sessionAbsoluteSeconds: 900,
        keepSignedIn: false,
        resetNeedsTwoAdmins: true,
        inactiveAfterDays: 14,
        peopleEditNames: false,
      },
    );
    expect(riskyFields(previous, proposed)).toEqual([]);
  });
});

test("changesOf names each field that differs, with both values", () => {
  expect(changesOf(defaultPolicy, defaultPolicy)).toEqual([]);
  const [previous, proposed] = change({}, { graceDays: 0, passkeyAaguids: [one] });
  expect(changesOf(previous, proposed)).toEqual([
    { field: "graceDays", from: 7, to: 0 },
    { field: "passkeyAaguids", from: null, to: [one] },
  ]);
});

describe("contradictions", () => {
  test.each<[Partial<Policy>, string[]]>([
    [{ passwordMinLength: 15, rememberDeviceDays: 30 }, []],
    [{ passwordMinLength: 14 }, ["passwordMinLength"]],
    [{ passwordMinLength: 14, strength: "strong" }, ["passwordMinLength"]],
    [{ passwordMinLength: 14, graceDays: 0 }, ["passwordMinLength"]],
    [{ passwordMinLength: 8, strength: "strong", graceDays: 0 }, []],
    [{ passwordMinLength: 8, strength: "phishing_resistant", graceDays: 0 }, []],
    [
      { passwordMinLength: 8, strength: "strong", graceDays: 0, rememberDeviceDays: 1 },
      ["rememberDeviceDays"],
    ],
    [{ sessionIdleSeconds: 7_200, sessionAbsoluteSeconds: 3_600 }, ["sessionIdleSeconds"]],
    [{ sessionIdleSeconds: 3_600, sessionAbsoluteSeconds: 3_600 }, []],
    [{ sessionIdleSeconds: null, sessionAbsoluteSeconds: 3_600 }, []],
  ])("of %p", (settings, fields) => {
    expect(Object.keys(contradictions({ ...defaultPolicy, ...settings }))).toEqual(fields);
  });
});

describe("Policy", () => {
  test("takes AAGUIDs of every vendor, in lower case, each once, in order", () => {
    const { passkeyAaguids } = Policy.parse({
      ...defaultPolicy,
      passkeyAaguids: [other, one.toUpperCase(), ` ${one}`],
    });
    expect(passkeyAaguids).toEqual([one, other]);
  });

  test.each([
    ["passwordMinLength", [7, 65, 14.5, "14"]],
    ["passwordMinScore", [2, 5]],
    ["emailProofFirst", ["yes", 1]],
    ["strength", ["stronger", null]],
    ["graceDays", [-1, 91]],
    ["rememberDeviceDays", [-1, 91]],
    ["passkeyAaguids", [[], ["ea9b8d66"], "any"]],
    ["sessionIdleSeconds", [299, 2_592_001]],
    ["sessionAbsoluteSeconds", [899, 2_592_001, null]],
    ["keepSignedIn", [null]],
    ["resetNeedsTwoAdmins", [null]],
    ["inactiveAfterDays", [1, 15, 366]],
    ["peopleEditNames", ["no"]],
  ] as const)("refuses %s out of bounds, in a sentence of ours", (field, values) => {
    for (const value of values) {
      const { success, error } = Policy.safeParse({ ...defaultPolicy, [field]: value });
      expect(success).toBe(false);
      expect(error?.issues[0]?.message).not.toMatch(/^(Invalid|Too|Expected)/);
    }
    expect(Policy.safeParse({ ...defaultPolicy, [field]: undefined }).success).toBe(false);
  });

  test("has no other fields than these are about", () => {
    expect(policyFields.toSorted()).toEqual(Object.keys(defaultPolicy).toSorted() as never);
  });
});
