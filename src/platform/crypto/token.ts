// Secrets with 256 bits of randomness: handed out once, kept only as SHA-256 (a fast hash is enough for what cannot be guessed).
import { createHash, randomBytes, randomInt, timingSafeEqual } from "node:crypto";

export interface RandomToken {
  /** 43 characters base64url, for the person or the browser. */
  readonly token: string;
  /** SHA-256 of `token`, for the database. */
  readonly hash: Buffer;
}

/** A new session id, link secret or bearer token. */
export function randomToken(): RandomToken {
  const token = randomBytes(32).toString("base64url");
  return { token, hash: hashToken(token) };
}

/** What a presented token is looked up by: SHA-256 of its text, so that no second spelling of a token is accepted. */
export const hashToken = (token: string): Buffer => createHash("sha256").update(token).digest();

/** Compares in constant time; only a difference in length shows. */
export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.byteLength === b.byteLength && timingSafeEqual(a, b);

/** `count` decimal digits, each of the ten equally likely. */
export const randomDigits = (count: number): string =>
  Array.from({ length: count }, () => randomInt(10)).join("");
