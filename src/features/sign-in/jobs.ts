// What happens after the answer: mailing the way to a new password.
import { z } from "zod";
import { siteOf } from "#features/tenants/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { postOf } from "#platform/http/handling.ts";
import { defineJob } from "#platform/jobs/define.ts";
import type { Services } from "#platform/services.ts";
import { sendResetLink } from "./actions/forgotten.ts";
import { sendProofCode } from "./actions/mail-proof.ts";

const Request = z.object({
  email: z.string(),
  origin: z.object({ requestId: z.string(), ip: z.string(), userAgent: z.string() }),
  /** The owner of the address has signed in with this browser before: it was counted for itself. */
  isKnownDevice: z.boolean().default(false),
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
      const { post } = await placeOf(db, services);
      await sendResetLink(db, post, { ...payload, now });
    });
    return "done";
  },
});

const Proof = z.object({ signInId: z.uuid() });

/** Mails the code that proves a mailbox, if the address that was typed is anybody's. */
export const mailProofCode = defineJob<typeof Proof, Services>("sign_in.mail_proof_code", {
  payload: Proof,
  priority: 10,
  retryAfterSeconds: [5, 30, 120],
  timeoutSeconds: 30,
  run: async ({ payload, tenant, services }) => {
    const now = services.clock.now();
    await tenant.write(async (db) => {
      const { post, tenantId } = await placeOf(db, services);
      await sendProofCode(db, { post, tenantId, keys: services.keys, now }, payload.signInId);
    });
    return "done";
  },
});

/** The tenant a job runs in, as mails name it. */
async function placeOf(db: TenantDb, services: Services) {
  const own = await db
    .selectFrom("tenants")
    .select(["id", "subdomain", "name", "state", "created_at as createdAt"])
    .executeTakeFirstOrThrow();
  const site = siteOf(services.config, own);
  return { tenantId: site.tenantId, post: postOf(services, site) };
}
