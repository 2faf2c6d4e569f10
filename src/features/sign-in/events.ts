// What happens at the door. The person reads one text for every refusal; the cause is here, for administrators.
import { z } from "zod";
import { defineEvent } from "#platform/audit/define.ts";
import { IdentityProviderId, UserId } from "#src/ids.ts";
import { texts } from "./texts.ts";

export const passwordRefused = defineEvent("sign_in.password_refused", {
  says: texts.passwordRefused,
  data: z.object({
    userId: UserId.nullable(),
    cause: z.enum([
      "unknown_address",
      "no_password",
      "wrong_password",
      "deactivated",
      // Right or wrong: they come in by their identity provider.
      "by_provider",
      // Right or wrong: too many were tried, by all of their addresses together.
      "person_limit",
    ]),
  }),
});
export const secondStepRefused = defineEvent("sign_in.second_step_refused", {
  says: texts.secondStepRefused,
  data: z.object({
    userId: UserId,
    method: z.enum(["email_code", "totp", "backup_code"]),
    cause: z.enum(["wrong_code", "code_void"]),
  }),
});
/** The code that was to prove a mailbox. Whose it is nobody has looked up. */
export const mailboxRefused = defineEvent("sign_in.mailbox_refused", {
  says: texts.mailboxRefused,
  data: z.object({}),
});
export const limitReached = defineEvent("sign_in.limited", {
  says: texts.limitReached,
  data: z.object({ limit: z.string() }),
});
export const passwordResetRequested = defineEvent("password_reset.requested", {
  says: texts.resetRequested,
  data: z.object({ userId: UserId }),
});
export const passwordResetOpened = defineEvent("password_reset.link_used", {
  says: texts.resetLinkUsed,
  data: z.object({
    userId: UserId,
    /** It was made on the server: it stands for the code by e-mail. */
    byOperator: z.boolean().default(false),
  }),
});
/** Somebody whom an identity provider named does not come in: who it was there, and why not. */
export const providerRefused = defineEvent("sign_in.provider_refused", {
  says: texts.providerRefused,
  data: z.object({
    identityProviderId: IdentityProviderId,
    userId: UserId.nullable(),
    subject: z.string().nullable(),
    email: z.string().nullable(),
    cause: z.enum([
      "declined",
      "unknown",
      "sent_elsewhere",
      "address_unverified",
      "other_subject",
      "other_provider",
      "no_address",
      "no_names",
      "deactivated",
    ]),
  }),
  personal: ["subject", "email"],
});
