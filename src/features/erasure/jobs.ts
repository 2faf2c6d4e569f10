// The second look at somebody anonymised.
import { z } from "zod";
import { defineJob } from "#platform/jobs/define.ts";
import { UserId } from "#src/ids.ts";
import { eraseAgain } from "./trail.ts";

const Payload = z.object({ userId: UserId });

/** A transaction lasts a quarter of a minute at the most, a job that sends something a few minutes. */
export const lateSeconds = 15 * 60;

/** Takes out what was still being written when a person was anonymised. Nothing, mostly. */
export const eraseLate = defineJob<typeof Payload>("erasure.late", {
  payload: Payload,
  key: ({ userId }) => userId,
  retryAfterSeconds: [60, 600, 3_600],
  timeoutSeconds: 120,
  run: async ({ payload, tenant }) => {
    await tenant.write((db) => eraseAgain(db, payload.userId));
    return "done";
  },
});
