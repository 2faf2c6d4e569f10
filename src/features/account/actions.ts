// What people change about their own account.
import { sql } from "kysely";
import { AttributeChanges, writeAttributes } from "#features/attributes/index.ts";
import { findPolicy } from "#features/policy/index.ts";
import { setNames } from "#features/users/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { type Actor, actorMay } from "#src/actor.ts";
import { namesLocked, peopleOnly } from "./errors.ts";
import { profileChanged } from "./events.ts";
import { getProfile } from "./queries.ts";
import type { Profile, ProfileChanges } from "./schema.ts";
import { texts } from "./texts.ts";

/**
 * Changes the actor's own names, attributes, time zone and theme, as far as they differ.
 * @throws {peopleOnly} @throws {namesLocked} @throws {attributeNotInUse} @throws {attributeLocked}
 */
export async function changeProfile(
  db: TenantDb,
  actor: Actor,
  { now, ...changes }: ProfileChanges & { now: Date },
): Promise<Profile> {
  if (actor.kind !== "user") throw peopleOnly();
  const { userId } = actor;
  const before = await getProfile(db, userId);
  const { firstName = before.firstName, lastName = before.lastName } = changes;
  await assertMayRename(db, { actor, now, before, wanted: { firstName, lastName } });
  await setNames(db, actor, { userId, firstName, lastName });
  await changeOwnAttributes(db, { actor, now, changes: AttributeChanges.parse(changes) });
  const { timeZone = before.timeZone, theme = before.theme } = changes;
  if (timeZone !== before.timeZone || theme !== before.theme) {
    await db
      .updateTable("users")
      .set({ time_zone: timeZone, theme })
      .where("id", "=", userId)
      .execute();
    await record(db, actor, profileChanged, {
      userId,
      ...(timeZone === before.timeZone ? {} : { timeZone }),
      ...(theme === before.theme ? {} : { theme }),
    });
  }
  // Also where it stays what it was: whoever saved it has seen it.
  if (changes.timeZone !== undefined)
    await db
      .updateTable("users")
      .set({ time_zone_chosen_at: now })
      .where("id", "=", userId)
      .execute();
  return getProfile(db, userId);
}

/** Takes the browser's time zone for somebody who never chose one; else nothing happens. @throws {peopleOnly} */
export async function takeBrowserZone(db: TenantDb, actor: Actor, timeZone: string): Promise<void> {
  if (actor.kind !== "user") throw peopleOnly();
  const { userId } = actor;
  const { numUpdatedRows } = await db
    .updateTable("users")
    .set({ time_zone: timeZone })
    .where("id", "=", userId)
    .where("time_zone_chosen_at", "is", null)
    .where("time_zone", "=", "UTC")
    .where(sql<boolean>`${timeZone} <> 'UTC'`)
    .executeTakeFirst();
  if (numUpdatedRows > 0n) await record(db, actor, profileChanged, { userId, timeZone });
}

/**
 * Changes the actor's own attributes, as far as the tenant leaves them to people. The person is locked.
 * @throws {attributeNotInUse} @throws {attributeLocked}
 */
export async function changeOwnAttributes(
  db: TenantDb,
  {
    actor,
    now,
    changes,
  }: { actor: Extract<Actor, { kind: "user" }>; now: Date; changes: AttributeChanges },
): Promise<void> {
  if (Object.keys(changes).length === 0) return;
  const peopleEdit = await mayEditProfile(db, actor, now);
  await writeAttributes(db, actor, { userId: actor.userId, changes, as: "person", peopleEdit });
}

type Names = Pick<Profile, "firstName" | "lastName">;

/** Where the tenant keeps profiles, people leave theirs alone; who makes that setting is above it. */
export async function mayEditProfile(db: TenantDb, actor: Actor, now: Date): Promise<boolean> {
  return actorMay(actor, "settings.manage") || (await findPolicy(db, now)).peopleEditNames;
}

/** @throws {namesLocked} naming the fields that differ */
async function assertMayRename(
  db: TenantDb,
  { actor, now, before, wanted }: { actor: Actor; now: Date; before: Names; wanted: Names },
): Promise<void> {
  const changed = (["firstName", "lastName"] as const).filter(
    (name) => wanted[name] !== before[name],
  );
  if (changed.length === 0 || (await mayEditProfile(db, actor, now))) return;
  throw namesLocked({
    errors: Object.fromEntries(changed.map((name) => [name, texts.namesLockedField])),
  });
}
