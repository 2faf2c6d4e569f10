// The warning to whoever has not been seen for long, and what administrators hear afterwards.
import { z } from "zod";
import { Circumstances } from "#features/notices/index.ts";
import { defineEmail, type MailFrame } from "#platform/mail/define.ts";
import { MailButton, MailNote } from "#platform/mail/layout.tsx";
import { texts } from "./texts.ts";

const signInAt = ({ baseUrl }: MailFrame) => `${baseUrl}/sign-in`;
const deactivatedAt = ({ baseUrl }: MailFrame) => `${baseUrl}/users?state=deactivated`;

/** What is to come needs no word on when and from where. */
export const absenceWarning = defineEmail("inactivity.warning", {
  data: Circumstances.extend({ days: z.int(), daysLeft: z.int() }),
  subject: ({ daysLeft }, { tenantName }) => texts.warningSubject(tenantName, daysLeft),
  text: ({ firstName, days, daysLeft }, frame) =>
    [
      texts.greeting(firstName),
      texts.warning(frame.tenantName, days, daysLeft),
      texts.warningHow,
      `${texts.signIn}: ${signInAt(frame)}`,
      texts.warningNote,
    ].join("\n\n"),
  html: ({ firstName, days, daysLeft }, frame) => (
    <>
      <p>{texts.greeting(firstName)}</p>
      <p>{texts.warning(frame.tenantName, days, daysLeft)}</p>
      <p>{texts.warningHow}</p>
      <MailButton href={signInAt(frame)} label={texts.signIn} />
      <MailNote>{texts.warningNote}</MailNote>
    </>
  ),
});

const Digest = z.object({
  firstName: z.string(),
  days: z.int(),
  count: z.int(),
  /** The first of them, as "Ada Lovelace (ada@example.com)". */
  people: z.array(z.string()),
});

const linesOf = ({ count, people }: z.output<typeof Digest>): string[] =>
  count > people.length ? [...people, texts.digestMore(count - people.length)] : people;

export const absenceDigest = defineEmail("inactivity.digest", {
  data: Digest,
  subject: ({ count }, { tenantName }) => texts.digestSubject(tenantName, count),
  text: (data, frame) =>
    [
      texts.greeting(data.firstName),
      texts.digest(data.days),
      linesOf(data)
        .map((line) => `- ${line}`)
        .join("\n"),
      texts.digestHow,
      `${texts.users}: ${deactivatedAt(frame)}`,
    ].join("\n\n"),
  html: (data, frame) => (
    <>
      <p>{texts.greeting(data.firstName)}</p>
      <p>{texts.digest(data.days)}</p>
      <ul>
        {linesOf(data).map((line) => (
          <li>{line}</li>
        ))}
      </ul>
      <p>{texts.digestHow}</p>
      <MailButton href={deactivatedAt(frame)} label={texts.users} />
    </>
  ),
});
