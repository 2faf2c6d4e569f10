// Hashes of other systems: each form verifies the right password and no other; what would melt the machine down is refused.
import { describe, expect, test } from "bun:test";
import { pbkdf2Sync } from "node:crypto";
import { createPasswordHasher } from "#platform/passwords/hasher.ts";
import { ImportedHashProblem, parseImported } from "#platform/passwords/imported/forms.ts";

const passwords = createPasswordHasher();
const right = "correct horse";
const salt = Buffer.from("0123456789abcdef");
const derive = (digest: string, length: number) =>
  pbkdf2Sync(right, salt, 1_000, length, digest).toString("base64");
const keycloak = (algorithm: string, value: string, more: Record<string, unknown> = {}) => ({
  type: "password",
  secretData: JSON.stringify({ value, salt: salt.toString("base64"), additionalParameters: {} }),
  credentialData: JSON.stringify({ hashIterations: 1_000, algorithm, ...more }),
});
const argon2 = await Bun.password.hash(right, {
  algorithm: "argon2id",
  memoryCost: 1_024,
  timeCost: 3,
});
const [, , , argon2Salt = "", argon2Key = ""] = argon2.split("$").slice(1);

// Made with Python's hashlib, OpenLDAP's rules, htpasswd and Bun, not with what is tested.
const forms: readonly [form: string, hash: string][] = [
  ["argon2id", argon2],
  ["argon2i", await Bun.password.hash(right, { algorithm: "argon2i", memoryCost: 1_024 })],
  ["argon2d", await Bun.password.hash(right, { algorithm: "argon2d", memoryCost: 1_024 })],
  ["argon2 in LDAP", `{ARGON2}${argon2}`],
  ["bcrypt $2b$", await Bun.password.hash(right, { algorithm: "bcrypt", cost: 4 })],
  ["bcrypt $2y$", "$2y$05$kmQ3C5UTrk/ffNPGXHfKhO6D0/mre0.wKrwvtDWzattTyhZ/DOOjS"],
  ["scrypt", "$scrypt$ln=10,r=8,p=1$c2Vhc2FsdCE$e0Ho1V3E17tKh2BGv1x1hxGMa1VfvGZYLPDwXC/QaZ4"],
  ["PBKDF2 of Django", "pbkdf2_sha256$1000$seasalt$mQnueSakb748zqBAC1tmWVZsZbi2zPGZarEzTGdfmso="],
  [
    "PBKDF2 of passlib",
    "$pbkdf2-sha256$1000$MDEyMzQ1Njc4OWFiY2RlZg$cBg8D2DungRB9k76szThf5ehfyBz991ay6PT8Srwk4M",
  ],
  [
    "PBKDF2 with SHA-512",
    "$pbkdf2-sha512$1000$MDEyMzQ1Njc4OWFiY2RlZg$OM0FAoIqCVK1sWtxDiffVlBejtLa.ks4TP71JiecwuSZCG8iLbnlIEPOMoVX.i2B2wkSxjQ8CRGR9OkNGuIPMQ",
  ],
  [
    "PBKDF2 as PHC",
    `$pbkdf2-sha256$i=1000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$${derive("sha256", 32).replace("=", "")}`,
  ],
  ["PBKDF2 of Keycloak", JSON.stringify(keycloak("pbkdf2-sha256", derive("sha256", 64)))],
  ["PBKDF2 of Keycloak, SHA-512", JSON.stringify(keycloak("pbkdf2-sha512", derive("sha512", 64)))],
  [
    "argon2 of Keycloak",
    JSON.stringify({
      secretData: { value: `${argon2Key}=`, salt: argon2Salt },
      credentialData: {
        hashIterations: 3,
        algorithm: "argon2",
        additionalParameters: {
          type: ["id"],
          version: ["1.3"],
          memory: ["1024"],
          parallelism: ["1"],
          hashLength: ["32"],
        },
      },
    }),
  ],
  ["{SSHA}", "{SSHA}LhKrkM9Fy+zlstjdD7Kv2s6QvhBzYWx0"],
  [
    "{SSHA512}",
    "{SSHA512}50rsRNBf8j3I5xE+QwaHdFyMhOzITssZ8BB3UxwQ+SI1JKygYm6ZeRYTDuUyFZIIqDonoTuXwB0Z/MAPhgQCFHNhbHRzYWx0",
  ],
  ["{SHA256}", "{SHA256}QQTTb42iwlQ0n4WDZ5Pr4CngyVcGOjTJHC6SAxh7VjE="],
];

describe("each form", () => {
  test.each(forms)("%s verifies the right password and no other", async (_, hash) => {
    const stored = await passwords.adopt(hash);
    expect(await passwords.verify(right, stored)).toBe(true);
    for (const wrong of ["correct horse ", "Correct horse", "correct hors", "", "\0"]) {
      expect(await passwords.verify(wrong, stored)).toBe(false);
    }
    expect(passwords.needsRehash(stored)).toBe(true);
  });

  test("a fast digest is never stored as it came", async () => {
    const stored = await passwords.adopt(forms.find(([form]) => form === "{SSHA512}")?.[1] ?? "");
    expect(stored).toMatch(/^\$sha512\+argon2id\$c2FsdHNhbHQ=\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(stored).not.toContain("50rsRNBf8j3I");
  });
});

describe("refuses, with a sentence", () => {
  const b22 = "c2FsdHNhbHRzYWx0c2FsdA";
  const b43 = "A".repeat(43);
  test.each([
    ["$2b$31$" + "a".repeat(53), /bcrypt.*4 to 14/],
    ["$2b$15$" + "a".repeat(53), /bcrypt.*4 to 14/],
    ["$2b$03$" + "a".repeat(53), /bcrypt.*4 to 14/],
    // The mended form of a broken implementation: other passwords than the right one match.
    ["$2x$10$" + "a".repeat(53), /one of these forms/],
    [`$scrypt$ln=30,r=8,p=1$${b22}$${b43}`, /scrypt.*too costly/],
    [`$scrypt$ln=18,r=8,p=1$${b22}$${b43}`, /scrypt.*too costly/],
    [`$scrypt$ln=10,r=8,p=999$${b22}$${b43}`, /scrypt.*too costly|one of these/],
    [`$scrypt$ln=0,r=8,p=1$${b22}$${b43}`, /damaged/],
    [`$argon2id$v=19$m=4194304,t=1,p=1$${b22}$${b43}`, /argon2.*too costly/],
    [`$argon2id$v=19$m=65536,t=1000,p=1$${b22}$${b43}`, /argon2.*too costly/],
    [`$argon2id$v=19$m=65536,t=1,p=64$${b22}$${b43}`, /lanes/],
    [`$argon2id$v=19$m=4,t=1,p=1$${b22}$${b43}`, /damaged/],
    [`$pbkdf2-sha256$900000000$${b22}$${b43}`, /PBKDF2.*too costly/],
    // Two blocks of the digest: twice the work.
    [`$pbkdf2-sha256$2000000$${b22}$${"A".repeat(86)}`, /PBKDF2.*too costly/],
    [`$pbkdf2-sha256$1000$${b22}$AAAA`, /damaged/],
    ["{SSHA}AAAA", /damaged/],
    // Without a salt it is no SSHA.
    [`{SSHA}${Buffer.alloc(20).toString("base64")}`, /damaged/],
    [`{SHA}${Buffer.alloc(24).toString("base64")}`, /damaged/],
    ["{MD5}X03MO1qnZdYdgyfeuILPmQ==", /one of these forms/],
    ["$1$abc$abcdefghijklmnopqrstuv", /one of these forms/],
    ["password", /one of these forms/],
    ["", /one of these forms/],
    ['{"secretData":"{}","credentialData":"[[["}', /Keycloak/],
    ["A".repeat(1_000_000), /at most 1024/],
  ])("%s", (hash, says) => {
    let sentence = "taken";
    try {
      parseImported(hash);
    } catch (error) {
      if (!(error instanceof ImportedHashProblem)) throw error;
      sentence = error.message;
    }
    expect(sentence).toMatch(says);
  });
});

describe("a wrong try", () => {
  test("on a cheap hash costs as much as one on ours: nobody learns that it was imported", async () => {
    const cheap = await Bun.password.hash(right, { algorithm: "bcrypt", cost: 4 });
    const ours = await passwords.hash(right);
    const timeOf = async (stored: string) => {
      const begun = process.cpuUsage();
      await passwords.verify("wrong", stored);
      return process.cpuUsage(begun).user;
    };
    const times: [number[], number[]] = [[], []];
    for (let round = 0; round < 7; round += 1) {
      times[0].push(await timeOf(cheap));
      times[1].push(await timeOf(ours));
    }
    const [a = 0, b = 1] = times.map((all) => all.toSorted((x, y) => x - y)[3] ?? 0);
    expect(a / b).toBeGreaterThan(0.6);
  });
});
