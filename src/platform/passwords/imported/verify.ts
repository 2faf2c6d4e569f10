// Verifying a hash that was made elsewhere: once, at the person's first sign-in; then it is replaced by one of ours. Each computation
// runs off the main thread.
import { Buffer } from "node:buffer";
import { createHash, pbkdf2, scrypt } from "node:crypto";
import { promisify } from "node:util";
import { equalBytes } from "#platform/crypto/token.ts";
import type { Digest, ImportedHash } from "./forms.ts";
import { limits } from "./forms.ts";

/** Kinds that our own argon2id does not verify. */
export type ForeignHash = Exclude<ImportedHash, { kind: "argon2" | "sha" }>;

/** bcrypt computes with so many bytes and no more; whatever followed was never part of the hash. */
const bcryptBytes = 72;

/** Whether the text is the hashed one. */
export async function verifyForeign(hash: ForeignHash, text: string): Promise<boolean> {
  if (hash.kind === "bcrypt") return verifyBcrypt(hash.text, text);
  const derived =
    hash.kind === "scrypt" ? await deriveScrypt(hash, text) : await derivePbkdf2(hash, text);
  return equalBytes(derived, hash.key);
}

/**
 * As the system that made it did: 72 bytes count. A password with a zero byte is refused: bcrypt repeats a text with its closing zero byte
 * until it has those 72, so that to it "abc" and "abc\0abc" are one, and elsewhere the text ends at the first one.
 */
async function verifyBcrypt(hash: string, text: string): Promise<boolean> {
  if (text === "" || text.includes("\0")) return false;
  // Given more, Bun hashes it with SHA-512 first, which no other system does.
  const bytes = Buffer.from(text).subarray(0, bcryptBytes);
  return Bun.password.verify(bytes, hash, "bcrypt");
}

const scryptAsync = promisify<
  string,
  Buffer,
  number,
  { N: number; r: number; p: number; maxmem: number },
  Buffer
>(scrypt);
const deriveScrypt = (
  { log2N, r, p, salt, key }: Extract<ForeignHash, { kind: "scrypt" }>,
  text: string,
): Promise<Buffer> =>
  // What N and r take, and what p adds to it.
  scryptAsync(text, salt, key.length, { N: 2 ** log2N, r, p, maxmem: limits.scryptBytes * 2 });

const pbkdf2Async = promisify(pbkdf2);
const derivePbkdf2 = (
  { digest, iterations, salt, key }: Extract<ForeignHash, { kind: "pbkdf2" }>,
  text: string,
): Promise<Buffer> => pbkdf2Async(text, salt, iterations, key.length, digest);

/** The digest of an LDAP form, as the text that argon2id is computed over. */
export const shaOf = (digest: Digest, text: string, salt: Uint8Array): string =>
  createHash(digest).update(text).update(salt).digest("hex");
