// What happens after the answer: mailing the way to a new password.
import { z } from "zod";
import { siteOf } from "#features/tenants/index.ts";
import { postOf } from "#platform/http/handling.ts";
import { defineJob } from "#platform/jobs/define.ts";
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
