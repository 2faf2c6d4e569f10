// Inputs of the "Security" pages.
import { z } from "zod";
import { TypedCode, TypedPassword } from "#features/authenticators/index.ts";
import { SessionId } from "#src/ids.ts";

export const PasswordChange = z.object({ currentPassword: TypedPassword, password: TypedPassword });
export const DraftPassword = z.object({ password: z.string().max(1_024).catch("") });

/** Proof before a change. Whether the code is needed is known from the person, not from the form. */
export const ProofInput = z.object({
  currentPassword: TypedPassword,
  code: z.string().trim().max(100).optional(),
});
export type ProofInput = z.infer<typeof ProofInput>;

export const FirstCode = z.object({ code: TypedCode });
export const SessionParams = z.object({ sessionId: SessionId });

/** What the page shows of a person's proofs. */
export interface SecurityState {
  readonly email: string;
  readonly passwordChangedAt: Date | null;
  readonly totpSince: Date | null;
  readonly codesLeft: number;
  readonly sessions: number;
}
