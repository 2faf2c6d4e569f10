// Look-up secrets (NIST SP 800-63B-4 §3.1.2): printed once, each good for one sign-in, 75 random bits apiece.
import { createHash, randomBytes } from "node:crypto";

// Crockford's Base32: no letter that is taken for a digit.
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const characters = 15;

/** How many codes a set has. */
export const backupCodesInSet = 10;

/** A new set, as people read it: `7k2mf-9qx4d-0tzw8`. */
export function newBackupCodes(count = backupCodesInSet): string[] {
  return Array.from({ length: count }, () => {
    // 256 is a multiple of 32: every letter is equally likely.
    const letters = [...randomBytes(characters)].map((byte) =>
      alphabet.charAt(byte % alphabet.length),
    );
    return letters.join("").replaceAll(/(.{5})(?=.)/g, "$1-");
  });
}

/** What a code is kept and found as: SHA-256 of its letters. Null for what cannot be a code. Case, spaces and hyphens do not matter. */
export function hashBackupCode(typed: string): Buffer | null {
  const letters = typed
    .toLowerCase()
    .replaceAll(/[\s-]/g, "")
    .replaceAll("o", "0")
    .replaceAll(/[il]/g, "1");
  const isWellFormed =
    letters.length === characters &&
    Array.from(letters).every((letter) => alphabet.includes(letter));
  return isWellFormed ? createHash("sha256").update(letters).digest() : null;
}
