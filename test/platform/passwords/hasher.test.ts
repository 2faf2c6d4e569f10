// Password hashes: their form, what verifies, equal time for accounts that do not exist, and the bounded queue.
import { describe, expect, test } from "bun:test";
import { DomainError } from "#platform/errors.ts";
import {
  createPasswordHasher,
  passwordsBusy,
  passwordTooLong,
} from "#platform/passwords/hasher.ts";
import { testDatabase } from "../../support/database.ts";

const store = await testDatabase();
const passwords = createPasswordHasher();
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "done",
    (error: unknown) => (error instanceof DomainError ? error.code : String(error)),
  );
/** Processor time, which other processes on a busy machine do not add to. */
const processorTimeOf = async (work: () => Promise<unknown>) => {
  const begun = process.cpuUsage();
  await work();
  return process.cpuUsage(begun).user;
};
const median = (values: number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

describe("hash and verify", () => {
  test("makes an argon2id string of 19 MiB, two passes, one lane, with a salt of its own", async () => {
    const [first, second] = await Promise.all([
      passwords.hash("lamp-bird-81"),
      passwords.hash("lamp-bird-81"),
    ]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(second).not.toBe(first);
    expect(passwords.needsRehash(first)).toBe(false);
  });

  test("knows the right password from a wrong one", async () => {
    const stored = await passwords.hash("lamp-bird-81");
    expect(await passwords.verify("lamp-bird-81", stored)).toBe(true);
    expect(await passwords.verify("lamp-bird-82", stored)).toBe(false);
    expect(await passwords.verify("", stored)).toBe(false);
  });

  test("takes one password typed in two Unicode forms for the same", async () => {
    const stored = await passwords.hash("gr\u00fc\u00dfe-lampe");
    expect(await passwords.verify("gru\u0308\u00dfe-lampe", stored)).toBe(true);
  });

  test("verifies what Bun.password made, and asks for a new hash when the parameters differ", async () => {
    const other = await Bun.password.hash("x", {
      algorithm: "argon2id",
      memoryCost: 8_192,
      timeCost: 1,
    });
    expect(await passwords.verify("x", other)).toBe(true);
    expect(passwords.needsRehash(other)).toBe(true);
    expect(passwords.needsRehash("$argon2i$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA")).toBe(true);
  });

  test("counts 256 characters and not one more, whatever they are made of", async () => {
    const most = "\u{1f511}".repeat(256);
    expect(await passwords.verify(most, await passwords.hash(most))).toBe(true);
    for (const longer of [
      `${most}a`,
      "a".repeat(257),
      "a".repeat(1_000_000),
      "a\u0323\u0307".repeat(100_000),
    ]) {
      expect(await codeOf(passwords.hash(longer))).toBe(passwordTooLong.code);
      expect(await passwords.verify(longer, null)).toBe(false);
    }
    const combined = "u\u0308".repeat(256); // composes to 256 characters
    expect(await codeOf(passwords.hash(combined))).toBe("done");
  });
});

describe("an account without a password", () => {
  test("is never verified", async () => {
    expect(await passwords.verify("", null)).toBe(false);
    expect(await passwords.verify("lamp-bird-81", null)).toBe(false);
  });

  test("costs as much as one with a wrong password", async () => {
    const stored = await passwords.hash("lamp-bird-81");
    const [known, unknown]: [number[], number[]] = [[], []];
    for (let round = 0; round < 9; round += 1) {
      known.push(await processorTimeOf(() => passwords.verify("wrong", stored)));
      unknown.push(await processorTimeOf(() => passwords.verify("wrong", null)));
    }
    const ratio = median(unknown) / median(known);
    expect(ratio).toBeGreaterThan(0.6);
    expect(ratio).toBeLessThan(1.7);
  });
});

describe("the queue", () => {
  test("refuses what it has no room for at once, and does the rest", async () => {
    const small = createPasswordHasher({ concurrency: 1, queueMax: 2 });
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, () => codeOf(small.verify("x", null))),
    );
    expect(outcomes).toEqual(["done", "done", "done", passwordsBusy.code, passwordsBusy.code]);
    expect(await codeOf(small.verify("x", null))).toBe("done");
    expect(passwordsBusy.spec).toMatchObject({ status: 503, retryAfterSeconds: 2 });
  });

  test("gives the place of a failed task to the next", async () => {
    const one = createPasswordHasher({ concurrency: 1, queueMax: 5 });
    const broken = codeOf(one.verify("x", "no hash at all"));
    const next = codeOf(one.verify("x", null));
    expect(await broken).not.toBe("done");
    expect(await next).toBe("done");
    expect(await codeOf(one.verify("x", null))).toBe("done");
  });
});

test("nothing is hashed inside a transaction: a connection would wait for the processor", async () => {
  const { scope } = await store.aTenant();
  const inside = await scope.read(() => codeOf(passwords.verify("x", null)));
  expect(inside).toContain("inside a transaction");
});
