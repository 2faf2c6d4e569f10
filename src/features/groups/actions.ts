// Writes about groups: each records its event in the same transaction.
import { findPolicy, type Strength } from "#features/policy/index.ts";
import { userNotFound } from "#features/users/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Handling } from "#platform/http/context.ts";
import { requireFresh } from "#platform/http/fresh.ts";
import { type Actor, actorMay, roleOf } from "#src/actor.ts";
import type { GroupId, UserId } from "#src/ids.ts";
import { outranks } from "#src/permissions.ts";
import {
  givenByProvider,
  groupAsksMore,
  groupKeepsOut,
  groupNameTaken,
  groupProtects,
  strengthNeedsPermission,
} from "./errors.ts";
import {
  groupCreated,
  groupDeleted,
  groupDescribed,
  groupRenamed,
  groupStrengthChanged,
  memberAdded,
  memberRemoved,
} from "./events.ts";
import {
  applicationsOf,
  getGroup,
  getMember,
  holdGroup,
  lockGroup,
  lockMember,
} from "./queries.ts";
import type { Added, Group, GroupChanges, MemberParams, NewGroup, Removed } from "./schema.ts";
import { asksLess, listLacking } from "./strength.ts";
import { texts } from "./texts.ts";

const nameTaken = () => groupNameTaken({ errors: { name: texts.nameTakenField } });

/** Whose change it is, and how long ago they proved who they are: some changes ask. */
type By = Pick<Handling<unknown, unknown>, "actor" | "session" | "now">;

/** Creates an empty group. @throws {groupNameTaken} */
export async function createGroup(
  db: TenantDb,
  actor: Actor,
  { name, description }: NewGroup,
): Promise<Group> {
  const { id: groupId } = await db
    .insertInto("groups")
    .values({ name, description })
    .onConflict((on) => on.constraint("groups_name_unique").doNothing())
    .returning("id")
    .executeTakeFirstOrThrow(nameTaken);
  await record(db, actor, groupCreated, { groupId, name });
  return getGroup(db, groupId);
}

/**
 * Renames, describes, or asks more of its members; what is absent or the same stays.
 * @throws {groupNotFound} @throws {groupNameTaken} @throws {strengthNeedsPermission} @throws {stepUpRequired} @throws {groupKeepsOut}
 */
export async function changeGroup(
  db: TenantDb,
  by: By,
  { groupId, ...changes }: GroupChanges & { groupId: GroupId },
): Promise<Group> {
  const { actor } = by;
  const group = await lockGroup(db, groupId);
  const { name = group.name, description = group.description } = changes;
  if (name !== group.name) {
    // Applications that are told of groups give rights by their names: another name opens other doors to whoever is in it.
    if ((await getGroup(db, groupId)).memberCount > 0) requireFresh(by);
    await rename(db, groupId, name);
    await record(db, actor, groupRenamed, { groupId, from: group.name, to: name });
  }
  const { strength = group.strength, confirmed = false } = changes;
  if (strength !== group.strength) await setStrength(db, by, { group, strength, confirmed });
  if (description !== group.description) {
    await db.updateTable("groups").set({ description }).where("id", "=", groupId).execute();
    await record(db, actor, groupDescribed, { groupId });
  }
  return getGroup(db, groupId);
}

async function setStrength(
  db: TenantDb,
  by: By,
  {
    group,
    strength,
    confirmed,
  }: { group: Pick<Group, "id" | "strength">; strength: Group["strength"]; confirmed: boolean },
): Promise<void> {
  const [groupId, from] = [group.id, group.strength];
  if (!maySetStrength(by)) throw strengthNeedsPermission();
  const isMore = await asksLess(db, { from: strength, to: from, now: by.now });
  const isOther = isMore || (await asksLess(db, { from, to: strength, now: by.now }));
  if (isOther && (await getGroup(db, groupId)).memberCount > 0) requireFresh(by);
  if (isMore && strength !== null && !confirmed)
    await assertNobodyLacks(db, { groupId, strength, now: by.now });
  await db.updateTable("groups").set({ strength }).where("id", "=", groupId).execute();
  await record(db, by.actor, groupStrengthChanged, { groupId, from, to: strength });
}

/** Nobody who has what is asked of them so far. @throws {groupKeepsOut} naming them */
async function assertNobodyLacks(
  db: TenantDb,
  { groupId, strength, now }: { groupId: GroupId; strength: Strength; now: Date },
): Promise<void> {
  const { graceDays, strength: everybody } = await findPolicy(db, now);
  const wanted = { groupId, strength, everybody };
  const { count, names, alreadyCount } = await listLacking(db, wanted);
  if (count === 0) return;
  const more = count > names.length ? texts.moreApplications(count - names.length) : "";
  const who = [names.join(", "), more].filter(Boolean).join(" ");
  const already = alreadyCount > 0 ? ` ${texts.lackAlready(alreadyCount)}` : "";
  const errors = { confirmed: texts.keepsOutWho(count, who, graceDays) + already };
  throw groupKeepsOut({ count, names, alreadyCount, graceDays, errors });
}

/**
 * Administrators act on groups, the sign-in policy is for those above them: whoever took over an administrator's account must not take away
 * what protects the next one. By no way: neither by changing what a group asks, nor by deleting it, nor by taking the person out.
 */
const maySetStrength = ({ actor }: By): boolean => actorMay(actor, "settings.manage");

/** Before people leave a group, or it leaves them. @throws {groupProtects} @throws {stepUpRequired} */
async function assertMayLeave(db: TenantDb, by: By, from: Group["strength"]): Promise<void> {
  if (!(await asksLess(db, { from, to: null, now: by.now }))) return;
  if (!maySetStrength(by)) throw groupProtects();
  requireFresh(by);
}

/** The only constraint an update of the name can meet is the unique name. */
async function rename(db: TenantDb, groupId: GroupId, name: string): Promise<void> {
  try {
    await db.updateTable("groups").set({ name }).where("id", "=", groupId).execute();
  } catch (error) {
    const isTaken =
      error instanceof Error && "constraint" in error && error.constraint === "groups_name_unique";
    throw isTaken ? nameTaken() : error;
  }
}

/**
 * Deletes a group with its memberships and what it gave access to.
 * @throws {groupNotFound} @throws {groupProtects} @throws {stepUpRequired}
 */
export async function deleteGroup(db: TenantDb, by: By, groupId: GroupId): Promise<void> {
  await lockGroup(db, groupId);
  const { name, memberCount, strength } = await getGroup(db, groupId);
  if (memberCount > 0) {
    await assertMayLeave(db, by, strength);
    // What it opened is closed to all of them, and nothing brings it back.
    requireFresh(by);
  }
  const { applicationCount } = await applicationsOf(db, groupId);
  await db.deleteFrom("groups").where("id", "=", groupId).execute();
  const deleted = { groupId, name, strength, memberCount, applicationCount };
  await record(db, by.actor, groupDeleted, deleted);
}

/**
 * Adds people; who is in the group already stays in it and is not counted.
 * @throws {groupNotFound} @throws {userNotFound} naming every id that is nobody's @throws {groupAsksMore}
 */
export async function addMembers(
  db: TenantDb,
  { actor, now }: Pick<By, "actor" | "now">,
  { groupId, userIds }: { groupId: GroupId; userIds: readonly UserId[] },
): Promise<Added> {
  // Shared, too: whoever gets a group at the end of a sign-in, or with an address, holds their person and waits for the group.
  const { strength } = await holdGroup(db, groupId);
  // Shared locks, so that nobody is removed between being found and being added.
  const found = await db
    .selectFrom("users")
    .select(["id", "role"])
    .where("id", "in", userIds)
    .where("anonymised_at", "is", null)
    .forKeyShare()
    .execute();
  const known = new Set(found.map(({ id }) => id));
  const unknown = userIds.filter((id) => !known.has(id));
  if (unknown.length > 0) throw userNotFound({ userIds: unknown });
  const hasHigher = found.some(({ role }) => !outranks(roleOf(actor), role));
  if (hasHigher && (await asksLess(db, { from: strength, to: null, now }))) throw groupAsksMore();
  const added = await db
    .insertInto("group_members")
    .values([...known].map((userId) => ({ group_id: groupId, user_id: userId })))
    // What an identity provider gave is theirs by hand, too, from now on: it stays when the provider takes its part away.
    .onConflict((on) =>
      on
        .constraint("group_members_pkey")
        .doUpdateSet({ by_hand: true })
        .where("group_members.by_hand", "=", false),
    )
    .returning("user_id")
    .execute();
  for (const { user_id: userId } of added)
    await record(db, actor, memberAdded, { groupId, userId });
  return { groupId, added: added.map(({ user_id }) => user_id) };
}

/**
 * Takes back what people gave: the person is out, unless an identity provider gives the membership, too. What a provider gives, it alone takes
 * away: it would give it again at their next sign-in.
 * @throws {notMember} @throws {givenByProvider} @throws {groupProtects} @throws {stepUpRequired}
 */
export async function removeMember(
  db: TenantDb,
  by: By,
  { groupId, userId }: MemberParams,
): Promise<Removed> {
  const { strength } = await lockMember(db, { groupId, userId });
  const { byHand, givenBy } = await getMember(db, { groupId, userId });
  const [provider] = givenBy;
  if (provider !== undefined && !byHand) throw givenByProvider({ provider });
  // Asked also of who stays by a provider: from now on the group is theirs only as long as it says so.
  await assertMayLeave(db, by, strength);
  if (provider === undefined) await dropMember(db, { groupId, userId });
  else await leaveToProvider(db, { groupId, userId });
  const removed = { groupId, userId, stillGivenBy: givenBy };
  await record(db, by.actor, memberRemoved, removed);
  return removed;
}

const dropMember = (db: TenantDb, { groupId, userId }: MemberParams) =>
  db
    .deleteFrom("group_members")
    .where("group_id", "=", groupId)
    .where("user_id", "=", userId)
    .execute();

const leaveToProvider = (db: TenantDb, { groupId, userId }: MemberParams) =>
  db
    .updateTable("group_members")
    .set({ by_hand: false })
    .where("group_id", "=", groupId)
    .where("user_id", "=", userId)
    .execute();

/** Takes somebody out of every group, because their account ends: what a group asks of who leaves it does not matter then. */
export async function leaveGroups(db: TenantDb, actor: Actor, userId: UserId): Promise<void> {
  const left = await db
    .deleteFrom("group_members")
    .where("user_id", "=", userId)
    .returning("group_id")
    .execute();
  for (const { group_id: groupId } of left)
    await record(db, actor, memberRemoved, { groupId, userId, stillGivenBy: [] });
}
