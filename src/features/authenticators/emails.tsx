// Notices to the person concerned, so that whoever takes over an account cannot do it unseen.
import { z } from "zod";
import { Circumstances, notice } from "#features/notices/index.ts";
import { defineEmail } from "#platform/mail/define.ts";
import { texts } from "./texts.ts";

export const passwordChangedMail = defineEmail(
  "authenticators.password_changed",
  notice(Circumstances, { subject: texts.passwordChangedSubject, text: texts.passwordChangedText }),
);
export const totpConfirmedMail = defineEmail(
  "authenticators.totp_confirmed",
  notice(Circumstances, { subject: texts.totpConfirmedSubject, text: texts.totpConfirmedText }),
);
export const totpRemovedMail = defineEmail(
  "authenticators.totp_removed",
  notice(Circumstances, { subject: texts.totpRemovedSubject, text: texts.totpRemovedText }),
);
export const backupCodesMail = defineEmail(
  "authenticators.backup_codes_issued",
  notice(Circumstances, { subject: texts.backupCodesSubject, text: texts.backupCodesText }),
);
export const backupCodeMail = defineEmail(
  "authenticators.backup_code_used",
  notice(Circumstances.extend({ left: z.number().int() }), {
    subject: texts.backupCodeSubject,
    text: (tenant, { left }) => texts.backupCodeText(tenant, left),
  }),
);
