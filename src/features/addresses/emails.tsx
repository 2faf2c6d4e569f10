// The message to a new address, the one to somebody whose address was tried, and notices to every address that was there.
// The first two go to mailboxes that may be a stranger's: not a word in them is one that somebody could choose.
import { z } from "zod";
import { Circumstances, newPassword, notice, type WayOut } from "#features/notices/index.ts";
import { defineEmail } from "#platform/mail/define.ts";
import { MailButton, MailNote } from "#platform/mail/layout.tsx";
import { texts } from "./texts.ts";

export const confirmAddressMail = defineEmail("addresses.confirm", {
  data: z.object({ url: z.string() }),
  subject: (_, { tenantName }) => texts.confirmSubject(tenantName),
  text: ({ url }, { tenantName }) =>
    [
      texts.hello,
      texts.confirmIntro(tenantName),
      `${texts.confirmButton}: ${url}`,
      texts.confirmNote,
    ].join("\n\n"),
  html: ({ url }, { tenantName }) => (
    <>
      <p>{texts.hello}</p>
      <p>{texts.confirmIntro(tenantName)}</p>
      <MailButton href={url} label={texts.confirmButton} />
      <MailNote>{texts.confirmNote}</MailNote>
    </>
  ),
});

export const addressTriedMail = defineEmail("addresses.tried", {
  data: z.object({}),
  subject: (_, { tenantName }) => texts.triedSubject(tenantName),
  text: (_, { tenantName, baseUrl }) =>
    [
      texts.hello,
      texts.triedIntro(tenantName),
      texts.triedNote,
      `${texts.toSignIn}: ${baseUrl}/sign-in`,
    ].join("\n\n"),
  html: (_, { tenantName, baseUrl }) => (
    <>
      <p>{texts.hello}</p>
      <p>{texts.triedIntro(tenantName)}</p>
      <p>{texts.triedNote}</p>
      <MailButton href={`${baseUrl}/sign-in`} label={texts.toSignIn} />
    </>
  ),
});

const Told = Circumstances.extend({ email: z.string() });

/** A new password helps nobody while an address that is not theirs could choose another: their addresses come first. */
const lookFor = (text: string): WayOut => ({
  text,
  button: texts.look,
  path: "/profile/addresses",
});

export const addressAddedMail = defineEmail(
  "addresses.added",
  notice(
    Told,
    {
      subject: texts.addedSubject,
      text: (tenant, { email }) => texts.addedText(tenant, email),
    },
    lookFor(texts.addedWayOut),
  ),
);
export const addressRemovedMail = defineEmail(
  "addresses.removed",
  notice(
    Told.extend({
      /** The address that reads it is the one that was removed. */
      isGone: z.boolean(),
    }),
    {
      subject: texts.removedSubject,
      text: (tenant, { email }) => texts.removedText(tenant, email),
    },
    // To whoever cannot sign in by it any more no page is of use.
    ({ isGone }) => (isGone ? { text: texts.goneWayOut } : newPassword),
  ),
);
export const primaryChangedMail = defineEmail(
  "addresses.primary_changed",
  notice(
    Circumstances.extend({
      from: z.string(),
      to: z.string(),
      /** The former one was taken away with it, and sessions have ended: `weft user set-email`. */
      isReplaced: z.boolean().default(false),
    }),
    {
      subject: texts.primarySubject,
      text: (tenant, { from, to, isReplaced }) =>
        (isReplaced ? texts.primaryReplacedText : texts.primaryMailText)(tenant, from, to),
    },
    ({ isReplaced }) =>
      isReplaced ? { text: texts.replacedWayOut } : lookFor(texts.primaryWayOut),
  ),
);

export const addressAskedMail = defineEmail(
  "addresses.asked_by_administrator",
  notice(
    Told,
    {
      subject: texts.askedSubject,
      text: (tenant, { email }) => texts.askedText(tenant, email),
    },
    lookFor(texts.notYou),
  ),
);
