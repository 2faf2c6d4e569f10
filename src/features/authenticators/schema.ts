// What a person proves themselves with: the rules for passwords and the shapes of codes.
import { z } from "zod";
import type { PasswordScore } from "#platform/passwords/strength.ts";
import { passwordMaxLength } from "#platform/passwords/password.ts";
import { texts as passwordTexts } from "#platform/passwords/texts.ts";
import { texts } from "./texts.ts";

/** Whatever the policy says: a super administrator's password is never shorter. */
export const superAdminMinLength = 14;

/** What is asked of one person's password. */
export interface PasswordRules {
  /** Characters, NFC. */
  readonly minLength: number;
  /** zxcvbn. */
  readonly minScore: PasswordScore;
  /** Every address of the person, to guess with beside the one they are known by. At most ten. */
  readonly addresses?: readonly string[];
}

/** Why a password opens nothing until it is replaced. */
export const PasswordResetCause = z.enum(["admin", "breach", "policy"]);
export type PasswordResetCause = z.infer<typeof PasswordResetCause>;

/** Text fields are cut off before anything is computed with them; longer passwords are refused by the policy's own sentence. */
const fieldMaxLength = 1_024;

/** A password as typed: never trimmed, a blank one is missing. */
export const TypedPassword = z
  .string({ error: () => texts.passwordMissing })
  .min(1, { error: () => texts.passwordMissing })
  .max(fieldMaxLength, { error: () => passwordTexts.tooLong(passwordMaxLength) });

/** What is typed into a box for a code. */
export const TypedCode = z
  .string({ error: () => texts.codeMissing })
  .trim()
  .min(1, { error: () => texts.codeMissing })
  .max(100, { error: () => texts.codeTooLong });

/** What an attacker knows of a person: a password must not be made of it. */
export interface PersonFacts {
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
}

/** How a password is rated while it is typed. */
export interface PasswordRating {
  readonly score: PasswordScore | null;
  readonly advice: string | null;
  /** How long guessing it would take, in a sentence; null where nothing true can be said. */
  readonly crackTime: string | null;
}
