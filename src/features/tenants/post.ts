// Where a job puts a tenant's mail: it knows the tenant's scope and no request.
import type { TenantDb } from "#platform/db/database.ts";
import { postOf } from "#platform/http/handling.ts";
import type { Post } from "#platform/mail/queue.ts";
import type { Services } from "#platform/services.ts";
import { siteOf } from "./host.ts";

/** The tenant's own row, as its links and names in mails need it. */
export async function postOfTenant(db: TenantDb, services: Services): Promise<Post> {
  const own = await db
    .selectFrom("tenants")
    .select(["id", "subdomain", "name", "state", "created_at as createdAt"])
    .executeTakeFirstOrThrow();
  return postOf(services, siteOf(services.config, own));
}
