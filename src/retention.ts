// What may go, and when: one hourly sweep over every tenant, read as a table. The audit trail is not in it.
import { sql } from "kysely";
import type { TenantDb } from "#platform/db/database.ts";
import { defineSchedule } from "#platform/jobs/schedule.ts";
import { purgedLimitsMost, purgeLimits } from "#platform/limits.ts";
import { purgeMails } from "#platform/mail/jobs.ts";
import type { Services } from "#platform/services.ts";

/** A row goes `keepDays` after the instant in `since`. */
const kept = [
  { table: "sso_requests", since: "expires_at", keepDays: 1 },
  { table: "identity_provider_requests", since: "expires_at", keepDays: 0 },
  // A message that comes again later is too old to be taken.
  { table: "logouts", since: "expires_at", keepDays: 0 },
  // With the end of the session at the latest, and a day for applications that sign people out after that.
  { table: "saml_session_participants", since: "expires_at", keepDays: 1 },
  { table: "used_assertions", since: "expires_at", keepDays: 0 },
  { table: "sign_ins", since: "expires_at", keepDays: 1 },
  { table: "passkey_challenges", since: "expires_at", keepDays: 1 },
  { table: "devices", since: "expires_at", keepDays: 0 },
  { table: "api_tokens", since: "expires_at", keepDays: 1 },
  // Its certificate only, by then; a key that is not retired has no such instant.
  { table: "saml_keys", since: "retired_at", keepDays: 30 },
  { table: "identity_provider_keys", since: "retired_at", keepDays: 30 },
  // Long enough for "which sessions were there last month", which the audit trail answers after that.
  { table: "sessions", since: "expires_at", keepDays: 30 },
  { table: "user_tokens", since: "expires_at", keepDays: 30 },
  { table: "pending_emails", since: "expires_at", keepDays: 0 },
] as const;

/** Rows of one table that leave in one transaction: locks stay short. */
const batchMost = 5_000;
/** Of one table of one tenant in one hour: more than a large one writes in it, and an end for the sake of the others. */
const batchesMost = 100;

export const sweep = defineSchedule<Services>("retention.sweep", {
  cron: "17 * * * *",
  async run({ eachTenant, services, signal }) {
    const now = services.clock.now();
    await eachTenant(async (tenant) => {
      for (const one of kept)
        await inBatches(signal, batchMost, () => tenant.write((db) => purge(db, one, now)));
      await inBatches(signal, purgedLimitsMost, () => tenant.write((db) => purgeLimits(db, now)));
      await tenant.write((db) => purgeMails(db, now));
    });
  },
});

/** What comes in faster than one batch an hour must not stay for ever: a table would grow without end where much is going on. */
async function inBatches(
  signal: AbortSignal,
  most: number,
  purgeOnce: () => Promise<number>,
): Promise<void> {
  for (let batch = 0; batch < batchesMost && !signal.aborted; batch += 1)
    if ((await purgeOnce()) < most) return;
}

/** Removes one batch; answers how many rows. */
async function purge(
  db: TenantDb,
  { table, since, keepDays }: (typeof kept)[number],
  now: Date,
): Promise<number> {
  const before = new Date(now.getTime() - keepDays * 86_400_000);
  const { numAffectedRows = 0n } = await sql`
    delete from ${sql.table(table)} where ctid = any (array(
      select ctid from ${sql.table(table)} where ${sql.ref(since)} < ${before} limit ${batchMost}))`.execute(
    db,
  );
  return Number(numAffectedRows);
}
