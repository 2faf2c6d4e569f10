// What administrators write about somebody, whom they ask to complete their profile, and that it is complete.
import { type RawBuilder, sql } from "kysely";
import { changeOwnAttributes, peopleOnly } from "#features/account/index.ts";
import {
  type AttributeChanges,
  attributeName,
  listAttributes,
  writeAttributes,
} from "#features/attributes/index.ts";
import { assertMayManage, lockUser } from "#features/users/index.ts";
import { headOf } from "#platform/audit/record.ts";
import type { EventDefinition } from "#platform/audit/define.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { type Actor, roleOf } from "#src/actor.ts";
import type { UserId } from "#src/ids.ts";
import { outranks, Role } from "#src/permissions.ts";
import { notTheirs, stillMissing } from "./errors.ts";
import { profileAsked, profileAskTakenBack } from "./events.ts";
import { editing, isAskable } from "./queries.ts";
import type { Asked, Asking } from "./schema.ts";
import { texts } from "./texts.ts";

/**
 * Changes somebody's attributes, locked ones too. Who changes their own this way says it of themselves.
 * @throws {userNotFound} @throws {aboveRole} @throws {isAnonymised} @throws {attributeNotInUse}
 */
export async function changeAttributes(
  db: TenantDb,
  actor: Actor,
  { userId, changes }: { userId: UserId; changes: AttributeChanges },
): Promise<void> {
  assertMayManage(actor, await lockUser(db, userId));
  await writeAttributes(db, actor, { userId, changes, as: "administrator" });
}

/**
 * Fills in what the actor's own profile lacks: all of what is theirs to fill in, or nothing.
 * @throws {peopleOnly} @throws {attributeLocked} @throws {attributeNotInUse} @throws {stillMissing} naming the fields
 */
export async function completeProfile(
  db: TenantDb,
  actor: Actor,
  { changes, now }: { changes: AttributeChanges; now: Date },
): Promise<void> {
  if (actor.kind !== "user") throw peopleOnly();
  await lockUser(db, actor.userId);
  await changeOwnAttributes(db, { actor, now, changes });
  const left = (await listAttributes(db, actor.userId)).filter(
    ({ isMissing, isLocked }) => isMissing && !isLocked,
  );
  if (left.length > 0)
    throw stillMissing({
      errors: Object.fromEntries(
        left.map(({ key }) => [key, texts.stillMissingField(attributeName(key))]),
      ),
    });
}

/** Asks people whose missing attributes are all theirs to fill in; who may not be asked is passed over. Two statements for any number. */
export async function askPeople(
  db: TenantDb,
  actor: Actor,
  { userIds, everyone, now }: Asking & { now: Date },
): Promise<Asked> {
  const ids = [...new Set(userIds)];
  const isMeant = everyone ? sql<boolean>`true` : sql<boolean>`u.id = any(${ids}::uuid[])`;
  const asked = await mark(db, actor, {
    event: profileAsked,
    askedAt: now,
    where: sql<boolean>`u.profile_asked_at is null and ${isAskable(await editing(db, now))} and ${isMeant}`,
  });
  return { asked, passedOver: everyone ? 0 : ids.length - asked };
}

/** @throws {userNotFound} @throws {aboveRole} @throws {isAnonymised} @throws {notTheirs} */
export async function askPerson(
  db: TenantDb,
  actor: Actor,
  { userId, now }: { userId: UserId; now: Date },
): Promise<void> {
  assertMayManage(actor, await lockUser(db, userId));
  const { asked } = await askPeople(db, actor, { userIds: [userId], everyone: false, now });
  if (asked === 0 && !(await isAsked(db, userId))) throw notTheirs({ userId });
}

const isAsked = async (db: TenantDb, userId: UserId): Promise<boolean> => {
  const row = await db
    .selectFrom("users")
    .select("profile_asked_at as askedAt")
    .where("id", "=", userId)
    .executeTakeFirst();
  return row !== undefined && row.askedAt !== null;
};

/** Nobody's next page asks any more, of those whom the actor may ask. Answers how many were. */
export const takeBackFromAll = (db: TenantDb, actor: Actor): Promise<number> =>
  mark(db, actor, {
    event: profileAskTakenBack,
    askedAt: null,
    where: sql<boolean>`u.profile_asked_at is not null`,
  });

/** Done already: nothing happens. @throws {userNotFound} @throws {aboveRole} @throws {isAnonymised} */
export async function takeBack(db: TenantDb, actor: Actor, userId: UserId): Promise<void> {
  assertMayManage(actor, await lockUser(db, userId));
  await mark(db, actor, {
    event: profileAskTakenBack,
    askedAt: null,
    where: sql<boolean>`u.profile_asked_at is not null and u.id = ${userId}`,
  });
}

/**
 * Writes or clears since when people are asked, with an event for each by the statement that does it. Nobody above the actor's role is
 * among them: their next page is theirs.
 */
async function mark(
  db: TenantDb,
  actor: Actor,
  {
    event,
    askedAt,
    where,
  }: { event: EventDefinition; askedAt: Date | null; where: RawBuilder<boolean> },
): Promise<number> {
  const { name, actor_kind, actor_id, actor: who } = headOf(actor, event);
  const within = Role.options.filter((role) => outranks(roleOf(actor), role));
  const { rows } = await sql<{ people: number }>`
    with meant as (
      select u.id from users as u
      where ${where} and u.role::text = any(${within}::text[])
      order by u.id for no key update
    ), marked as (
      update users set profile_asked_at = ${askedAt} where id in (select id from meant)
      returning id
    ), told as (
      insert into audit_events (name, actor_kind, actor_id, actor, subject_id, data)
      select ${name}, ${actor_kind}, ${actor_id}::uuid, ${who}::jsonb, id, jsonb_build_object('userId', id)
      from marked
    )
    select count(*)::integer as people from marked`.execute(db);
  return rows[0]?.people ?? 0;
}
