// The domains that a connection speaks for: where their addresses lead, and the only addresses that it may name.
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Actor } from "#src/actor.ts";
import type { IdentityProviderId } from "#src/ids.ts";
import { domainNotFound, domainTaken, tooManyDomains } from "../errors.ts";
import { domainBound, domainReleased } from "../events.ts";
import { listDomains, lockProvider } from "../queries.ts";
import { domainsMost } from "../schema.ts";
import { texts } from "../texts.ts";

/** Binds a domain; bound to it already, nothing happens. @throws {providerNotFound} @throws {domainTaken} @throws {tooManyDomains} */
export async function bindDomain(
  db: TenantDb,
  actor: Actor,
  providerId: IdentityProviderId,
  domain: string,
): Promise<void> {
  const { name } = await lockProvider(db, providerId);
  const bound = await listDomains(db, providerId);
  if (bound.items.some((item) => item.domain === domain)) return;
  if (bound.items.length >= domainsMost)
    throw tooManyDomains({ errors: { domain: texts.tooManyDomains } });
  await db
    .insertInto("identity_provider_domains")
    .values({ domain, identity_provider_id: providerId })
    .onConflict((on) => on.constraint("identity_provider_domains_pkey").doNothing())
    .returning("domain")
    .executeTakeFirstOrThrow(() => domainTaken({ domain, errors: { domain: texts.domainTaken } }));
  await record(db, actor, domainBound, { identityProviderId: providerId, name, domain });
}

/** Takes a domain away from a connection. @throws {providerNotFound} @throws {domainNotFound} */
export async function releaseDomain(
  db: TenantDb,
  actor: Actor,
  providerId: IdentityProviderId,
  domain: string,
): Promise<void> {
  const { name } = await lockProvider(db, providerId);
  const { numDeletedRows } = await db
    .deleteFrom("identity_provider_domains")
    .where("domain", "=", domain)
    .where("identity_provider_id", "=", providerId)
    .executeTakeFirstOrThrow();
  if (numDeletedRows === 0n) throw domainNotFound({ domain });
  await record(db, actor, domainReleased, { identityProviderId: providerId, name, domain });
}
