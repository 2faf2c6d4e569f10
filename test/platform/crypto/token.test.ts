// Tokens: their form, what is kept of them, and digits without bias.
import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { equalBytes, hashToken, randomDigits, randomToken } from "#platform/crypto/token.ts";

describe("randomToken", () => {
  test("hands out 256 bits as 43 base64url characters and their SHA-256", () => {
    const { token, hash } = randomToken();
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(Buffer.from(token, "base64url")).toHaveLength(32);
    expect(hash).toEqual(createHash("sha256").update(token, "ascii").digest());
    expect(randomToken().token).not.toBe(token);
  });

  test("is found by its own spelling only", () => {
    const token = "A".repeat(42) + "A";
    const sameBytes = "A".repeat(42) + "B"; // the last character carries two spare bits
    expect(Buffer.from(token, "base64url")).toEqual(Buffer.from(sameBytes, "base64url"));
    expect(hashToken(token)).not.toEqual(hashToken(sameBytes));
  });
});

describe("equalBytes", () => {
  test("compares content and length", () => {
    expect(equalBytes(Buffer.from("abc"), Buffer.from("abc"))).toBe(true);
    expect(equalBytes(Buffer.from("abc"), Buffer.from("abd"))).toBe(false);
    expect(equalBytes(Buffer.from("abc"), Buffer.from("ab"))).toBe(false);
    expect(equalBytes(Buffer.alloc(0), Buffer.alloc(0))).toBe(true);
  });
});

describe("randomDigits", () => {
  test("gives as many digits as asked for, leading zeros too", () => {
    const codes = Array.from({ length: 400 }, () => randomDigits(8));
    for (const code of codes) expect(code).toMatch(/^\d{8}$/);
    expect(codes.some((code) => code.startsWith("0"))).toBe(true);
  });

  test("draws each digit equally often", () => {
    const counts = new Map<string, number>();
    for (const digit of randomDigits(50_000)) counts.set(digit, (counts.get(digit) ?? 0) + 1);
    expect(counts.size).toBe(10);
    // 5,000 expected, standard deviation 67: six of them either way
    for (const count of counts.values()) expect(Math.abs(count - 5_000)).toBeLessThan(402);
  });
});
