// What a breach list knows a password by: its SHA-1 in hexadecimal. Not for storing passwords: the lists are made so.
import { createHash } from "node:crypto";
import { normalise } from "../password.ts";

/** Digits that are told to the range service, and by which the filter is divided. */
export const prefixDigits = 5;
/**
 * Digits after the prefix that are compared: 68 bits together. Of a list of a billion passwords, one password in 295 billion that is
 * not on it is taken for one that is.
 */
export const restDigits = 12;

export interface BreachDigest {
  /** Five upper-case hexadecimal digits. */
  readonly prefix: string;
  /** The twelve after them. */
  readonly rest: string;
}

/** Null for a password that is too long to be anybody's. */
export function breachDigest(password: string): BreachDigest | null {
  const text = normalise(password);
  if (text === null) return null;
  const digits = createHash("sha1").update(text).digest("hex").toUpperCase();
  return {
    prefix: digits.slice(0, prefixDigits),
    rest: digits.slice(prefixDigits, prefixDigits + restDigits),
  };
}
