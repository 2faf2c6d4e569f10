// The groups of people at a domain: linked by administrators, given to whoever comes to have a verified address there. A membership that was
// given is like one by hand; why it was given is in the audit trail.
import { sql } from "kysely";
import { headOf, record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { type Actor, roleOf } from "#src/actor.ts";
import type { GroupId, UserId } from "#src/ids.ts";
import { outranks } from "#src/permissions.ts";
import {
  domainNotProved,
  groupAsksMore,
  groupMissing,
  linkExists,
  linkNotFound,
  tooManyGroups,
} from "../errors.ts";
import { groupGiven, groupLinked, groupUnlinked } from "../events.ts";
import { asksMore, holdProved, peopleAt, type ProvedDomain } from "../queries.ts";
import { type Given, groupsMost, type LinkParams } from "../schema.ts";
import { texts } from "../texts.ts";
import { lockDomain } from "./registry.ts";

interface By {
  readonly actor: Actor;
  readonly now: Date;
}

/**
 * Gives a group to whoever comes to the domain from now on. @throws {domainNotFound} @throws {domainNotProved} @throws {groupMissing}
 * @throws {groupAsksMore} @throws {linkExists} @throws {tooManyGroups}
 */
export async function linkGroup(
  db: TenantDb,
  { actor, now }: By,
  { domainId, groupId }: LinkParams,
): Promise<void> {
  const { domain, provedAt } = await lockDomain(db, domainId);
  if (provedAt === null) throw domainNotProved({ domainId });
  const { name } = await holdGroup(db, { actor, now }, groupId);
  const { count } = await db
    .selectFrom("organisation_domain_groups")
    .select(({ fn }) => fn.countAll<string>().as("count"))
    .where("domain_id", "=", domainId)
    .executeTakeFirstOrThrow();
  if (Number(count) >= groupsMost)
    throw tooManyGroups({ errors: { groupId: texts.tooManyGroups } });
  await db
    .insertInto("organisation_domain_groups")
    .values({ domain_id: domainId, group_id: groupId })
    .onConflict((on) => on.constraint("organisation_domain_groups_pkey").doNothing())
    .returning("group_id")
    .executeTakeFirstOrThrow(() => linkExists({ groupId, errors: { groupId: texts.linkExists } }));
  await record(db, actor, groupLinked, { domainId, domain, groupId, name });
}

/** Ends that; who has the group keeps it. @throws {domainNotFound} @throws {linkNotFound} */
export async function unlinkGroup(
  db: TenantDb,
  actor: Actor,
  { domainId, groupId }: LinkParams,
): Promise<void> {
  const { domain } = await lockDomain(db, domainId);
  const { name } = await db
    .deleteFrom("organisation_domain_groups as l")
    .using("groups as g")
    .where("l.domain_id", "=", domainId)
    .where("l.group_id", "=", groupId)
    .whereRef("g.id", "=", "l.group_id")
    .returning("g.name")
    .executeTakeFirstOrThrow(() => linkNotFound({ domainId, groupId }));
  await record(db, actor, groupUnlinked, { domainId, domain, groupId, name });
}

/**
 * A group that `actor` may put anybody into, neither changed nor deleted before the transaction ends. Nobody puts people above their own role
 * under a demand that could keep them out (features/groups), and who comes to the domain may be anybody.
 * @throws {groupMissing} @throws {groupAsksMore}
 */
async function holdGroup(db: TenantDb, { actor, now }: By, groupId: GroupId) {
  const { name, strength } = await db
    .selectFrom("groups")
    .select(["name", "strength"])
    .where("id", "=", groupId)
    .forKeyShare()
    .executeTakeFirstOrThrow(() =>
      groupMissing({ groupId, errors: { groupId: texts.noSuchGroup } }),
    );
  if (!outranks(roleOf(actor), "super_admin") && (await asksMore(db, strength, now)))
    throw groupAsksMore({ groupId, errors: { groupId: texts.groupAsksMore } });
  return { name };
}

/**
 * Puts everybody who has a verified address at the domain into a linked group: one statement, with an event for each. Answers how many were
 * not in it, or only as long as a provider said so. @throws {groupMissing} @throws {groupAsksMore} @throws {linkNotFound}
 */
export async function addPeople(
  db: TenantDb,
  { actor, now }: By,
  { domainId, groupId }: LinkParams,
): Promise<number> {
  const domain = await db
    .selectFrom("organisation_domains as d")
    .innerJoin("organisation_domain_groups as l", "l.domain_id", "d.id")
    .select(["d.id", "d.domain"])
    .where("d.id", "=", domainId)
    .where("l.group_id", "=", groupId)
    .forShare("d")
    .executeTakeFirstOrThrow(() => linkNotFound({ domainId, groupId }));
  await holdGroup(db, { actor, now }, groupId);
  const { name, actor_kind, actor_id, actor: who } = headOf(actor, groupGiven);
  const data = JSON.stringify({ domainId, domain: domain.domain, groupId, because: "linked" });
  const { rows } = await sql<{ count: string }>`
    with people as materialized (
      select id from users where id in (${peopleAt(domain.domain)}) order by id for key share
    ), added as (
      insert into group_members (group_id, user_id)
      select ${groupId}::uuid, id from people
      on conflict on constraint group_members_pkey
        do update set by_hand = true where not group_members.by_hand
      returning user_id
    ), told as (
      insert into audit_events (name, actor_kind, actor_id, actor, subject_id, data)
      select ${name}, ${actor_kind}, ${actor_id}::uuid, ${who}::jsonb, user_id,
        ${data}::jsonb || jsonb_build_object('userId', user_id)
      from added
    )
    select count(*) as count from added`.execute(db);
  return Number(rows[0]?.count ?? 0);
}

/**
 * Gives somebody who has come to have a verified address the groups of its domain, if that is proved. Nothing else happens, and a group that
 * they have already, by whomever, stays as it is.
 */
export async function giveDomainGroups(
  db: TenantDb,
  actor: Actor,
  { userId, email, because }: { userId: UserId; email: string; because: Given },
): Promise<void> {
  const domain = await holdProved(db, email);
  if (domain !== null) await giveGroupsOf(db, actor, domain, { userId, because });
}

/** The same where the domain is held already. Groups are locked in one order, so that two people do not wait for each other. */
export async function giveGroupsOf(
  db: TenantDb,
  actor: Actor,
  { id: domainId, domain }: ProvedDomain,
  { userId, because }: { userId: UserId; because: Given },
): Promise<void> {
  const groups = await db
    .selectFrom("groups as g")
    .innerJoin("organisation_domain_groups as l", "l.group_id", "g.id")
    .select("g.id")
    .where("l.domain_id", "=", domainId)
    .orderBy("g.id")
    .limit(groupsMost)
    .forKeyShare("g")
    .execute();
  if (groups.length === 0) return;
  const given = await db
    .insertInto("group_members")
    .values(groups.map(({ id }) => ({ group_id: id, user_id: userId })))
    // What a provider gave stays the provider's to take back: somebody could else keep it for good by confirming an address alone.
    .onConflict((on) => on.constraint("group_members_pkey").doNothing())
    .returning("group_id")
    .execute();
  for (const { group_id: groupId } of given)
    await record(db, actor, groupGiven, { domainId, domain, groupId, userId, because });
}
