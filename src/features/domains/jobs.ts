// Once a day: whether the records that proved domains are still there.
import { z } from "zod";
import { postOfTenant } from "#features/tenants/index.ts";
import type { TenantScope } from "#platform/db/database.ts";
import { defineJob } from "#platform/jobs/define.ts";
import { defineSchedule } from "#platform/jobs/schedule.ts";
import type { Services } from "#platform/services.ts";
import { lookAtAll } from "./actions/record.ts";
import { provedByRecord } from "./queries.ts";

const Nothing = z.object({});

/** Looks at all of a tenant's. A hundred that nobody answers for take two minutes. */
export const lookForRecords = defineJob<typeof Nothing, Services>("domains.look_for_records", {
  payload: Nothing,
  key: () => "",
  priority: -10,
  retryAfterSeconds: [600, 3_600],
  timeoutSeconds: 600,
  run: async ({ tenant, services, signal }) => {
    const actor = { kind: "job", job: lookForRecords.name } as const;
    const now = services.clock.now();
    await lookAtAll({ tenant, dns: services.dns, signal }, async (db) => ({
      actor,
      now,
      post: await postOfTenant(db, services),
    }));
    return "done";
  },
});

export const lookForRecordsDaily = defineSchedule<Services>("domains.look_for_records_daily", {
  cron: "29 4 * * *",
  run: ({ eachTenant }) => eachTenant(queueIfProved),
});

/** Queues the job for a tenant that has proved a domain by its record. */
export const queueIfProved = (tenant: TenantScope): Promise<void> =>
  tenant.write(async (db) => {
    if ((await provedByRecord(db)).length > 0) await lookForRecords.with({}).enqueue(db);
  });
