// The end of a trial that nobody decided: `findPolicy` counts it as taken back at the minute; this writes it down and tells.
import { z } from "zod";
import { findPolicyState } from "#features/policy/index.ts";
import { postOfTenant } from "#features/tenants/index.ts";
import { secondsLater } from "#platform/clock.ts";
import { defineJob } from "#platform/jobs/define.ts";
import type { Services } from "#platform/services.ts";
import { PolicyTrialId } from "#src/ids.ts";
import { lockSettings } from "./lock.ts";

const Payload = z.object({ trialId: PolicyTrialId });

/** Ends the trial if its time is up by now; a trial that has ended otherwise is left alone. Due again when it is too early. */
export const endTrial = defineJob<typeof Payload, Services>("settings.end_trial", {
  payload: Payload,
  key: ({ trialId }) => trialId,
  retryAfterSeconds: [5, 30, 60, 300, 300],
  timeoutSeconds: 30,
  run: async ({ payload, tenant, services }) => {
    const now = services.clock.now();
    await tenant.write(async (db) => {
      const post = await postOfTenant(db, services);
      await lockSettings({ db, now, post, actor: { kind: "job", job: endTrial.name } });
      const { trial } = await findPolicyState(db, now);
      if (trial?.id !== payload.trialId) return;
      const dueAt = trial.applied?.revertAt ?? trial.expiresAt;
      await endTrial.with(payload, secondsLater(dueAt, 1)).enqueue(db);
    });
    return "done";
  },
});
