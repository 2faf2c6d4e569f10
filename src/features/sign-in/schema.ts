// A sign-in in progress: its states, its bounds, and the inputs of its steps. README.md has the state table.
import { z } from "zod";
import { TypedCode, TypedPassword } from "#features/authenticators/index.ts";
import { isLocalPath } from "#platform/http/context.ts";
import type { UserId } from "#src/ids.ts";
import { texts } from "./texts.ts";

/** From the e-mail address to the session: after that the person starts again. */
export const signInSeconds = 30 * 60;
/** How long a code sent by e-mail is good (NIST SP 800-63B-4 §3.1.3.2: at most ten minutes). */
export const codeSeconds = 10 * 60;
export const codeDigits = 8;
/** Wrong codes until a code sent by e-mail is void, and until a sign-in with an authenticator app starts again. */
export const codeTriesMost = 5;
/** Codes sent in one sign-in, the first one included. */
export const codeSendsMost = 4;

export type SignInState =
  | "email_proof"
  | "password"
  | "new_password"
  | "email_code"
  | "totp"
  | "passkey"
  | "enrol"
  | "done";

/** A `sign_ins` row as the steps see it. */
export interface SignIn {
  readonly id: string;
  readonly state: SignInState;
  readonly email: string;
  readonly userId: UserId | null;
  readonly linkPurpose: "invitation" | "password_reset" | null;
  readonly methods: readonly string[];
  readonly returnTo: string;
  readonly codeHash: Buffer | null;
  readonly codeExpiresAt: Date | null;
  readonly codeTries: number;
  readonly codeSends: number;
  readonly expiresAt: Date;
}

/** Where a person goes on after signing in: a path of this site, else the start page (an open redirect helps phishing). */
const ReturnTo = z
  .string()
  .optional()
  .transform((path) => (path !== undefined && isLocalPath(path) ? path : "/"));

export const SignInQuery = z.object({
  return_to: ReturnTo,
  /** "1": ask for everything again, although there is a session (SAML Core §3.4.1, ForceAuthn). */
  reauthenticate: z.literal("1").optional().catch(undefined),
});

export const EmailInput = z.object({
  email: z
    .string({ error: () => texts.emailMissing })
    .trim()
    .toLowerCase()
    .min(1, { error: () => texts.emailMissing })
    .max(320, { error: () => texts.emailMalformed })
    .regex(/^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u, { error: () => texts.emailMalformed }),
  return_to: ReturnTo,
});

export const PasswordInput = z.object({ password: TypedPassword });
export const CodeInput = z.object({ code: TypedCode });
export type CodeInput = z.infer<typeof CodeInput>;
/** While it is typed anything goes. */
export const DraftPassword = z.object({ password: z.string().max(1_024).catch("") });
export const ForgottenInput = EmailInput.pick({ email: true });
