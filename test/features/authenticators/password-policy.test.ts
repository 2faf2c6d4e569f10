// Which passwords are accepted, and what is said about the others.
import { describe, expect, test } from "bun:test";
import {
  judgeNewPassword,
  ratePassword,
  rulesFor,
  waitText,
} from "#features/authenticators/index.ts";
import { defaultPolicy, type Policy } from "#features/policy/index.ts";
import { createKeyring } from "#platform/crypto/keyring.ts";
import { createLogger } from "#platform/log.ts";
import { createBreachChecker } from "#platform/passwords/breaches/checker.ts";
import { TenantId, UserId } from "#src/ids.ts";
import type { Role } from "#src/permissions.ts";
import { noOutbound, testConfig } from "../../support/services.ts";

const { breaches: settings, keys: secrets } = testConfig();
const log = createLogger({ level: "silent" });
const services = {
  breaches: createBreachChecker(settings, { outbound: noOutbound, log }),
  keys: createKeyring(secrets),
};
const owner = {
  tenantId: TenantId.parse(crypto.randomUUID()),
  userId: UserId.parse(crypto.randomUUID()),
};
const person = {
  firstName: "Wilhelmina",
  lastName: "Strathclyde",
  email: "w.strath@weavers.example",
};
const organisation = "Northern Weavers";
const rules = (policy: Partial<Policy> = {}, role: Role = "member") =>
  rulesFor({ ...defaultPolicy, ...policy }, role);
const judge = (password: string, asked = rules()) =>
  judgeNewPassword(
    { services, now: new Date(), signal: AbortSignal.timeout(10_000) },
    { password, person, organisation, rules: asked },
    owner,
  );
const problem = async (password: string, asked = rules()) => (await judge(password, asked)).problem;
const rate = (password: string) => ratePassword({ password, person, organisation, rules: rules() });

describe("a new password", () => {
  test.each([
    "otter lantern velvet quarry",
    "kX9#mQ2$vL7&pRw",
    "пароль из четырёх слов и рыбы",
    "🐟🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧🐦🦉",
    `${"otter lantern velvet quarry ".repeat(9)}end`,
  ])("may be %j", async (password) => {
    expect(await problem(password)).toBeNull();
  });

  test.each([
    ["kX9#mQ2$vL7&pR", /at least 15/],
    ["a".repeat(257), /at most 256/],
    ["aaaaaaaaaaaaaaaaaaaa", /too easy/],
    ["abcdefghijklmnopqrstuvwxyz", /too easy|tried first/],
    ["password1234567", /too easy|tried first/],
    ["Wilhelmina Strathclyde", /too easy/],
    ["w.strath@weavers.example", /too easy/],
    ["northern weavers", /too easy/],
    ["WeftID weft WeftID weft", /too easy/],
  ])("may not be %j", async (password, says) => {
    expect(await problem(password)).toMatch(says);
  });
});

describe("the tenant's policy", () => {
  test("decides on the length, and the sentence names the real number", async () => {
    expect(await problem("zq8Kd0xW1", rules({ passwordMinLength: 8 }))).toBeNull();
    expect(await problem("kX9#mQ2", rules({ passwordMinLength: 8 }))).toBe(
      "Use at least 8 characters",
    );
    expect(await problem("otter lantern velvet", rules({ passwordMinLength: 32 }))).toBe(
      "Use at least 32 characters",
    );
  });

  test("decides on the strength", async () => {
    const middling = "zq8Kd0xW1"; // zxcvbn: 3
    const short = { passwordMinLength: 8 };
    expect(await problem(middling, rules({ ...short, passwordMinScore: 3 }))).toBeNull();
    expect(await problem(middling, rules({ ...short, passwordMinScore: 4 }))).toMatch(/too easy/);
  });

  test("never asks less than 14 characters of a super administrator", () => {
    expect(rules({ passwordMinLength: 8 }, "super_admin").minLength).toBe(14);
    expect(rules({ passwordMinLength: 20 }, "super_admin").minLength).toBe(20);
    expect(rules({ passwordMinLength: 8 }, "admin").minLength).toBe(8);
  });
});

describe("what is remembered of a good one", () => {
  test("is its length in characters, its score, and for the breach check nothing that can be read back", async () => {
    const judged = await judge("gru\u0308\u00dfe otter lantern velvet");
    if (judged.problem !== null) throw new Error(judged.problem);
    const { stamp } = judged;
    expect(stamp).toMatchObject({
      password_length: 26,
      password_score: 4,
      breach_checked_at: null,
    });
    expect(stamp.breach_mac).toHaveLength(32);
    const again = await judge("gr\u00fc\u00dfe otter lantern velvet");
    expect("stamp" in again && again.stamp.breach_mac).toEqual(stamp.breach_mac);
    const of = { ...owner, userId: UserId.parse(crypto.randomUUID()) };
    const other = await judgeNewPassword(
      { services, now: new Date(), signal: AbortSignal.timeout(10_000) },
      { password: "gr\u00fc\u00dfe otter lantern velvet", person, organisation, rules: rules() },
      of,
    );
    expect("stamp" in other && other.stamp.breach_mac).not.toEqual(stamp.breach_mac);
  });
});

describe("the meter", () => {
  test("is empty for nothing and full for a good one", async () => {
    expect(await rate("")).toEqual({ score: null, advice: null, crackTime: null });
    const { score, advice } = await rate("otter lantern velvet quarry");
    expect(score).toBe(4);
    expect(advice).toBe("Good enough");
  });
  test("says how long guessing would take, but not where a list or an acquaintance is quicker", async () => {
    const times: (string | null)[] = [];
    for (const password of [
      "otter lantern velvet quarry",
      "kX9#mQ2$",
      "zqzq",
      "password",
      "Wilhelmina Strathclyde",
      "a".repeat(257),
    ])
      times.push((await rate(password)).crackTime);
    expect(times.map((time) => time?.replace(/.* would take /, "") ?? null)).toEqual([
      "centuries",
      "2 hours",
      "less than a second",
      null,
      null,
      null,
    ]);
  });
  test("never shows an accepted score for what is refused", async () => {
    for (const password of ["kX9#mQ2$vL7&p", "Wilhelmina Strathclyde", "a".repeat(257), "x"]) {
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
