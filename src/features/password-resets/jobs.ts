// Every week: all stored passwords against what has become known.
import { z } from "zod";
import { defineJob } from "#platform/jobs/define.ts";
import { defineSchedule } from "#platform/jobs/schedule.ts";
import type { Services } from "#platform/services.ts";
import { UserId } from "#src/ids.ts";
import { checkBatch, tellAdmins } from "./recheck.ts";

const Payload = z.object({ startedAt: z.iso.datetime(), after: UserId.nullable() });

/**
 * One batch, then the next as another job: a stop in between costs at most what one question found out. While there is nobody to ask
 * it waits, for up to a day; then the next week's run looks at whoever is left.
 */
export const recheckPasswords = defineJob<typeof Payload, Services>("password_resets.recheck", {
  payload: Payload,
  key: () => "run",
  lane: () => "run",
  priority: -10,
  retryAfterSeconds: [60, 300, 1_800, 7_200, 28_800, 43_200],
  timeoutSeconds: 900,
  run: async ({ payload: { startedAt, after }, tenant, services, signal }) => {
    const actor = { kind: "job", job: recheckPasswords.name } as const;
    const recheck = { tenant, services, actor, signal };
    const since = new Date(startedAt);
    const result = await checkBatch(recheck, { startedAt: since, after });
    if (result.kind === "unanswered") return { retry: "nobody to ask about breaches" };
    const { next } = result;
    if (next === null) await tellAdmins(recheck, since);
    else await tenant.write((db) => recheckPasswords.with({ startedAt, after: next }).enqueue(db));
    return "done";
  },
});

export const recheckWeekly = defineSchedule<Services>("password_resets.recheck_weekly", {
  cron: "41 3 * * 0",
  run: async ({ eachTenant, services, log }) => {
    const { breaches, clock } = services;
    const { mode } = breaches.settings;
    const isAsked = mode === "online" || (mode === "offline" && (await breaches.hasFilter()));
    if (!isAsked) return log.info({ mode }, "breach_recheck_skipped");
    const startedAt = clock.now().toISOString();
    await eachTenant((tenant) =>
      tenant.write((db) => recheckPasswords.with({ startedAt, after: null }).enqueue(db)),
    );
  },
});
