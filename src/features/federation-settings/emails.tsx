// What super administrators read about certificates that come to their end.
import { z } from "zod";
import { defineEmail, type MailFrame } from "#platform/mail/define.ts";
import { MailButton } from "#platform/mail/layout.tsx";
import { formatTime } from "#platform/ui/index.ts";
import { connectionPath } from "./paths.ts";
import { texts } from "./texts.ts";

const Item = z.object({
  kind: z.enum(["application", "identity_provider"]),
  id: z.uuid(),
  name: z.string(),
  endsAt: z.iso.datetime(),
  /** 0: it has ended. */
  daysLeft: z.int(),
  isPrepared: z.boolean(),
});
type Item = z.output<typeof Item>;

const Ending = z.object({
  firstName: z.string(),
  count: z.int(),
  /** The first ones to end. */
  items: z.array(Item),
});

function lineOf({ name, endsAt, daysLeft, isPrepared }: Item): string {
  const day = formatTime(new Date(endsAt), "UTC", "date");
  const says = daysLeft > 0 ? texts.mailEnds(name, day, daysLeft) : texts.mailEnded(name, day);
  return `${says}. ${isPrepared ? texts.mailPrepared : texts.mailNotPrepared}`;
}

const pageOf = ({ baseUrl }: MailFrame, item: Item) => `${baseUrl}${connectionPath(item)}`;
const listAt = ({ baseUrl }: MailFrame) => `${baseUrl}/settings/federation`;

export const keysEndingMail = defineEmail("federation.keys_ending", {
  data: Ending,
  subject: ({ count }, { tenantName }) => texts.mailSubject(tenantName, count),
  text: ({ firstName, count, items }, frame) =>
    [
      texts.greeting(firstName),
      texts.mailText,
      items.map((item) => `- ${lineOf(item)}\n  ${pageOf(frame, item)}`).join("\n"),
      ...(count > items.length ? [texts.mailMore(count - items.length)] : []),
      texts.mailHow,
      `${texts.mailOpen}: ${listAt(frame)}`,
    ].join("\n\n"),
  html: ({ firstName, count, items }, frame) => (
    <>
      <p>{texts.greeting(firstName)}</p>
      <p>{texts.mailText}</p>
      <ul>
        {items.map((item) => (
          <li>
            <a href={pageOf(frame, item)}>{lineOf(item)}</a>
          </li>
        ))}
      </ul>
      {count > items.length && <p>{texts.mailMore(count - items.length)}</p>}
      <p>{texts.mailHow}</p>
      <MailButton href={listAt(frame)} label={texts.mailOpen} />
    </>
  ),
});
