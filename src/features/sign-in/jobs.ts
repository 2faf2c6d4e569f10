// What happens after the answer: mailing the way to a new password, and sweeping up what has expired.
import { sql } from "kysely";
import { z } from "zod";
import { siteOf } from "#features/tenants/index.ts";
import { secondsLater } from "#platform/clock.ts";
import { postOf } from "#platform/http/handling.ts";
import { defineJob } from "#platform/jobs/define.ts";
import { defineSchedule } from "#platform/jobs/schedule.ts";
import type { Services } from "#platform/services.ts";
import { sendResetLink } from "./actions/forgotten.ts";

const Request = z.object({
  email: z.string(),
  origin: z.object({ requestId: z.string(), ip: z.string(), userAgent: z.string() }),
});

/**
 * Mails a link to an address, if it belongs to somebody. A job, so that the answer to the request takes the same time for every
 * address. The payload is what the stranger typed and where from: no id is known before the look-up.
 */
export const mailResetLink = defineJob<typeof Request, Services>("sign_in.mail_reset_link", {
  payload: Request,
  priority: 10,
  retryAfterSeconds: [5, 30, 120],
  timeoutSeconds: 30,
  run: async ({ payload, tenant, services }) => {
    const now = services.clock.now();
    await tenant.write(async (db) => {
      const own = await db
        .selectFrom("tenants")
        .select(["id", "subdomain", "name", "state", "created_at as createdAt"])
        .executeTakeFirstOrThrow();
      const post = postOf(services, siteOf(services.config, own));
      await sendResetLink(db, post, { ...payload, now });
    });
    return "done";
  },
});

const sweptAtOnce = 10_000;
/** A sign-in that ended is kept for a while: its browser may come back and wants to know where it was going. */
const keptSeconds = 24 * 60 * 60;

defineSchedule<Pick<Services, "clock">>("sign_in.sweep", {
  cron: "17 * * * *",
  run: async (context) => {
    const before = secondsLater(context.services.clock.now(), -keptSeconds);
    await context.eachTenant((tenant) =>
      tenant.write(async (db) => {
        await sql`delete from sign_ins where id in (
          select id from sign_ins where expires_at < ${before} limit ${sweptAtOnce}
        )`.execute(db);
      }),
    );
  },
});
