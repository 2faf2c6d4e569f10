// The person is told the true reason and what to do; administrators how many it were.
import { z } from "zod";
import { Circumstances, notice, type WayOut } from "#features/notices/index.ts";
import { defineEmail, type MailFrame } from "#platform/mail/define.ts";
import { MailButton, MailNote } from "#platform/mail/layout.tsx";
import { texts } from "./texts.ts";

const newPassword: WayOut = {
  text: texts.wayOut,
  button: texts.button,
  path: "/forgotten-password",
};

export const resetRequiredMail = defineEmail(
  "password_resets.required",
  notice(Circumstances, { subject: texts.requiredSubject, text: texts.requiredText }, newPassword),
);
export const breachFoundMail = defineEmail(
  "password_resets.breach_found",
  notice(Circumstances, { subject: texts.breachSubject, text: texts.breachText }, newPassword),
);

const whoAt = ({ baseUrl }: MailFrame) => `${baseUrl}/events?name=password.breach_found`;

export const breachDigest = defineEmail("password_resets.breach_digest", {
  data: z.object({ firstName: z.string(), count: z.int() }),
  subject: ({ count }, { tenantName }) => texts.digestSubject(tenantName, count),
  text: ({ firstName, count }, frame) =>
    [
      texts.greeting(firstName),
      texts.digestText(count),
      texts.digestHow,
      `${texts.digestButton}: ${whoAt(frame)}`,
    ].join("\n\n"),
  html: ({ firstName, count }, frame) => (
    <>
      <p>{texts.greeting(firstName)}</p>
      <p>{texts.digestText(count)}</p>
      <MailNote>{texts.digestHow}</MailNote>
      <MailButton href={whoAt(frame)} label={texts.digestButton} />
    </>
  ),
});
