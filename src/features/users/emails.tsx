// Notices to the person concerned: what an administrator did to their account.
import { z } from "zod";
import { Circumstances } from "#features/notices/index.ts";
import { defineEmail, type MailFrame } from "#platform/mail/define.ts";
import { MailButton, MailNote } from "#platform/mail/layout.tsx";
import { Role } from "#src/permissions.ts";
import { roleText, texts } from "./texts.ts";

interface Notice<D> {
  readonly subject: (tenant: string) => string;
  readonly sentence: (data: D, tenant: string) => string;
  /** The notice ends with the way to the sign-in page. */
  readonly leadsToSignIn: boolean;
}

function notice<D extends z.ZodType<z.infer<typeof Circumstances>>>(
  data: D,
  { subject, sentence, leadsToSignIn }: Notice<z.output<D>>,
) {
  const signIn = (frame: MailFrame) => `${frame.baseUrl}/`;
  return {
    data,
    subject: (_: z.output<D>, frame: MailFrame) => subject(frame.tenantName),
    text: (about: z.output<D>, frame: MailFrame) =>
      [
        texts.mailGreeting(about.firstName),
        sentence(about, frame.tenantName),
        about.circumstances,
        ...(leadsToSignIn ? [`${texts.mailSignIn}: ${signIn(frame)}`] : []),
        texts.mailQuestion,
      ].join("\n\n"),
    html: (about: z.output<D>, frame: MailFrame) => (
      <>
        <p>{texts.mailGreeting(about.firstName)}</p>
        <p>{sentence(about, frame.tenantName)}</p>
        <p>{about.circumstances}</p>
        {leadsToSignIn && <MailButton href={signIn(frame)} label={texts.mailSignIn} />}
        <MailNote>{texts.mailQuestion}</MailNote>
      </>
    ),
  };
}

export const roleChangedMail = defineEmail(
  "users.role_changed",
  notice(
    Circumstances.extend({
      role: Role,
      newPassword: z.boolean().default(false),
      isUnlinked: z.boolean().default(false),
    }),
    {
      subject: texts.mailRoleSubject,
      sentence: ({ role, newPassword, isUnlinked }, tenant) =>
        [
          texts.mailRoleText(roleText[role], tenant),
          ...(newPassword ? [texts.mailRolePassword] : []),
          ...(isUnlinked ? [texts.mailRoleUnlinked] : []),
        ].join(" "),
      leadsToSignIn: true,
    },
  ),
);

export const deactivatedMail = defineEmail(
  "users.deactivated",
  notice(Circumstances, {
    subject: texts.mailDeactivatedSubject,
    sentence: (_, tenant) => texts.mailDeactivatedText(tenant),
    leadsToSignIn: false,
  }),
);

export const deactivatedAbsentMail = defineEmail(
  "users.deactivated_absent",
  notice(Circumstances.extend({ days: z.number().int() }), {
    subject: texts.mailDeactivatedSubject,
    sentence: ({ days }, tenant) => texts.mailDeactivatedAbsentText(days, tenant),
    leadsToSignIn: false,
  }),
);

export const reactivatedMail = defineEmail(
  "users.reactivated",
  notice(Circumstances, {
    subject: texts.mailReactivatedSubject,
    sentence: (_, tenant) => texts.mailReactivatedText(tenant),
    leadsToSignIn: true,
  }),
);
