// Adding and removing domains. Nothing that is added has an effect before it is proved.
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Actor } from "#src/actor.ts";
import type { OrganisationDomainId } from "#src/ids.ts";
import { newProofToken } from "../challenge.ts";
import { domainExists, domainNotFound, tooManyDomains } from "../errors.ts";
import { domainAdded, domainRemoved } from "../events.ts";
import { getDomain } from "../queries.ts";
import { domainsMost, type NewDomain } from "../schema.ts";
import { texts } from "../texts.ts";

/** Adds a domain, not proved. @throws {domainExists} @throws {tooManyDomains} */
export async function addDomain(
  db: TenantDb,
  actor: Actor,
  { domain }: NewDomain,
): Promise<OrganisationDomainId> {
  const { count } = await db
    .selectFrom("organisation_domains")
    .select(({ fn }) => fn.countAll<string>().as("count"))
    .executeTakeFirstOrThrow();
  if (Number(count) >= domainsMost) throw tooManyDomains({ errors: { domain: texts.tooMany } });
  const { id: domainId } = await db
    .insertInto("organisation_domains")
    .values({
      domain,
      proof_token: newProofToken(),
      added_by: actor.kind === "user" ? actor.userId : null,
    })
    .onConflict((on) => on.constraint("organisation_domains_domain_unique").doNothing())
    .returning("id")
    .executeTakeFirstOrThrow(() => domainExists({ domain, errors: { domain: texts.exists } }));
  await record(db, actor, domainAdded, { domainId, domain });
  return domainId;
}

/** Ends what a domain does. People keep their addresses, verified as they are, and their groups. @throws {domainNotFound} */
export async function removeDomain(
  db: TenantDb,
  { actor, now }: { actor: Actor; now: Date },
  domainId: OrganisationDomainId,
): Promise<void> {
  await lockDomain(db, domainId);
  const { domain, provedAt, groups } = await getDomain(db, domainId, now);
  await db.deleteFrom("organisation_domains").where("id", "=", domainId).execute();
  await record(db, actor, domainRemoved, {
    domainId,
    domain,
    wasProved: provedAt !== null,
    groups: groups.map(({ id: groupId, name }) => ({ groupId, name })),
  });
}

/** The domain's row, locked until the transaction ends: who is under it comes before, or after (`holdProved`). @throws {domainNotFound} */
export const lockDomain = (db: TenantDb, domainId: OrganisationDomainId) =>
  db
    .selectFrom("organisation_domains")
    .select(["id", "domain", "proved_at as provedAt"])
    .where("id", "=", domainId)
    .forUpdate()
    .executeTakeFirstOrThrow(() => domainNotFound({ domainId }));
