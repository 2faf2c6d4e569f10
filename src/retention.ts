// What may go, and when: one hourly sweep over every tenant, read as a table. The audit trail is not in it.
import { sql } from "kysely";
import { defineSchedule } from "#platform/jobs/schedule.ts";
import { purgeLimits } from "#platform/limits.ts";
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

export const sweep = defineSchedule<Services>("retention.sweep", {
  cron: "17 * * * *",
  async run({ eachTenant, services }) {
    const now = services.clock.now();
    await eachTenant(async (tenant) => {
      for (const { table, since, keepDays } of kept) {
        const before = new Date(now.getTime() - keepDays * 86_400_000);
        await tenant.write((db) =>
          sql`delete from ${sql.table(table)} where ctid = any (array(
                select ctid from ${sql.table(table)} where ${sql.ref(since)} < ${before} limit ${batchMost}))`.execute(
            db,
          ),
        );
      }
      await tenant.write((db) => purgeLimits(db, now));
      await tenant.write((db) => purgeMails(db, now));
    });
  },
});
