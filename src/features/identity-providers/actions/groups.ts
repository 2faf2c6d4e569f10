// The groups that a provider gives. A membership is one row, whoever gave it; what a provider gave is noted beside it, so that only
// that is taken away, and only when no other provider and nobody by hand has given it too.
import { sql } from "kysely";
import { jsonArrayFrom, jsonObjectFrom } from "kysely/helpers/postgres";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Actor } from "#src/actor.ts";
import type { GroupId, IdentityProviderId, UserId } from "#src/ids.ts";
import { groupsTaken, groupsTakenBack } from "../events.ts";
import {
  type GroupFacts,
  type GroupPlan,
  type GroupSettings,
  type NamedGroup,
  planGroups,
  type Said,
} from "../group-plan.ts";
import type { Asserted } from "../requests.ts";
import { createGroups } from "./created-groups.ts";

/** What a provider and its claim mean for a person, in one statement; null: the provider is gone. `userId` null: nobody yet. */
export async function groupFacts(
  db: TenantDb,
  {
    providerId,
    userId,
    values,
  }: { providerId: IdentityProviderId; userId: UserId | null; values: readonly string[] },
): Promise<GroupFacts | null> {
  const row = await db
    .selectFrom("identity_providers as p")
    .select((eb) => [
      "p.groups_attribute as groupsAttribute",
      "p.groups_unsaid as groupsUnsaid",
      "p.creates_groups as createsGroups",
      jsonObjectFrom(
        eb
          .selectFrom("groups as g")
          .select(["g.id", "g.name"])
          .whereRef("g.id", "=", "p.base_group_id"),
      ).as("baseGroup"),
      jsonArrayFrom(
        eb
          .selectFrom("provider_memberships as m")
          .innerJoin("groups as g", "g.id", "m.group_id")
          .select(["g.id", "g.name"])
          .whereRef("m.identity_provider_id", "=", "p.id")
          .where("m.user_id", "=", userId),
      ).as("given"),
      jsonArrayFrom(
        eb
          .selectFrom("provider_groups as v")
          .innerJoin("groups as g", "g.id", "v.group_id")
          .select(["g.id", "g.name", "v.value"])
          .whereRef("v.identity_provider_id", "=", "p.id")
          .where(sql<boolean>`v.value = any(${[...values]}::text[])`),
      ).as("mapped"),
    ])
    .where("p.id", "=", providerId)
    .executeTakeFirst();
  if (!row) return null;
  const { given, mapped, ...settings } = row;
  return { settings, given, mapped };
}

/** What a sign-in would change of somebody's groups, and whose; for whoever tries a connection out. Null: no groups are given at all. */
export async function previewGroups(
  db: TenantDb,
  asserted: Asserted,
): Promise<GroupPreview | null> {
  const { providerId, subject, email, groups } = asserted;
  const person = await db
    .selectFrom("users as u")
    .select(["u.id", "u.first_name as firstName", "u.last_name as lastName"])
    .where("u.id", "in", (eb) =>
      eb
        .selectFrom("federated_identities")
        .select("user_id")
        .where("identity_provider_id", "=", providerId)
        .where("subject", "=", subject)
        .union(
          eb
            .selectFrom("user_emails")
            .select("user_id")
            .where("email", "=", email)
            .where("verified_at", "is not", null),
        ),
    )
    // Whom it names already comes before whose address it is.
    .orderBy(
      sql`exists (select from federated_identities as f where f.user_id = u.id
        and f.identity_provider_id = ${providerId} and f.subject = ${subject})`,
      "desc",
    )
    .limit(1)
    .executeTakeFirst();
  const userId = person?.id ?? null;
  const facts = await groupFacts(db, { providerId, userId, values: groups ?? [] });
  if (!facts) return null;
  const { settings, given } = facts;
  if (settings.baseGroup === null && settings.groupsAttribute === null && given.length === 0)
    return null;
  const name = person ? `${person.firstName} ${person.lastName}` : null;
  return { ...planGroups(facts, asserted), settings, person: name };
}
export interface GroupPreview extends GroupPlan {
  readonly settings: GroupSettings;
  /** Nobody here is this person yet. */
  readonly person: string | null;
}

/**
 * Makes a person's memberships what the provider says, as far as it gives them: at the end of a sign-in, which holds the person's lock, so
 * that two sign-ins come one after the other. One event says what came and went. Roles are never given by a claim.
 */
export async function takeGroups(
  db: TenantDb,
  actor: Actor,
  asserted: Said & Pick<Asserted, "providerId" | "providerName">,
  userId: UserId,
): Promise<void> {
  const { providerId, providerName, groups, groupsUnusable } = asserted;
  const values = groups ?? [];
  // Until the end: whoever deletes the provider waits, and takes away what is given here too. On its own, before anything is read: who waited
  // for a change of the settings would otherwise go on with what was there before it.
  if (!(await hold(db, providerId))) return;
  const facts = await groupFacts(db, { providerId, userId, values });
  if (!facts) return;
  const plan = planGroups(facts, asserted);
  const created = await createGroups(db, actor, {
    provider: { id: providerId, name: providerName },
    baseGroup: facts.settings.baseGroup,
    values: plan.create,
  });
  const added = await give(db, { providerId, userId, groups: [...plan.add, ...created.groups] });
  await takeBack(db, { providerId, userId, groups: plan.remove });
  const ignoredCount = plan.ignored.length + created.leftOut;
  if (added.length === 0 && plan.remove.length === 0 && groupsUnusable === 0) return;
  await record(db, actor, groupsTaken, {
    identityProviderId: providerId,
    name: providerName,
    userId,
    added: added.map(named),
    removed: plan.remove.map(named),
    addedCount: added.length,
    removedCount: plan.remove.length,
    ignoredCount,
    unusableCount: groupsUnusable,
  });
}

const hold = (db: TenantDb, providerId: IdentityProviderId) =>
  db
    .selectFrom("identity_providers")
    .select("id")
    .where("id", "=", providerId)
    .forKeyShare()
    .executeTakeFirst();

const named = ({ id, name }: NamedGroup) => ({ groupId: id, name });

interface Memberships {
  readonly providerId: IdentityProviderId;
  readonly userId: UserId;
  readonly groups: readonly NamedGroup[];
}

/** Answers the groups that were given: one that was deleted meanwhile is none. Locked in one order, so that two people do not wait for each other. */
async function give(
  db: TenantDb,
  { providerId, userId, groups }: Memberships,
): Promise<readonly NamedGroup[]> {
  if (groups.length === 0) return [];
  const ids = groups.map(({ id }) => id);
  const there = await db
    .selectFrom("groups")
    .select(["id", "name"])
    .where(sql<boolean>`id = any(${ids}::uuid[])`)
    .orderBy("id")
    .forKeyShare()
    .execute();
  if (there.length === 0) return [];
  await db
    .insertInto("group_members")
    .values(there.map(({ id }) => ({ group_id: id, user_id: userId, by_hand: false })))
    // Locks one that is there: somebody who takes the person out of the group by hand comes before, or after.
    .onConflict((on) =>
      on
        .constraint("group_members_pkey")
        .doUpdateSet({ by_hand: sql<boolean>`group_members.by_hand` }),
    )
    .execute();
  await db
    .insertInto("provider_memberships")
    .values(
      there.map(({ id }) => ({
        identity_provider_id: providerId,
        group_id: id,
        user_id: userId,
      })),
    )
    .onConflict((on) => on.doNothing())
    .execute();
  return there;
}

async function takeBack(db: TenantDb, { providerId, userId, groups }: Memberships): Promise<void> {
  if (groups.length === 0) return;
  const ids = groups.map(({ id }) => id);
  await takeBackWhere(
    db,
    sql`m.identity_provider_id = ${providerId} and m.user_id = ${userId}
    and m.group_id = any(${ids}::uuid[])`,
  );
}

/**
 * Takes back what a provider gave, as a condition on `provider_memberships as m` says; answers how many memberships. Those are locked first, so
 * that a hand which takes its own part back at the same moment comes before, or after: nobody stays whom nobody gives any more.
 */
async function takeBackWhere(db: TenantDb, condition: ReturnType<typeof sql>): Promise<number> {
  const { rows } = await sql<{ groupId: GroupId; userId: UserId }>`
    with held as materialized (
      select g.group_id, g.user_id from group_members as g
      where (g.group_id, g.user_id) in (select m.group_id, m.user_id from provider_memberships as m where ${condition})
      order by g.group_id, g.user_id for update
    )
    delete from provider_memberships as m using held
    where ${condition} and m.group_id = held.group_id and m.user_id = held.user_id
    returning m.group_id as "groupId", m.user_id as "userId"`.execute(db);
  if (rows.length === 0) return 0;
  await sql`
    delete from group_members as g
    using unnest(${rows.map(({ groupId }) => groupId)}::uuid[], ${rows.map(({ userId }) => userId)}::uuid[]) as gone (group_id, user_id)
    where g.group_id = gone.group_id and g.user_id = gone.user_id and not g.by_hand
      and not exists (select from provider_memberships as o where o.group_id = g.group_id and o.user_id = g.user_id)`.execute(
    db,
  );
  return rows.length;
}

/** Everything that a provider gave one person: they do not come by it any more. */
export async function takeBackFrom(
  db: TenantDb,
  { providerId, userId }: { providerId: IdentityProviderId; userId: UserId },
): Promise<void> {
  await takeBackWhere(db, sql`m.identity_provider_id = ${providerId} and m.user_id = ${userId}`);
}

interface Whole {
  readonly id: IdentityProviderId;
  readonly name: string;
}

/** Everything that a provider gave anybody: it is going to be deleted. */
export async function takeBackAll(db: TenantDb, actor: Actor, provider: Whole): Promise<void> {
  const count = await takeBackWhere(db, sql`m.identity_provider_id = ${provider.id}`);
  await noteTakenBack(db, actor, provider, { groupId: null, count });
}

/** What a provider gave of one group: nothing of it stands for the group any more. Nothing happens while something still does. */
export async function takeBackGroup(
  db: TenantDb,
  actor: Actor,
  provider: Whole,
  groupId: GroupId,
): Promise<void> {
  const count = await takeBackWhere(
    db,
    sql`m.identity_provider_id = ${provider.id} and m.group_id = ${groupId}
      and not exists (select from identity_providers as p where p.id = ${provider.id} and p.base_group_id = ${groupId})
      and not exists (select from provider_groups as v where v.identity_provider_id = ${provider.id} and v.group_id = ${groupId})`,
  );
  await noteTakenBack(db, actor, provider, { groupId, count });
}

async function noteTakenBack(
  db: TenantDb,
  actor: Actor,
  { id, name }: Whole,
  { groupId, count }: { groupId: GroupId | null; count: number },
): Promise<void> {
  if (count === 0) return;
  await record(db, actor, groupsTakenBack, { identityProviderId: id, name, groupId, count });
}
