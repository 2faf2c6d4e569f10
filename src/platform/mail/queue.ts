// Mail is queued in the transaction that causes it and delivered by a job after the commit: neither happens without the other.
import type { z } from "zod";
import type { TenantId, UserId } from "#src/ids.ts";
import type { Keyring } from "../crypto/keyring.ts";
import type { TenantDb } from "../db/database.ts";
import type { EmailDefinition, MailFrame } from "./define.ts";
import { deliverMail } from "./jobs.ts";
import { inOneLine } from "./message.ts";
import { renderMail } from "./render.tsx";
import { sealMail } from "./sealed.ts";

/** What queueing needs besides the transaction: whose mail it is, how it is framed, and the keys that seal it. */
export interface Post {
  readonly tenantId: TenantId;
  readonly frame: MailFrame;
  readonly keys: Keyring;
}

export interface MailRecipient {
  readonly email: string;
  /** The person, when there is one: "which messages did they get" is then one index. */
  readonly userId?: UserId;
}

/**
 * Renders a message, keeps it sealed in `mails` and enqueues `mail.deliver`. The address is stored in the sealed part only.
 * @returns the mail's id.
 */
export async function queueMail<D extends z.ZodType>(
  db: TenantDb,
  post: Post,
  email: EmailDefinition<D>,
  to: MailRecipient,
  data: z.input<D>,
): Promise<string> {
  const mailId = Bun.randomUUIDv7();
  const rendered = renderMail(email, email.data.parse(inOneLine(data)), post.frame);
  const sealed = sealMail(
    post.keys,
    { tenantId: post.tenantId, mailId },
    { to: to.email, ...rendered },
  );
  await db
    .insertInto("mails")
    .values({ id: mailId, template: email.name, user_id: to.userId ?? null, sealed })
    .execute();
  await deliverMail.with({ mailId }).enqueue(db);
  return mailId;
}
