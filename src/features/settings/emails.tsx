// What super administrators are told when the settings change: a change of what is asked at sign-in must not go unnoticed. And what
// those hear whose password is less than is asked for from now on.
import { z } from "zod";
import { defineEmail, type MailFrame } from "#platform/mail/define.ts";
import { MailButton, MailNote } from "#platform/mail/layout.tsx";
import { texts } from "./texts.ts";

const Changed = z.object({
  firstName: z.string(),
  who: z.string(),
  /** `ran_out`: the trial was taken back because nobody kept it. */
  how: z.enum(["saved", "applied", "kept", "reverted", "ran_out"]),
  /** One line a setting: what it was and what it is. */
  changes: z.array(z.string()),
  passwordsToReplace: z.int().default(0),
});
type Changed = z.output<typeof Changed>;

const said = {
  saved: { subject: texts.mailSubject, intro: texts.mailSaved, note: null },
  applied: {
    subject: texts.mailAppliedSubject,
    intro: texts.mailApplied,
    note: texts.mailAppliedNote,
  },
  kept: { subject: texts.mailSubject, intro: texts.mailKept, note: null },
  reverted: { subject: texts.mailRevertedSubject, intro: texts.mailReverted, note: null },
  ran_out: {
    subject: texts.mailRevertedSubject,
    intro: (_: string, tenant: string) => texts.mailRanOut(tenant),
    note: null,
  },
} as const;

/** What follows the list of changes. */
function notesOf({ how, passwordsToReplace }: Changed): string[] {
  const { note } = said[how];
  return [
    ...(note === null ? [] : [note]),
    ...(passwordsToReplace > 0 ? [texts.mailPasswords(passwordsToReplace)] : []),
  ];
}

const pageOf = ({ baseUrl }: MailFrame) => `${baseUrl}/settings/sign-in`;

export const settingsChangedMail = defineEmail("settings.changed", {
  data: Changed,
  subject: ({ how }, { tenantName }) => said[how].subject(tenantName),
  text: (data, frame) =>
    [
      texts.mailGreeting(data.firstName),
      said[data.how].intro(data.who, frame.tenantName),
      data.changes.map((change) => `- ${change}`).join("\n"),
      ...notesOf(data),
      `${texts.mailOpen}: ${pageOf(frame)}`,
      texts.mailQuestion,
    ].join("\n\n"),
  html: (data, frame) => (
    <>
      <p>{texts.mailGreeting(data.firstName)}</p>
      <p>{said[data.how].intro(data.who, frame.tenantName)}</p>
      <ul>
        {data.changes.map((change) => (
          <li>{change}</li>
        ))}
      </ul>
      {notesOf(data).map((note) => (
        <p>{note}</p>
      ))}
      <MailButton href={pageOf(frame)} label={texts.mailOpen} />
      <MailNote>{texts.mailQuestion}</MailNote>
    </>
  ),
});

const signInAt = ({ baseUrl }: MailFrame) => `${baseUrl}/sign-in`;

export const passwordTooLittleMail = defineEmail("settings.password_too_little", {
  data: z.object({ firstName: z.string(), minLength: z.int(), isVeryHard: z.boolean() }),
  subject: (_, { tenantName }) => texts.mailReplaceSubject(tenantName),
  text: ({ firstName, minLength, isVeryHard }, frame) =>
    [
      texts.mailGreeting(firstName),
      texts.mailReplaceText(frame.tenantName, minLength, isVeryHard),
      texts.mailReplaceWhat,
      `${texts.mailSignIn}: ${signInAt(frame)}`,
      texts.mailReplaceNote,
    ].join("\n\n"),
  html: ({ firstName, minLength, isVeryHard }, frame) => (
    <>
      <p>{texts.mailGreeting(firstName)}</p>
      <p>{texts.mailReplaceText(frame.tenantName, minLength, isVeryHard)}</p>
      <p>{texts.mailReplaceWhat}</p>
      <MailButton href={signInAt(frame)} label={texts.mailSignIn} />
      <MailNote>{texts.mailReplaceNote}</MailNote>
    </>
  ),
});
