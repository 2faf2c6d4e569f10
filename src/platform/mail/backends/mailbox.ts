// A mailbox for development: each message as two files, the mail itself and what the page /dev/mail shows of it.
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import { z } from "zod";
import type { ComposedMail, Deliver } from "../message.ts";
import { mimeOf } from "./smtp.ts";

export interface MailboxSettings {
  readonly kind: "mailbox";
  /** The directory; made when it is missing. */
  readonly path: string;
}

const MailboxEntry = z.object({
  id: z.uuid(),
  /** ISO, UTC. */
  at: z.string(),
  from: z.object({ name: z.string(), address: z.string() }),
  to: z.string(),
  subject: z.string(),
});
const MailboxMail = MailboxEntry.extend({ text: z.string(), html: z.string() });

/** What the list of messages shows. */
export type MailboxEntry = z.infer<typeof MailboxEntry>;
/** A message with both of its versions. */
export type MailboxMail = z.infer<typeof MailboxMail>;

export function mailboxDeliver({ path }: MailboxSettings): Deliver {
  return async (mail) => {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const { id, date, from, to, subject, text } = mail;
    const html = withPictures(mail);
    const entry: MailboxMail = { id, at: date.toISOString(), from, to, subject, text, html };
    await writeWhole(join(path, `${id}.eml`), await source(mail));
    // Last: a message is in the list when all of it is there.
    await writeWhole(join(path, `${id}.json`), JSON.stringify(entry, null, 2));
    return { outcome: "accepted" };
  };
}

/** The newest messages first, at most `limit`. None when nothing was written yet. */
export async function listMailbox(path: string, limit: number): Promise<MailboxEntry[]> {
  // Ids are UUIDv7, so that names sort by time.
  const ids = (await namesIn(path)).flatMap((name) => /^(.*)\.json$/.exec(name)?.[1] ?? []);
  const newest = ids.sort().toReversed().slice(0, limit);
  const mails = await Promise.all(newest.map((id) => readMailbox(path, id)));
  return mails.flatMap((mail) => (mail ? MailboxEntry.parse(mail) : []));
}

/** One message; null when there is none of that id. */
export async function readMailbox(path: string, id: string): Promise<MailboxMail | null> {
  if (!z.uuid().safeParse(id).success) return null; // no name of a file elsewhere
  const text = await orNothing(readFile(join(path, `${id}.json`), "utf8"));
  return text === null ? null : MailboxMail.parse(JSON.parse(text));
}

async function namesIn(path: string): Promise<string[]> {
  return (await orNothing(readdir(path))) ?? [];
}

/** Null for a file or directory that does not exist. */
async function orNothing<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** The page has no parts to look into: pictures are put where they are shown. */
const withPictures = ({ html, pictures }: ComposedMail): string =>
  pictures.reduce(
    (page, { cid, mediaType, content }) =>
      page.replaceAll(`"cid:${cid}"`, `"data:${mediaType};base64,${content.toString("base64")}"`),
    html,
  );

/** The message exactly as a mail server would get it. */
async function source(mail: ComposedMail): Promise<Buffer> {
  const transporter = createTransport({ streamTransport: true, buffer: true, newline: "crlf" });
  const { message } = await transporter.sendMail(mimeOf(mail));
  if (!Buffer.isBuffer(message)) throw new Error("the message was not composed in memory");
  return message;
}

/** Readers see the whole file or none. The messages hold one-time links: nobody else on the machine reads them. */
async function writeWhole(file: string, content: string | Buffer): Promise<void> {
  const draft = `${file}.${Bun.randomUUIDv7()}.part`;
  await writeFile(draft, content, { mode: 0o600 });
  await rename(draft, file);
}
