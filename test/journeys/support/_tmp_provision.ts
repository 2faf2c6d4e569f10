import type { Services } from "#platform/services.ts";
import type { Actor } from "#src/actor.ts";
import { createTenant, siteOf } from "#features/tenants/index.ts";
import { createUser } from "#features/users/index.ts";
import { inviteUser } from "#features/invitations/index.ts";
import { postOf } from "#platform/http/handling.ts";
export async function provision(services: Services, actor: Actor, f: {subdomain:string;tenantName:string;email:string;firstName:string;lastName:string}) {
  const { tenant } = await services.database.system((db) => createTenant(db, f.subdomain, f.tenantName));
  await services.database.tenant(tenant.id).write(async (db) => {
    const u = await createUser(db, actor, { ...f, role: "super_admin" } as never);
    await inviteUser(db, postOf(services, siteOf(services.config, tenant)), actor, { userId: u.id, now: new Date(), founding: true });
  });
}
