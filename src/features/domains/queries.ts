// Reads of domains, and who is under them.
import { sql } from "kysely";
import { findPolicy, meets, type Strength, strictest } from "#features/policy/index.ts";
import { domainOf } from "#platform/dns/domain.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { GroupId, OrganisationDomainId } from "#src/ids.ts";
import { recordName, recordValue } from "./challenge.ts";
import { domainNotFound, linkNotFound } from "./errors.ts";
import {
  type Domain,
  type DomainDetail,
  type DomainList,
  domainsMost,
  groupsMost,
  type Link,
  type LinkedGroup,
  type LinkParams,
} from "./schema.ts";

/** A domain that its tenant has proved. */
export interface ProvedDomain {
  readonly id: OrganisationDomainId;
  readonly domain: string;
}

/**
 * The proved domain of an address, kept as it is until the transaction ends: a group that is linked at this moment comes before, or after, and
 * then finds the person here. Null: the domain is none of this tenant's, or nothing has proved it. Exactly this domain: a subdomain may be
 * somebody else's.
 */
export async function holdProved(db: TenantDb, email: string): Promise<ProvedDomain | null> {
  const domain = domainOf(email);
  if (domain === null) return null;
  const row = await db
    .selectFrom("organisation_domains")
    .select(["id", "domain"])
    .where("domain", "=", domain)
    .where("proved_at", "is not", null)
    .forShare()
    .executeTakeFirst();
  return row ?? null;
}

/** The names of proved domains, in order; at most 100. */
export async function provedDomains(db: TenantDb): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("organisation_domains")
    .select("domain")
    .where("proved_at", "is not", null)
    .orderBy("domain")
    .limit(domainsMost)
    .execute();
  return rows.map(({ domain }) => domain);
}

/** Domains that their record has proved, with what it says; at most 100. */
export function provedByRecord(
  db: TenantDb,
): Promise<{ id: OrganisationDomainId; domain: string; token: string }[]> {
  return db
    .selectFrom("organisation_domains")
    .select(["id", "domain", "proof_token as token"])
    .where("proved_how", "=", "dns")
    .orderBy("domain")
    .limit(domainsMost)
    .execute();
}

/** All domains by name, with what they give and where their addresses lead. One statement. */
export async function listDomains(db: TenantDb): Promise<DomainList> {
  const rows = await domains(db).orderBy("d.domain").limit(domainsMost).execute();
  return { items: rows.map(toDomain) };
}

/** One domain with its record, people and groups. Four statements. @throws {domainNotFound} */
export async function getDomain(
  db: TenantDb,
  domainId: OrganisationDomainId,
  now: Date,
): Promise<DomainDetail> {
  const row = await domains(db)
    .leftJoin("users as u", "u.id", "d.added_by")
    .select([
      "d.proof_token as token",
      "d.checked_at as checkedAt",
      "d.check_outcome as outcome",
      "d.check_found as found",
      "d.added_by as adderId",
      sql<string | null>`u.first_name || ' ' || u.last_name`.as("adderName"),
    ])
    .where("d.id", "=", domainId)
    .executeTakeFirstOrThrow(() => domainNotFound({ domainId }));
  const { token, checkedAt, outcome, found, adderId, adderName } = row;
  return {
    ...toDomain(row),
    addedBy: adderId !== null && adderName !== null ? { id: adderId, name: adderName } : null,
    record: { type: "TXT", name: recordName(row.domain), value: recordValue(token) },
    lastCheck:
      checkedAt === null || outcome === null
        ? null
        : { at: checkedAt.toISOString(), outcome, found },
    peopleCount: await countPeople(db, row.domain),
    groups: await linkedGroups(db, row, { now }),
  };
}

/** A linked group. @throws {domainNotFound} @throws {linkNotFound} */
export async function getLink(
  db: TenantDb,
  { domainId, groupId }: LinkParams,
  now: Date,
): Promise<Link> {
  const domain = await db
    .selectFrom("organisation_domains")
    .select(["id", "domain"])
    .where("id", "=", domainId)
    .executeTakeFirstOrThrow(() => domainNotFound({ domainId }));
  const [group] = await linkedGroups(db, domain, { only: groupId, now });
  if (!group) throw linkNotFound({ domainId, groupId });
  return { domain, group };
}

/** The groups that could be linked to a domain, by name; at most 500. */
export function linkableGroups(
  db: TenantDb,
  domainId: OrganisationDomainId,
): Promise<{ id: GroupId; name: string }[]> {
  return db
    .selectFrom("groups as g")
    .select(["g.id", "g.name"])
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("organisation_domain_groups as l")
            .select("l.group_id")
            .where("l.domain_id", "=", domainId)
            .whereRef("l.group_id", "=", "g.id"),
        ),
      ),
    )
    .orderBy("g.name_key")
    .limit(500)
    .execute();
}

/** Who has a verified address at a domain and is not deactivated, as ids: by the index on the addresses' domain. */
export const peopleAt = (domain: string) => sql`
  select distinct e.user_id from user_emails as e join users as u on u.id = e.user_id
  where e.domain = ${domain} and e.verified_at is not null and u.state <> 'deactivated'`;

async function countPeople(db: TenantDb, domain: string): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(*) as count from (${peopleAt(domain)}) as people`.execute(db);
  return Number(rows[0]?.count ?? 0);
}

const isMore = (strength: Strength | null, everybody: Strength): boolean =>
  !meets(everybody, strictest(everybody, strength));

/** Whether a group that asks for this asks more than everybody is asked for. */
export async function asksMore(
  db: TenantDb,
  strength: Strength | null,
  now: Date,
): Promise<boolean> {
  return isMore(strength, (await findPolicy(db, now)).strength);
}

/** People are read once, however many groups there are. */
async function linkedGroups(
  db: TenantDb,
  { id, domain }: ProvedDomain,
  { only = null, now }: { only?: GroupId | null; now: Date },
): Promise<LinkedGroup[]> {
  const { rows } = await sql<{
    id: GroupId;
    name: string;
    strength: Strength | null;
    linkedAt: Date;
    missing: string;
  }>`
    with people as materialized (${peopleAt(domain)}), inside as (
      select m.group_id, count(*) as count
      from organisation_domain_groups as l
      join group_members as m on m.group_id = l.group_id and m.by_hand
      join people as p on p.user_id = m.user_id
      where l.domain_id = ${id}
      group by m.group_id
    )
    select g.id, g.name, g.strength, l.linked_at as "linkedAt",
      (select count(*) from people) - coalesce(i.count, 0) as missing
    from organisation_domain_groups as l
    join groups as g on g.id = l.group_id
    left join inside as i on i.group_id = l.group_id
    where l.domain_id = ${id} and (${only}::uuid is null or l.group_id = ${only}::uuid)
    order by g.name_key
    limit ${groupsMost}`.execute(db);
  const { strength: everybody } = await findPolicy(db, now);
  return rows.map(({ linkedAt, missing, ...row }) => ({
    ...row,
    asksMore: isMore(row.strength, everybody),
    linkedAt: linkedAt.toISOString(),
    missingCount: Number(missing),
  }));
}

const domains = (db: TenantDb) =>
  db
    .selectFrom("organisation_domains as d")
    .leftJoin("identity_provider_domains as b", "b.domain", "d.domain")
    .leftJoin("identity_providers as p", "p.id", "b.identity_provider_id")
    .select((eb) => [
      "d.id",
      "d.domain",
      "d.proved_at as provedAt",
      "d.proved_how as provedHow",
      "d.missing_since as missingSince",
      "d.created_at as createdAt",
      "p.id as providerId",
      "p.name as providerName",
      eb
        .selectFrom("organisation_domain_groups as l")
        .select(({ fn }) => fn.countAll<string>().as("count"))
        .whereRef("l.domain_id", "=", "d.id")
        .as("groupCount"),
    ]);

type Row = Awaited<ReturnType<ReturnType<typeof domains>["execute"]>>[number];

const toDomain = (row: Row): Domain => ({
  id: row.id,
  domain: row.domain,
  provedAt: row.provedAt?.toISOString() ?? null,
  provedHow: row.provedHow,
  recordMissingSince: row.missingSince?.toISOString() ?? null,
  groupCount: Number(row.groupCount ?? 0),
  provider:
    row.providerId !== null && row.providerName !== null
      ? { id: row.providerId, name: row.providerName }
      : null,
  createdAt: row.createdAt.toISOString(),
});
