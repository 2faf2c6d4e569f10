// The message at rest: mails carry one-time links and codes, so that the table alone must not be enough to read them.
import { z } from "zod";
import type { Keyring, SealPlace } from "../crypto/keyring.ts";

const QueuedMail = z.object({
  to: z.string(),
  fromName: z.string(),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
});
export type QueuedMail = z.infer<typeof QueuedMail>;

interface MailRow {
  readonly tenantId: string;
  readonly mailId: string;
}

/** For `mails.sealed` of this row and no other. */
export const sealMail = (keys: Keyring, row: MailRow, mail: QueuedMail): Buffer =>
  keys.seal("mail", placeOf(row), JSON.stringify(mail));

/** @throws {UnreadableSecret} */
export const openMail = (keys: Keyring, row: MailRow, sealed: Uint8Array): QueuedMail =>
  QueuedMail.parse(JSON.parse(keys.open("mail", placeOf(row), sealed).toString()));

const placeOf = ({ tenantId, mailId }: MailRow): SealPlace => ({
  tenantId,
  table: "mails",
  row: mailId,
  column: "sealed",
});
