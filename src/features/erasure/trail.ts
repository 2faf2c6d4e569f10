// The audit trail of somebody anonymised: what happened stays, who they were does not.
import { type RawBuilder, sql } from "kysely";
import { personalFields } from "#platform/audit/define.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { UserId } from "#src/ids.ts";
import { type Erased, eraseRows } from "./rows.ts";

/**
 * Overwrites what names them: the one change that the trail allows, and of nobody else's events (sql, `redact_events`). Their row must be
 * anonymised by now, and their addresses nobody's.
 */
export async function redactEvents(db: TenantDb, { userId, addresses }: Erased): Promise<void> {
  // What holds an address is found by reading: about a second for 100,000 such events, more than others may take for long trails.
  await sql`select set_config('statement_timeout', '60s', true)`.execute(db);
  const personal: RawBuilder<unknown> = sql`${JSON.stringify(personalFields())}::jsonb`;
  await sql`select redact_events(${userId}, ${addresses}::text[], ${personal})`.execute(db);
}

/**
 * The whole once more, for what a transaction wrote that had begun before: an event of a session that was in use, a message of a job.
 * Nothing when the person is gone.
 */
export async function eraseAgain(db: TenantDb, userId: UserId): Promise<void> {
  const person = await db
    .selectFrom("users")
    .select("id")
    .where("id", "=", userId)
    .where("anonymised_at", "is not", null)
    .forUpdate()
    .executeTakeFirst();
  if (!person) return;
  const late = { userId, addresses: [] };
  await eraseRows(db, late);
  await redactEvents(db, late);
}
