// Inputs of the "Security" pages.
import { z } from "zod";
import {
  type PasswordResetCause,
  proofFields,
  type StepDue,
  TypedCode,
  TypedPassword,
} from "#features/authenticators/index.ts";
import { PasskeyName } from "#features/passkeys/index.ts";
import { PasskeyId, DeviceId, SessionId } from "#src/ids.ts";
import { texts } from "./texts.ts";

/** Two boxes on one page: each says which of them is empty. */
const typed = (missing: string) =>
  z
    .string({ error: () => missing })
    .min(1, { error: () => missing })
    .pipe(TypedPassword);

export const PasswordChange = z.object({
  currentPassword: typed(texts.currentPasswordMissing),
  password: typed(texts.newPasswordMissing),
});
export const DraftPassword = z.object({ password: z.string().max(1_024).catch("") });

/** A browser's answer to a ceremony, JSON as text. */
const PasskeyAnswer = z.string().max(60_000);

/**
 * Proof before a change: a passkey's answer, which stands for everything, or the password, or the sign-in of a moment ago. Whether the code is needed is known from the
 * person, not from the form.
 */
export const ProofInput = z
  .object({
    passkey: PasskeyAnswer.optional(),
    currentPassword: z.unknown().optional(),
    signedIn: z.literal("1").optional().catch(undefined),
    code: z.string().trim().max(100).optional(),
  })
  .transform(({ passkey, currentPassword, signedIn, code }, context) => {
    if (passkey !== undefined && passkey !== "") return { passkey } as const;
    if (signedIn !== undefined) return { signedIn: true, code } as const;
    const password = TypedPassword.safeParse(currentPassword);
    if (password.success) return { password: password.data, code } as const;
    for (const { message } of password.error.issues)
      context.addIssue({ code: "custom", path: [proofFields.password], message });
    return z.NEVER;
  });
export type ProofInput = z.infer<typeof ProofInput>;

/** Where a proof leads. */
export const StepUpGoal = z.object({
  return_to: z.string().max(2_048).optional().catch(undefined),
});
export const StepUpInput = z.looseObject({}).transform((typed, context) => {
  const proof = ProofInput.safeParse(typed);
  if (proof.success) return { ...StepUpGoal.parse(typed), proof: proof.data };
  for (const { path, message } of proof.error.issues)
    context.addIssue({ code: "custom", path, message });
  return z.NEVER;
});

export const FirstCode = z.object({ code: TypedCode });
export const NewPasskey = z.object({
  answer: PasskeyAnswer.catch(""),
  name: z
    .string()
    .trim()
    .max(100, { error: () => texts.passkeyNameTooLong })
    .optional(),
});
export const PasskeyRename = z.object({ name: PasskeyName });
export const PasskeyParams = z.object({ passkeyId: PasskeyId });
export const DeviceParams = z.object({ deviceId: DeviceId });
export const SessionParams = z.object({ sessionId: SessionId });

/** What the page shows of a person's proofs. */
export interface SecurityState {
  readonly email: string;
  readonly hasPassword: boolean;
  /** The identity provider by which alone they come in; null: what they have here opens the door. */
  readonly provider: string | null;
  readonly passwordChangedAt: Date | null;
  /** Why another password has to be chosen; null: it need not. */
  readonly resetCause: PasswordResetCause | null;
  /** A stronger second step that was asked for at sign-in and put off; null: none. */
  readonly due: StepDue | null;
  readonly totpSince: Date | null;
  readonly codesLeft: number;
  /** Suspended ones too. */
  readonly passkeys: number;
  readonly sessions: number;
}
