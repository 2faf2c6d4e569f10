// Passkeys as people, pages and the API know them, and the ceremonies they are made and used in.
import { z } from "zod";
import { CeremonyCause } from "#protocols/webauthn/verify.ts";
import { PasskeyId, UserId } from "#src/ids.ts";
import { texts } from "./texts.ts";

/** Of one person; what devices really hold is a handful. */
export const passkeysMost = 20;

export const Ceremony = z.enum(["registration", "sign_in", "proof"]);
export type Ceremony = z.infer<typeof Ceremony>;
/** What an assertion is for: signing in, or proving again who one is before a change. */
export type AssertionCeremony = Exclude<Ceremony, "registration">;

/** Why a passkey, or an attempt to register one, was refused; for administrators. */
export const RefusalCause = z.enum([
  /** Used before, of another browser, of another kind of ceremony, or never ours. */
  "unknown_challenge",
  "expired_challenge",
  /** The challenge was made for somebody else. */
  "wrong_person",
  "unknown_passkey",
  "passkey_of_another",
  "suspended",
  "wrong_user_handle",
  "eligibility_changed",
  /** Its counter did not grow: there may be a copy. */
  "clone_suspected",
  "model_not_allowed",
  "already_registered",
  /** It was right, and its owner may not come in, or not by it. */
  "deactivated",
  "by_provider",
  ...CeremonyCause.options,
]);
export type RefusalCause = z.infer<typeof RefusalCause>;

export const PasskeyName = z
  .string({ error: () => texts.nameMissing })
  .normalize("NFC")
  .trim()
  .min(1, { error: () => texts.nameMissing })
  .max(100, { error: () => texts.nameTooLong })
  // It stands in mails and on an administrator's page: nothing that hides or turns letters round.
  .regex(/^[^\p{Cc}\u202A-\u202E\u2066-\u2069]*$/u, { error: () => texts.nameUnprintable });

export const Passkey = z.object({
  id: PasskeyId,
  name: z.string(),
  /** The authenticator's model as it says itself, when it is a well-known one. */
  model: z.string().nullable(),
  aaguid: z.string(),
  /** Whether it may be copied to the person's other devices; false: it cannot leave the one it is on. */
  isSyncable: z.boolean(),
  /** Whether it was copied when it was last used. */
  isBackedUp: z.boolean(),
  createdAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().nullable(),
  /** Since when it opens nothing, because there may be a copy of it. */
  suspendedAt: z.iso.datetime().nullable(),
});
export type Passkey = z.infer<typeof Passkey>;

/** A person's passkeys as an administrator sees them. */
export const PasskeyList = z.object({
  user: z.object({ id: UserId, name: z.string(), email: z.string() }),
  passkeys: z.array(Passkey),
  /** Whether the caller may revoke them. */
  mayRevoke: z.boolean(),
});
export type PasskeyList = z.infer<typeof PasskeyList>;

export const OwnerParams = z.object({ userId: UserId });
export const PasskeyParams = OwnerParams.extend({ passkeyId: PasskeyId });
export type PasskeyParams = z.infer<typeof PasskeyParams>;
