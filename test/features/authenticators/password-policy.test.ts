// Which passwords are accepted, and what is said about the others.
import { describe, expect, test } from "bun:test";
import { newPasswordProblem, ratePassword, waitText } from "#features/authenticators/index.ts";
import { noOutbound } from "../../support/services.ts";

const person = {
  firstName: "Wilhelmina",
  lastName: "Strathclyde",
  email: "w.strath@weavers.example",
};
const problem = (password: string) =>
  newPasswordProblem(
    { outbound: noOutbound },
    { password, person, organisation: "Northern Weavers" },
    AbortSignal.timeout(10_000),
  );
const rate = (password: string) =>
  ratePassword({ password, person, organisation: "Northern Weavers" });

describe("a new password", () => {
  test.each([
    "otter lantern velvet quarry",
    "kX9#mQ2$vL7&pR",
    "пароль из четырёх слов и рыбы",
    "🐟🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧🐦",
  ])("may be %j", async (password) => {
    expect(await problem(password)).toBeNull();
  });

  test.each([
    ["kX9#mQ2$vL7&p", /at least 14/],
    ["a".repeat(129), /at most 128/],
    ["aaaaaaaaaaaaaaaaaaaa", /too easy/],
    ["abcdefghijklmnopqrstuvwxyz", /too easy|tried first/],
    ["password1234567", /too easy|tried first/],
    ["Wilhelmina Strathclyde", /too easy/],
    ["w.strath@weavers.example", /too easy/],
    ["northern weavers", /too easy/],
  ])("may not be %j", async (password, says) => {
    expect(await problem(password)).toMatch(says);
  });
});

describe("the meter", () => {
  test("is empty for nothing and full for a good one", async () => {
    expect(await rate("")).toEqual({ score: null, advice: null });
    const { score, advice } = await rate("otter lantern velvet quarry");
    expect(score).toBe(4);
    expect(advice).toBe("Good enough");
  });
  test("never shows an accepted score for what is refused", async () => {
    for (const password of ["kX9#mQ2$vL7&p", "Wilhelmina Strathclyde", "a".repeat(129), "x"]) {
      const { score, advice } = await rate(password);
      expect(score).toBeLessThan(3);
      expect(advice).not.toBe("Good enough");
    }
  });
});

describe("waitText", () => {
  test.each([
    [1, "1 second"],
    [59, "59 seconds"],
    [60, "1 minute"],
    [61, "2 minutes"],
    [7_199, "120 minutes"],
    [7_200, "2 hours"],
    [80_000, "23 hours"],
  ])("says %d s as %j", (seconds, text) => {
    expect(waitText(seconds)).toBe(text);
  });
});
