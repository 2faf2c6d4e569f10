// Sessions that ran out say so in the audit trail: who asks when somebody was last in finds the end beside the beginning.
import type { TenantScope } from "#platform/db/database.ts";
import { defineSchedule } from "#platform/jobs/schedule.ts";
import type { Services } from "#platform/services.ts";
import { endSpent, spentMost } from "./actions/end.ts";

export const endSpentSessions = defineSchedule<Services>("sessions.end_spent", {
  cron: "*/10 * * * *",
  run: ({ eachTenant, services }) =>
    eachTenant((tenant) => endSpentOf(tenant, services.clock.now())),
});

/** One tenant's. They have opened nothing since their end, whether or not this has run. */
export async function endSpentOf(tenant: TenantScope, now: Date): Promise<void> {
  const actor = { kind: "job", job: endSpentSessions.name } as const;
  // Bounded: each full batch leaves fewer behind.
  while ((await tenant.write((db) => endSpent(db, actor, now))) === spentMost);
}
