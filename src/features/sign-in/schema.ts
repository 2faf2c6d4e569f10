// A sign-in in progress: its states, its bounds, and the inputs of its steps. README.md has the state table.
import { z } from "zod";
import { TypedCode, TypedPassword } from "#features/authenticators/index.ts";
import type { LinkPurpose } from "#features/one-time-links/index.ts";
import type { Method } from "#features/policy/index.ts";
import { checkbox } from "#platform/http/input.ts";
import { isLocalPath } from "#platform/http/context.ts";
import { Asserted } from "#features/identity-providers/index.ts";
import {
  IdentityProviderId,
  IdentityProviderRequestId,
  PolicyTrialId,
  type UserId,
} from "#src/ids.ts";
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
  | "provider"
  | "link"
  | "done";
/** States that ask something. */
export type LiveState = Exclude<SignInState, "done">;

/** Why the present password opens nothing until it is replaced. */
export type ResetCause = "admin" | "breach" | "policy";

/**
 * What a sign-in has asked of its identity provider so far, so that it asks for nothing twice: several factors are to be asked for, were,
 * or cannot be had there; null: they were not asked for.
 */
export const Errand = z.object({
  contexts: z.enum(["wanted", "asked", "declined"]).nullable(),
});
export type Errand = z.infer<typeof Errand>;

/** A `sign_ins` row as the steps see it. */
export interface SignIn {
  readonly id: string;
  readonly state: SignInState;
  readonly email: string;
  readonly userId: UserId | null;
  readonly linkPurpose: LinkPurpose | null;
  readonly resetCause: ResetCause | null;
  readonly methods: readonly Method[];
  /** By the link to a new password that this sign-in came by; no factor, but nobody has to prove the mailbox before the password again. */
  readonly mailboxProven: boolean;
  readonly returnTo: string;
  readonly trialId: PolicyTrialId | null;
  readonly keepSignedIn: boolean;
  /** Everything is asked for again: no remembered device stands for anything. */
  readonly reauthenticate: boolean;
  readonly sealedTotp: Buffer | null;
  /** The identity provider that is asked, or was. */
  readonly identityProviderId: IdentityProviderId | null;
  /** What it said, until the sign-in ends. */
  readonly federated: Asserted | null;
  /** While it has said nothing yet: what was asked of it. */
  readonly errand: Errand | null;
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

const Asked = {
  return_to: ReturnTo,
  /** "1": ask for everything again, although there is a session (SAML Core §3.4.1, ForceAuthn). */
  reauthenticate: z.literal("1").optional().catch(undefined),
  /** The trial of a policy that is to judge this sign-in. */
  trial: PolicyTrialId.optional().catch(undefined),
  /** "1": the password, wherever the address leads. So a provider that is out of order locks nobody out who has one. */
  local: z.literal("1").optional().catch(undefined),
};

export const WithParams = z.object({ providerId: IdentityProviderId });
/** Absent: where the sign-in before would have led. */
export const WithQuery = z.object({
  return_to: z
    .string()
    .optional()
    .transform((path) => (path !== undefined && isLocalPath(path) ? path : undefined)),
});

export const ReturnParams = z.object({ requestId: IdentityProviderRequestId });

const TypedEmail = z
  .string({ error: () => texts.emailMissing })
  .trim()
  .toLowerCase()
  .min(1, { error: () => texts.emailMissing })
  .max(320, { error: () => texts.emailMalformed })
  .regex(/^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u, { error: () => texts.emailMalformed });

/** Letters, digits and what addresses have beside them: no sentence, no markup. */
const plainAddress =
  /^[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]{1,64}@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+$/u;

export const SignInQuery = z.object({
  ...Asked,
  /** Stands in the field already. What is no address is no text of ours: a link must not put words on this page. */
  email: TypedEmail.regex(plainAddress).optional().catch(undefined),
});
export type SignInQuery = z.infer<typeof SignInQuery>;

export const EmailInput = z.object({
  email: TypedEmail,
  ...Asked,
  keep: checkbox(),
});
export type EmailInput = z.infer<typeof EmailInput>;

export const PasswordInput = z.object({ password: TypedPassword });
export const CodeInput = z.object({ code: TypedCode });
/** A code as the second step: the device may be remembered with it. */
export const StepInput = CodeInput.extend({ remember: checkbox() });
export type StepInput = z.infer<typeof StepInput>;
export const ChoiceInput = z.object({ way: z.enum(["passkey", "totp", "email_code"]) });
/** The browser's answer to a passkey ceremony, as JSON in a field of the form. */
const CeremonyAnswer = z.string().max(60_000).optional().catch(undefined);
export const PasskeyInput = z.object({
  /** After a button. */
  response: CeremonyAnswer,
  /** Picked among what the browser fills in. */
  autofill: CeremonyAnswer,
  ...Asked,
  keep: checkbox(),
  remember: checkbox(),
});
export type PasskeyInput = z.infer<typeof PasskeyInput>;

const isFilled = (value: unknown): boolean => typeof value === "string" && value !== "";

/** The first page: an address, or, where the browser answered for a passkey, that. One form, so that its other fields hold for both. */
export const StartInput = z.preprocess(
  (fields) => {
    if (typeof fields !== "object" || fields === null) return fields;
    const { response, autofill }: { response?: unknown; autofill?: unknown } = fields;
    const kind = isFilled(response) || isFilled(autofill) ? "passkey" : "email";
    return { ...fields, kind };
  },
  z.discriminatedUnion("kind", [
    EmailInput.extend({ kind: z.literal("email") }),
    PasskeyInput.extend({ kind: z.literal("passkey") }),
  ]),
);

export const NewPasskeyInput = z.object({
  response: CeremonyAnswer,
  name: z.string().trim().max(100).catch(""),
});
/** While it is typed anything goes. */
export const DraftPassword = z.object({ password: z.string().max(1_024).catch("") });
export const ForgottenInput = EmailInput.pick({ email: true });
