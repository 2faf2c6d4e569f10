// Every night: whoever nobody has seen for as long as the tenant says.
import { findPolicy } from "#features/policy/index.ts";
import { postOfTenant } from "#features/tenants/index.ts";
import type { TenantScope } from "#platform/db/database.ts";
import { defineSchedule } from "#platform/jobs/schedule.ts";
import type { Services } from "#platform/services.ts";
import type { Actor } from "#src/actor.ts";
import { deactivateDue, isFull, type Night, warnAbsent } from "./actions.ts";
import { warnings } from "./queries.ts";

export const deactivateAbsentPeople = defineSchedule<Services>("inactivity.deactivate", {
  cron: "23 2 * * *",
  run: ({ eachTenant, services }) => eachTenant((tenant) => runNight(tenant, services)),
});

/**
 * One tenant's night. Run again it finds nobody left: the deactivated are not active, the warned are marked. The last warning comes
 * first, so that whoever is absent for longest is told the nearest date and not two.
 */
export async function runNight(tenant: TenantScope, services: Services): Promise<void> {
  const now = services.clock.now();
  const actor: Actor = { kind: "job", job: deactivateAbsentPeople.name };
  const inNight = (body: (night: Night) => Promise<number>) =>
    tenant.write(async (db) => {
      const { inactiveAfterDays: days } = await findPolicy(db, now);
      if (days === null) return 0;
      return body({ db, post: await postOfTenant(db, services), actor, days, now });
    });
  for (const step of [
    deactivateDue,
    ...warnings.toReversed().map((left) => (night: Night) => warnAbsent(night, left)),
  ]) {
    // Bounded: each full batch leaves fewer people behind.
    while (isFull(await inNight(step)));
  }
}
