// Notices to the person concerned, so that whoever takes over an account cannot do it unseen.
import { z } from "zod";
import { defineEmail, type MailFrame } from "#platform/mail/define.ts";
import { MailButton, MailNote } from "#platform/mail/layout.tsx";
import { texts } from "./texts.ts";

/** When and from where something was done, ready to read. */
export const Circumstances = z.object({ firstName: z.string(), circumstances: z.string() });

type Circumstances = z.infer<typeof Circumstances>;

function notice<D extends z.ZodType<Circumstances>>(
  data: D,
  said: { subject(tenant: string): string; text(tenant: string, about: z.output<D>): string },
) {
  const wayOut = ({ baseUrl }: MailFrame) => `${baseUrl}/forgotten-password`;
  return {
    data,
    subject: (_: z.output<D>, { tenantName }: MailFrame) => said.subject(tenantName),
    text: (about: z.output<D>, frame: MailFrame) =>
      [
        texts.greeting(about.firstName),
        said.text(frame.tenantName, about),
        about.circumstances,
        texts.noticeNotYou,
        `${texts.noticeButton}: ${wayOut(frame)}`,
      ].join("\n\n"),
    html: (about: z.output<D>, frame: MailFrame) => (
      <>
        <p>{texts.greeting(about.firstName)}</p>
        <p>{said.text(frame.tenantName, about)}</p>
        <p>{about.circumstances}</p>
        <MailNote>{texts.noticeNotYou}</MailNote>
        <MailButton href={wayOut(frame)} label={texts.noticeButton} />
      </>
    ),
  };
}

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
