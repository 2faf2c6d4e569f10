// Reads of groups and memberships. Names are ordered without case and accents (`name_key`).
import { sql } from "kysely";
import { jsonArrayFrom } from "kysely/helpers/postgres";
import { z } from "zod";
import type { Strength } from "#features/policy/index.ts";
import { isAfter, personMatches, primaryEmail } from "#features/users/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { decodeCursor, toPage } from "#platform/http/input.ts";
import { type GroupId, UserId } from "#src/ids.ts";
import { groupNotFound, notMember } from "./errors.ts";
import {
  applicationsShownMost,
  type Candidates,
  type Group,
  type GroupDetail,
  type GroupFilter,
  type GroupList,
  type Member,
  type MemberFilter,
  type MemberList,
  type MemberParams,
} from "./schema.ts";
import { asksLess } from "./strength.ts";

const GroupCursor = z.tuple([z.string()]);

/** Groups whose name contains `q`, by name, with their number of members. One statement. */
export async function listGroups(
  db: TenantDb,
  { q, limit, cursor }: GroupFilter,
): Promise<GroupList> {
  const after = cursor === undefined ? null : decodeCursor(GroupCursor, cursor)[0];
  const rows = await groups(db)
    .select("g.name_key as key")
    // strpos takes the text as it is: there is no wildcard to escape.
    .$if(q !== "", (query) => query.where(sql<boolean>`strpos(g.name_key, app.fold(${q})) > 0`))
    .$if(after !== null, (query) => query.where("g.name_key", ">", after ?? ""))
    .orderBy("g.name_key")
    .limit(limit + 1)
    .execute();
  const page = toPage(rows, limit, ({ key }) => [key]);
  return { items: page.items.map(toGroup), next: page.next };
}

/** One group. @throws {groupNotFound} */
export async function getGroup(db: TenantDb, groupId: GroupId): Promise<Group> {
  return toGroup(
    await groups(db)
      .where("g.id", "=", groupId)
      .executeTakeFirstOrThrow(() => groupNotFound({ groupId })),
  );
}

/** One group with a page of its members and what it gives access to. Five statements. @throws {groupNotFound} */
export async function getGroupDetail(
  db: TenantDb,
  { groupId, now, ...filter }: MemberFilter & { groupId: GroupId; now: Date },
): Promise<GroupDetail> {
  const group = await getGroup(db, groupId);
  return {
    ...group,
    ...(await applicationsOf(db, groupId)),
    members: await listMembers(db, groupId, filter),
    asksMore: await asksLess(db, { from: group.strength, to: null, now }),
  };
}

/** The applications that would be lost with the group: how many, and the first by name. */
export async function applicationsOf(db: TenantDb, groupId: GroupId) {
  const granted = db
    .selectFrom("application_grants as a")
    .innerJoin("applications as p", "p.id", "a.application_id")
    .where("a.group_id", "=", groupId)
    .where("p.available_to_all", "=", false);
  const rows = await granted
    .select(["p.id", "p.name", (row) => row.fn.countAll<string>().over().as("count")])
    .orderBy("p.name")
    .limit(applicationsShownMost)
    .execute();
  return {
    applicationCount: Number(rows[0]?.count ?? 0),
    applications: rows.map(({ id, name }) => ({ id, name })),
  };
}

const MemberCursor = z.tuple([z.string(), UserId]);

/** Members with every word of `q` in a name or an address, by name. */
export async function listMembers(
  db: TenantDb,
  groupId: GroupId,
  { q, limit, cursor }: MemberFilter,
): Promise<MemberList> {
  const after = cursor === undefined ? null : decodeCursor(MemberCursor, cursor);
  const rows = await members(db, groupId)
    .select("u.name_key as key")
    .where(personMatches(q))
    .$if(after !== null, (query) => query.where(isAfter(after ?? ["", ""])))
    .orderBy("u.name_key")
    .orderBy("u.id")
    .limit(limit + 1)
    .execute();
  const page = toPage(rows, limit, ({ key, id }) => [key, id]);
  return { items: page.items.map(toMember), next: page.next };
}

/** One member. @throws {notMember} */
export async function getMember(db: TenantDb, { groupId, userId }: MemberParams): Promise<Member> {
  return toMember(
    await members(db, groupId)
      .where("u.id", "=", userId)
      .executeTakeFirstOrThrow(() => notMember({ groupId, userId })),
  );
}

const candidatesMost = 50;

/** People who are not in the group and match `q`, by name: the first 50. */
export async function findCandidates(
  db: TenantDb,
  groupId: GroupId,
  q: string,
): Promise<Candidates> {
  const rows = await db
    .selectFrom("users as u")
    .select([
      "u.id",
      "u.first_name as firstName",
      "u.last_name as lastName",
      primaryEmail.as("email"),
    ])
    .where("u.state", "<>", "deactivated")
    .where(personMatches(q))
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom("group_members as m")
            .select("m.user_id")
            .where("m.group_id", "=", groupId)
            .whereRef("m.user_id", "=", "u.id"),
        ),
      ),
    )
    .orderBy("u.name_key")
    .orderBy("u.id")
    .limit(candidatesMost + 1)
    .execute();
  const people = rows
    .slice(0, candidatesMost)
    .map(({ id, firstName, lastName, email }) => ({ id, name: `${firstName} ${lastName}`, email }));
  return { people, hasMore: rows.length > candidatesMost };
}

/** The groups of a person, by name: at most 1000. */
export function listGroupsOfUser(
  db: TenantDb,
  userId: UserId,
): Promise<{ id: GroupId; name: string }[]> {
  return db
    .selectFrom("group_members as m")
    .innerJoin("groups as g", "g.id", "m.group_id")
    .select(["g.id", "g.name"])
    .where("m.user_id", "=", userId)
    .orderBy("g.name_key")
    .limit(1_000)
    .execute();
}

/** What the group of a member asks for; the membership is locked until the transaction ends. @throws {notMember} */
export async function lockMember(db: TenantDb, { groupId, userId }: MemberParams) {
  const { strength } = await db
    .selectFrom("group_members as m")
    .innerJoin("groups as g", "g.id", "m.group_id")
    .select("g.strength")
    .where("m.group_id", "=", groupId)
    .where("m.user_id", "=", userId)
    .forUpdate("m")
    .executeTakeFirstOrThrow(() => notMember({ groupId, userId }));
  return { strength };
}

/** What a group asks for; it is neither changed nor deleted before the transaction ends. @throws {groupNotFound} */
export const holdGroup = (db: TenantDb, groupId: GroupId) =>
  db
    .selectFrom("groups")
    .select("strength")
    .where("id", "=", groupId)
    .forKeyShare()
    .executeTakeFirstOrThrow(() => groupNotFound({ groupId }));

/** The group's row, locked until the transaction ends. @throws {groupNotFound} */
export function lockGroup(db: TenantDb, groupId: GroupId) {
  return db
    .selectFrom("groups")
    .select(["id", "name", "description", "strength"])
    .where("id", "=", groupId)
    .forUpdate()
    .executeTakeFirstOrThrow(() => groupNotFound({ groupId }));
}

function groups(db: TenantDb) {
  return db.selectFrom("groups as g").select((row) => [
    "g.id",
    "g.name",
    "g.description",
    "g.strength",
    "g.created_at as createdAt",
    row
      .selectFrom("group_members as m")
      .select((member) => member.fn.countAll<string>().as("count"))
      .whereRef("m.group_id", "=", "g.id")
      .as("memberCount"),
    row
      .selectFrom("provider_groups as v")
      .innerJoin("identity_providers as p", "p.id", "v.identity_provider_id")
      .whereRef("v.group_id", "=", "g.id")
      .where("v.is_created", "=", true)
      .select("p.name")
      .limit(1)
      .as("managedBy"),
  ]);
}

const toGroup = (row: {
  id: GroupId;
  name: string;
  description: string;
  strength: Strength | null;
  memberCount: string | null;
  managedBy: string | null;
  createdAt: Date;
}): Group => ({
  id: row.id,
  name: row.name,
  description: row.description,
  strength: row.strength,
  memberCount: Number(row.memberCount ?? 0),
  managedBy: row.managedBy,
  createdAt: row.createdAt.toISOString(),
});

function members(db: TenantDb, groupId: GroupId) {
  return db
    .selectFrom("group_members as m")
    .innerJoin("users as u", "u.id", "m.user_id")
    .select([
      "u.id",
      "u.first_name as firstName",
      "u.last_name as lastName",
      primaryEmail.as("email"),
      "u.state",
      "m.added_at as addedAt",
      "m.by_hand as byHand",
    ])
    .select((row) =>
      jsonArrayFrom(
        row
          .selectFrom("provider_memberships as o")
          .innerJoin("identity_providers as p", "p.id", "o.identity_provider_id")
          .select("p.name")
          .whereRef("o.group_id", "=", "m.group_id")
          .whereRef("o.user_id", "=", "m.user_id")
          .orderBy("p.name")
          .limit(10),
      ).as("givenBy"),
    )
    .where("m.group_id", "=", groupId);
}

type MemberRow = Omit<Member, "addedAt" | "givenBy"> & {
  addedAt: Date;
  givenBy: readonly { name: string }[];
};

const toMember = ({ addedAt, givenBy, ...row }: MemberRow): Member => {
  const { id, firstName, lastName, email, state, byHand } = row;
  return {
    id,
    firstName,
    lastName,
    email,
    state,
    addedAt: addedAt.toISOString(),
    byHand,
    givenBy: givenBy.map(({ name }) => name),
  };
};
