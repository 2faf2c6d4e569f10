// RFC 6238 appendix B (its 8 digits cut to the last 6) and the rules around it; and backup codes.
import { describe, expect, test } from "bun:test";
import { hashBackupCode, newBackupCodes } from "#protocols/backup-codes.ts";
import {
  groupedSecret,
  newTotpSecret,
  totpCode,
  totpStep,
  totpUri,
  verifyTotp,
} from "#protocols/totp.ts";

const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const at = (seconds: number) => new Date(seconds * 1000);

describe("totpCode", () => {
  test.each([
    [59, "287082"],
    [1_111_111_109, "081804"],
    [1_111_111_111, "050471"],
    [1_234_567_890, "005924"],
    [2_000_000_000, "279037"],
    [20_000_000_000, "353130"],
  ])("gives the RFC's code at second %d", (seconds, code) => {
    expect(totpCode(secret, totpStep(at(seconds)))).toBe(code);
  });
});

describe("verifyTotp", () => {
  const now = at(1_700_000_010);
  const step = totpStep(now);
  const verify = (code: string, lastStep: number | null = null) =>
    verifyTotp({ secret, code, now, lastStep });

  test("answers the step of the code", () => {
    expect(verify(totpCode(secret, step))).toBe(step);
  });
  test("accepts the step before and the step after", () => {
    expect(verify(totpCode(secret, step - 1))).toBe(step - 1);
    expect(verify(totpCode(secret, step + 1))).toBe(step + 1);
  });
  test("refuses two steps before and after", () => {
    expect(verify(totpCode(secret, step - 2))).toBeNull();
    expect(verify(totpCode(secret, step + 2))).toBeNull();
  });
  test("refuses a step already used and every step before it", () => {
    expect(verify(totpCode(secret, step), step)).toBeNull();
    expect(verify(totpCode(secret, step - 1), step)).toBeNull();
    expect(verify(totpCode(secret, step + 1), step)).toBe(step + 1);
  });
  test("ignores spaces", () => {
    const code = totpCode(secret, step);
    expect(verify(` ${code.slice(0, 3)} ${code.slice(3)} `)).toBe(step);
  });
  test.each(["", "12345", "1234567", "abcdef", "１２３４５６", "12345\n", "-12345", "1e5000"])(
    "refuses %j, which is no code",
    (code) => {
      expect(verify(code)).toBeNull();
    },
  );
});

describe("secrets", () => {
  test("have 160 bits and differ", () => {
    const secrets = Array.from({ length: 50 }, newTotpSecret);
    expect(secrets.every((each) => /^[A-Z2-7]{32}$/.test(each))).toBe(true);
    expect(new Set(secrets).size).toBe(50);
  });
  test("are shown in groups of four", () => {
    expect(groupedSecret("ABCDEFGH2345")).toBe("ABCD EFGH 2345");
  });
  test("travel in an address that names issuer and account", () => {
    const uri = new URL(totpUri({ issuer: "A: B & Söhne", account: "ada+x@example.com", secret }));
    expect(uri.protocol).toBe("otpauth:");
    expect(decodeURIComponent(uri.pathname)).toEndWith("/A  B & Söhne:ada+x@example.com");
    expect(uri.searchParams.get("secret")).toBe(secret);
    expect(uri.searchParams.get("issuer")).toBe("A  B & Söhne");
  });
});

describe("backup codes", () => {
  test("come in tens, in six groups of four letters that cannot be mistaken", () => {
    const codes = newBackupCodes();
    expect(codes).toHaveLength(10);
    for (const code of codes)
      expect(code).toMatch(/^[0-9a-hjkmnp-tv-z]{4}(-[0-9a-hjkmnp-tv-z]{4}){5}$/);
    expect(new Set([...codes, ...newBackupCodes(1_000)]).size).toBe(1_010);
  });
  test("are random enough for a plain hash: 112 bits at least (ASVS 6.5.2)", () => {
    const codes = newBackupCodes(20_000).map((code) => code.replaceAll("-", ""));
    // The entropy of each place of a code, from how often each letter stands there; places do not depend on each other.
    const bitsAt = (place: number) => {
      const counts = new Map<string, number>();
      for (const code of codes)
        counts.set(code.charAt(place), (counts.get(code.charAt(place)) ?? 0) + 1);
      const shares = [...counts.values()].map((count) => count / codes.length);
      return shares.reduce((bits, share) => bits - share * Math.log2(share), 0);
    };
    const bits = Array.from(codes[0] ?? "").reduce((sum, _, place) => sum + bitsAt(place), 0);
    expect(bits).toBeGreaterThan(119);
  });
  test("are found however they are typed", () => {
    const hash = hashBackupCode("7k2m-f9qx-4d0t-zw81-3h9p-6vb1");
    expect(hash).not.toBeNull();
    for (const typed of [
      "7K2MF9QX4D0TZW813H9P6VB1",
      " 7k2m f9qx 4dot zw8l 3h9p 6vb1 ",
      "7k2mf9-qx4d0T-ZW8I3H-9P6VBI",
    ]) {
      expect(hashBackupCode(typed)).toEqual(hash);
    }
  });
  test.each([
    "",
    "7k2m-f9qx-4d0t-zw81-3h9p-6vb",
    "7k2m-f9qx-4d0t-zw81-3h9p-6vb11",
    "7k2m-f9qx-4d0t-zw81-3h9p-6vbu",
    "💥💥💥💥💥💥💥💥💥💥💥💥",
  ])("cannot be %j", (typed) => {
    expect(hashBackupCode(typed)).toBeNull();
  });
});
