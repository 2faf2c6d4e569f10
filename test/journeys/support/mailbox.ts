// Reads the mailbox backend's directory as a person reads mail: waits for the next message, opens the link, types the code.
import { listMailbox, type MailboxMail, readMailbox } from "#platform/mail/backends/mailbox.ts";

export interface Mailbox {
  /** The oldest mail to an address, with that in its subject, that was not read before. Waits for it. */
  next(to: string, subject: string): Promise<MailboxMail>;
  /** How many mails went to an address so far. */
  count(to: string): Promise<number>;
}

const waitMaxSeconds = 15;
const mailsMost = 1_000;

export function openMailbox(path: string): Mailbox {
  const read = new Set<string>();
  const unread = async (to: string, subject: string) =>
    (await listMailbox(path, mailsMost))
      .toReversed()
      .find((mail) => mail.to === to && mail.subject.includes(subject) && !read.has(mail.id));
  return {
    async next(to, subject) {
      const giveUpAt = Date.now() + waitMaxSeconds * 1000;
      for (; Date.now() < giveUpAt; await Bun.sleep(40)) {
        const found = await unread(to, subject);
        if (!found) continue;
        read.add(found.id);
        const mail = await readMailbox(path, found.id);
        if (mail) return mail;
      }
      throw new Error(`no mail "${subject}" to ${to} within ${waitMaxSeconds} s`);
    },
    count: async (to) =>
      (await listMailbox(path, mailsMost)).filter((mail) => mail.to === to).length,
  };
}

/** The address in a mail's text. */
export function linkIn({ text }: MailboxMail): string {
  const link = /https?:\/\/\S+/.exec(text)?.[0];
  if (!link) throw new Error(`no link in: ${text}`);
  return link;
}

/** The eight digits in a mail's text. */
export function codeIn({ text }: MailboxMail): string {
  const code = /\b(\d{4})[ -]?(\d{4})\b/.exec(text);
  if (!code) throw new Error(`no code in: ${text}`);
  return `${code[1]}${code[2]}`;
}
