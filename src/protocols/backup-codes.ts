// Look-up secrets (NIST SP 800-63B-4 §3.1.2): printed once, each good for one sign-in, 120 random bits apiece. From 112 bits on they are
// kept under a plain hash (ibid., ASVS 6.5.2): 2^120 guesses are out of reach however fast each is, so a salt and a slow hash would add
// nothing. Shorter ones would have to be hashed like passwords: each try would then cost a processor what a password costs it, and no
// single statement could find a code and use it up.
import { createHash, randomBytes } from "node:crypto";

// Crockford's Base32: no letter that is taken for a digit.
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const characters = 24;

/** How many codes a set has. */
export const backupCodesInSet = 10;

/** A new set, as people read it: `7k2m-f9qx-4d0t-zw8k-3h9p-6vb1`. */
export function newBackupCodes(count = backupCodesInSet): string[] {
  return Array.from({ length: count }, () => {
    // 256 is a multiple of 32: every letter is equally likely.
    const letters = [...randomBytes(characters)].map((byte) =>
      alphabet.charAt(byte % alphabet.length),
    );
    return letters.join("").replaceAll(/(.{4})(?=.)/g, "$1-");
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
