// The invitation, the set-up message for the person who begins a tenant, and word to whoever invited somebody.
import { z } from "zod";
import { defineEmail, type MailFrame } from "#platform/mail/define.ts";
import { MailButton, MailNote } from "#platform/mail/layout.tsx";
import { UserId } from "#src/ids.ts";
import { texts } from "./texts.ts";

const Invitation = z.object({ firstName: z.string(), url: z.string() });
type Invitation = z.infer<typeof Invitation>;

interface Said {
  readonly subject: (tenant: string) => string;
  readonly intro: (tenant: string) => string;
  readonly button: string;
}

const template = ({ subject, intro, button }: Said) => ({
  data: Invitation,
  subject: (_: Invitation, { tenantName }: MailFrame) => subject(tenantName),
  text: ({ firstName, url }: Invitation, { tenantName }: MailFrame) =>
    [texts.greeting(firstName), intro(tenantName), `${button}: ${url}`, texts.note].join("\n\n"),
  html: ({ firstName, url }: Invitation, { tenantName }: MailFrame) => (
    <>
      <p>{texts.greeting(firstName)}</p>
      <p>{intro(tenantName)}</p>
      <MailButton href={url} label={button} />
      <MailNote>{texts.note}</MailNote>
    </>
  ),
});

export const invitation = defineEmail(
  "invitations.invitation",
  template({ subject: texts.subject, intro: texts.intro, button: texts.button }),
);
/** Of somebody whose address is verified already: there is nothing to confirm. */
export const welcome = defineEmail(
  "invitations.welcome",
  template({
    subject: texts.welcomeSubject,
    intro: texts.welcomeIntro,
    button: texts.welcomeButton,
  }),
);
export const foundingInvitation = defineEmail(
  "invitations.founding",
  template({
    subject: texts.foundingSubject,
    intro: texts.foundingIntro,
    button: texts.foundingButton,
  }),
);

const acceptedText = (isConfirmed: boolean) =>
  isConfirmed ? texts.acceptedText : texts.welcomedText;
const profileOf = (userId: string, { baseUrl }: MailFrame) => `${baseUrl}/users/${userId}`;

export const acceptedMail = defineEmail("invitations.accepted", {
  data: z.object({
    firstName: z.string(),
    name: z.string(),
    email: z.string(),
    userId: UserId,
    /** The mailbox confirmed the address; false: it was verified before. */
    isConfirmed: z.boolean().default(true),
  }),
  subject: (_, { tenantName }) => texts.acceptedSubject(tenantName),
  text: ({ firstName, name, email, userId, isConfirmed }, frame) =>
    [
      texts.greeting(firstName),
      acceptedText(isConfirmed)(name, email, frame.tenantName),
      `${texts.acceptedButton}: ${profileOf(userId, frame)}`,
      texts.acceptedNote,
    ].join("\n\n"),
  html: ({ firstName, name, email, userId, isConfirmed }, frame) => (
    <>
      <p>{texts.greeting(firstName)}</p>
      <p>{acceptedText(isConfirmed)(name, email, frame.tenantName)}</p>
      <MailButton href={profileOf(userId, frame)} label={texts.acceptedButton} />
      <MailNote>{texts.acceptedNote}</MailNote>
    </>
  ),
});
