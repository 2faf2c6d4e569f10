// Which passwords are good enough, and what is said about the others.
import { describe, expect, test } from "bun:test";
import { assessPassword, problemText } from "#platform/passwords/strength.ts";
import { texts } from "#platform/passwords/texts.ts";

const policy = {
  minLength: 14,
  minScore: 3,
  inputs: ["jane.doe@acme.com", "Jane", "Doe", "Acme Hospital"],
} as const;
const problems = async (password: string) => (await assessPassword(password, policy)).problems;

describe("assessPassword", () => {
  test("accepts several words without digits, and says so", async () => {
    expect(await assessPassword("lamp orbit turnip quiet", policy)).toEqual({
      ok: true,
      score: 4,
      problems: [],
      warning: null,
      suggestions: [],
      crackTimeText: texts.centuries,
    });
  });

  for (const [password, found] of [
    ["", ["too_short", "too_weak"]],
    ["xK9#qLm2$vB", ["too_short"]],
    ["passwordpassword", ["common", "too_weak"]],
    ["aaaaaaaaaaaaaaaa", ["too_weak"]],
    ["qwertyuiopasdfgh", ["too_weak"]],
    ["P@ssw0rd12345678", ["too_weak"]],
    ["jane.doe@acme.com", ["too_weak"]],
    ["Acme Hospital1", ["too_weak"]],
  ] as const) {
    test(`finds ${found.join(" and ")} in "${password}"`, async () => {
      expect(await problems(password)).toEqual([...found]);
    });
  }

  test("names a common password whatever the policy, in any case", async () => {
    const lenient = { minLength: 1, minScore: 0, inputs: [] } as const;
    for (const password of ["password", "PassWord", "123456", "Qwerty123"]) {
      expect((await assessPassword(password, lenient)).problems).toEqual(["common"]);
    }
    expect((await assessPassword("lamp orbit", lenient)).ok).toBe(true);
  });

  test("counts characters, not code units", async () => {
    expect(
      await problems("\u{1f511}\u{1f30b}\u{1f413}\u{1f525}\u{1f6f6}\u{1f9c2}\u{1f3ba}"),
    ).toContain("too_short");
  });

  test("refuses more than 256 characters without rating them", async () => {
    expect(await problems("lamp orbit turnip ".repeat(15))).toEqual(["too_long"]);
    expect((await assessPassword("lamp orbit turnip ".repeat(7), policy)).ok).toBe(true);
  });

  test("warns and suggests in our own words", async () => {
    const rated = await assessPassword("jane.doe@acme.com", policy);
    expect(rated.warning).toBe(texts.aboutYou);
    expect(rated.suggestions).toContain(texts.moreWords);
    // Who knows the person is quicker than any estimate.
    expect(rated.crackTimeText).toBeNull();
    expect((await assessPassword("zqzq", policy)).crackTimeText).toMatch(/second|minute/);
  });

  test("has a sentence for everything that the rating says", async () => {
    const samples = [
      "",
      "a",
      "aaaaaa",
      "abcabcabc",
      "abcdef",
      "1994",
      "13.05.1994",
      "qwerty",
      "zxcvfr4e",
      "password",
      "p4ssword",
      "drowssap",
      "PASSWORD",
      "Monkey",
      "smith",
      "jennifer",
      "turnip",
      "mondaytuesday",
      "jane",
    ];
    for (const sample of samples) {
      const { warning, suggestions } = await assessPassword(sample, policy);
      for (const said of [warning ?? "None", ...suggestions])
        expect(said).toMatch(/^[A-Z][\w, ]+$/);
      expect(suggestions.length).toBeGreaterThan(0);
    }
  });

  test("refuses a long password that is only the person's own names strung together", async () => {
    const inputs = ["Jane", "Acme Hospital", "jane@acme.test"];
    const strung = await assessPassword("acmehospitaljane", { ...policy, inputs });
    expect(strung.problems).toEqual(["too_weak"]);
    expect(strung.warning).toBe(texts.aboutYou);
    // zxcvbn multiplies with every space; whoever knows the person guesses it all the same.
    for (const spaced of [
      "jane acme hospital 2026",
      "Jane, Acme-Hospital 1999",
      "jane_acme_hospital!!",
    ])
      expect(await assessPassword(spaced, { ...policy, inputs })).toMatchObject({
        ok: false,
        problems: ["too_weak"],
        warning: texts.aboutYou,
        crackTimeText: null,
      });
    const mixed = await assessPassword("jane walks otters nightly", { ...policy, inputs });
    expect(mixed.ok).toBe(true);
  });
});

test("problemText says what to do about each problem", () => {
  expect(problemText("too_short", policy)).toBe("Use at least 14 characters");
  expect(problemText("too_long", policy)).toBe("Use at most 256 characters");
  expect(problemText("breached", policy)).toBe(texts.breached);
});
