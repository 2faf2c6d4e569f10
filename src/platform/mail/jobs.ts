// Delivery of queued mail, with retry, and what becomes of the rows afterwards.
import { sql } from "kysely";
import { z } from "zod";
import { type Keyring, UnreadableSecret } from "../crypto/keyring.ts";
import type { TenantDb, TenantScope } from "../db/database.ts";
import { defineJob, type Outcome } from "../jobs/define.ts";
import { type FindMailLogo, withLogo } from "./logo.ts";
import type { Delivery } from "./message.ts";
import { openMail, type QueuedMail } from "./sealed.ts";
import { texts } from "./texts.ts";
import type { MailTransport } from "./transport.ts";

export interface DeliveryServices {
  readonly keys: Keyring;
  readonly mail: MailTransport;
  readonly mailLogo: FindMailLogo;
}

const Payload = z.object({ mailId: z.uuid() });

/** Half a minute, 2 and 10 minutes, 1 and 4 hours: over a restart of the mail server, and over a morning's outage. */
const retryAfterSeconds = [30, 120, 600, 3_600, 14_400] as const;

/**
 * Delivers one queued mail. Sent, refused for good, or out of attempts: in each case the sealed message leaves the row, and what
 * stays is who got which template when. A second run for a mail that was sent does nothing.
 */
export const deliverMail = defineJob<typeof Payload, DeliveryServices>("mail.deliver", {
  payload: Payload,
  priority: 10,
  retryAfterSeconds,
  timeoutSeconds: 30,
  async run({ payload: { mailId }, tenant, services, signal, attempt }) {
    const row = await tenant.read((db) => queuedMail(db, mailId));
    if (!row) return "done";
    const mail = openRow(services.keys, { tenantId: tenant.id, mailId, sealed: row.sealed });
    const delivery: Delivery = mail
      ? await services.mail.send(
          { id: mailId, at: row.created_at, ...withLogo(mail, await services.mailLogo(tenant)) },
          signal,
        )
      : { outcome: "refused", reason: texts.unreadable };
    return await settle(tenant, mailId, delivery, attempt > retryAfterSeconds.length);
  },
});

/** Writes down what became of an attempt, and answers what becomes of the job. */
async function settle(
  tenant: TenantScope,
  mailId: string,
  delivery: Delivery,
  isLast: boolean,
): Promise<Outcome> {
  if (delivery.outcome === "accepted") {
    await tenant.write((db) =>
      update(db, mailId)
        .set({ state: "sent", sealed: null, error: null, sent_at: sql`now()` })
        .execute(),
    );
    return "done";
  }
  const error = delivery.reason;
  if (delivery.outcome === "refused" || isLast) {
    await tenant.write((db) =>
      update(db, mailId).set({ state: "failed", sealed: null, error }).execute(),
    );
    return { dead: error };
  }
  await tenant.write((db) => update(db, mailId).set({ error }).execute());
  return { retry: error };
}

const queuedMail = (db: TenantDb, mailId: string) =>
  db
    .selectFrom("mails")
    .select(["sealed", "created_at"])
    .where("id", "=", mailId)
    .where("state", "=", "queued")
    .executeTakeFirst();

const update = (db: TenantDb, mailId: string) =>
  db.updateTable("mails").where("id", "=", mailId).where("state", "=", "queued");

interface SealedRow {
  readonly tenantId: string;
  readonly mailId: string;
  readonly sealed: Buffer | null;
}

function openRow(keys: Keyring, { sealed, ...row }: SealedRow): QueuedMail | null {
  if (!sealed) return null;
  try {
    return openMail(keys, row, sealed);
  } catch (error) {
    if (error instanceof UnreadableSecret) return null;
    throw error;
  }
}

export interface PurgedMails {
  /** Queued longer than any retry lasts, without an outcome: their contents are gone now. */
  readonly abandoned: number;
  readonly removed: number;
}

/** For the daily sweep: empties mails queued for two days, removes rows older than 90 days. At most 10,000 of each. */
export async function purgeMails(db: TenantDb, now: Date): Promise<PurgedMails> {
  const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);
  const old = (before: Date) =>
    db.selectFrom("mails").select("id").where("created_at", "<", before).limit(10_000);
  const abandoned = await db
    .updateTable("mails")
    .set({ state: "failed", sealed: null, error: texts.abandoned })
    .where("id", "in", old(daysAgo(2)).where("state", "=", "queued"))
    .executeTakeFirst();
  const removed = await db
    .deleteFrom("mails")
    .where("id", "in", old(daysAgo(90)))
    .executeTakeFirst();
  return {
    abandoned: Number(abandoned.numUpdatedRows),
    removed: Number(removed.numDeletedRows),
  };
}
