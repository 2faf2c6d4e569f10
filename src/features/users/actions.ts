// Writes about people. Each checks the rules, locks the person, records its event and what follows, in one transaction.
import { sql } from "kysely";
import { writeAttributes } from "#features/attributes/index.ts";
import { flagShortPassword } from "#features/authenticators/index.ts";
import { giveGroupsOf, holdProved } from "#features/domains/index.ts";
import { dropWord, unlinkPerson } from "#features/identity-providers/index.ts";
import { type Happening, notify } from "#features/notices/index.ts";
import { endSessions } from "#features/sessions/index.ts";
import { dropLinks, dropPending } from "#features/one-time-links/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { DomainError } from "#platform/errors.ts";
import type { Post } from "#platform/mail/queue.ts";
import type { Actor } from "#src/actor.ts";
import type { UserId } from "#src/ids.ts";
import { isAbove, type Role } from "#src/permissions.ts";
import {
  deactivatedAbsentMail,
  deactivatedMail,
  reactivatedMail,
  roleChangedMail,
} from "./emails.tsx";
import { emailTaken, lastSuperAdmin } from "./errors.ts";
import {
  namesChanged,
  roleChanged,
  userCreated,
  userDeactivated,
  userDeactivatedAbsent,
  userReactivated,
} from "./events.ts";
import { getUser, type LockedUser, lockUser, needsNoPassword } from "./queries.ts";
import {
  assertAddressesConfirmed,
  assertMayChangeRole,
  assertMayGive,
  assertMayManage,
  assertNotLastSuperAdmin,
  assertNotSelf,
} from "./rules.ts";
import {
  attributePrefix,
  type NewPerson,
  type NewUser,
  type User,
  type UserChanges,
} from "./schema.ts";
import { texts } from "./texts.ts";

type Names = Pick<NewUser, "firstName" | "lastName">;

/**
 * Adds a person in state "invited" with one address. It is verified where its domain is proved to be the organisation's, which then gives
 * its groups, too; else by the invitation. Sends nothing: the caller invites them.
 * @throws {roleAboveOwn} @throws {emailTaken} @throws {attributeNotInUse}
 */
export async function createUser(
  db: TenantDb,
  actor: Actor,
  { firstName, lastName, email, role, attributes }: NewUser & Pick<NewPerson, "attributes">,
): Promise<User> {
  assertMayGive(actor, role);
  const under = await holdProved(db, email);
  const { id: userId } = await db
    .insertInto("users")
    .values({ first_name: firstName, last_name: lastName, role })
    .returning("id")
    .executeTakeFirstOrThrow();
  await db
    .insertInto("user_emails")
    .values({
      user_id: userId,
      email,
      is_primary: true,
      verified_at: under === null ? null : sql<Date>`now()`,
      by_domain: under !== null,
    })
    .onConflict((on) => on.constraint("user_emails_unique").doNothing())
    .returning("id")
    .executeTakeFirstOrThrow(() => emailTaken({ errors: { email: texts.emailTakenBy(email) } }));
  const isVerified = under !== null;
  await record(db, actor, userCreated, { userId, firstName, lastName, email, role, isVerified });
  if (attributes !== undefined) {
    const fieldOf = (key: string) => attributePrefix + key;
    await writeAttributes(db, actor, { userId, changes: attributes, as: "administrator", fieldOf });
  }
  if (under !== null) await giveGroupsOf(db, actor, under, { userId, because: "added" });
  return getUser(db, userId);
}

/**
 * Changes names and role, as far as they differ. A new role ends the person's sessions and is told to them; a member who gets a higher one
 * is unlinked from identity providers, so that their own password confirms the next sign-in by one; whoever becomes super administrator with a password that is less than is asked of those chooses another one at the next sign-in.
 * @throws {userNotFound} @throws {aboveRole} @throws {roleNeedsPermission} @throws {roleAboveOwn} @throws {ownRole} @throws {lastSuperAdmin}
 * @throws {addressesUnconfirmed}
 */
export async function changeUser(
  db: TenantDb,
  post: Post,
  actor: Actor,
  { userId, firstName, lastName, role, now }: UserChanges & { userId: UserId; now: Date },
): Promise<void> {
  const user = await lockUser(db, userId);
  assertMayManage(actor, user);
  await writeNames(db, actor, user, {
    firstName: firstName ?? user.firstName,
    lastName: lastName ?? user.lastName,
  });
  if (role !== undefined && role !== user.role)
    await writeRole(db, post, actor, { user, role, now });
}

/** Gives a person other names; nothing is recorded when they are the same. @throws {userNotFound} @throws {aboveRole} */
export async function setNames(
  db: TenantDb,
  actor: Actor,
  { userId, ...names }: Names & { userId: UserId },
): Promise<void> {
  const user = await lockUser(db, userId);
  assertMayManage(actor, user);
  await writeNames(db, actor, user, names);
}

async function writeNames(
  db: TenantDb,
  actor: Actor,
  user: LockedUser,
  { firstName, lastName }: Names,
): Promise<void> {
  if (user.firstName === firstName && user.lastName === lastName) return;
  await db
    .updateTable("users")
    .set({ first_name: firstName, last_name: lastName })
    .where("id", "=", user.id)
    .execute();
  await record(db, actor, namesChanged, {
    userId: user.id,
    from: { firstName: user.firstName, lastName: user.lastName },
    to: { firstName, lastName },
  });
}

async function writeRole(
  db: TenantDb,
  post: Post,
  actor: Actor,
  { user, role, now }: { user: LockedUser; role: Role; now: Date },
): Promise<void> {
  assertMayChangeRole(actor, user, role);
  if (isAbove(role, user.role)) await assertAddressesConfirmed(db, user);
  await assertNotLastSuperAdmin(db, user);
  await db.updateTable("users").set({ role }).where("id", "=", user.id).execute();
  const newPassword =
    role === "super_admin" && (await flagShortPassword(db, { userId: user.id, role, now }));
  await record(db, actor, roleChanged, { userId: user.id, from: user.role, to: role, newPassword });
  await endSessions(db, actor, { userId: user.id, reason: "role_changed" });
  const isUnlinked = isAbove(role, user.role) && (await dropUnconfirmed(db, actor, user));
  // It holds for no super administrator; kept, it would come back in force by a lower role, without anybody having decided it.
  if (role === "super_admin") await dropWord(db, actor, user.id);
  if (user.state !== "active") return;
  await notify(db, post, actor, {
    happening: { userId: user.id, now },
    template: roleChangedMail,
    more: { role, newPassword, isUnlinked },
  });
}

/**
 * What the person came to have without the proof that their new role asks for. Answers whether links to identity providers are gone.
 *
 * A member is linked by the provider's word alone; whoever runs it would else be the administrator that the member becomes. (A sign-in by it
 * that is half done is dropped by `endSessions`.) The same goes for an address that somebody asked to add while the person's role was lower.
 */
async function dropUnconfirmed(db: TenantDb, actor: Actor, user: LockedUser): Promise<boolean> {
  const { id: userId } = user;
  await dropPending(db, userId);
  if (user.role !== "member") return false;
  return (await unlinkPerson(db, actor, { userId })).length > 0;
}

/**
 * Refuses signing in from now on, ends sessions and takes back links that were sent. Done already: nothing happens.
 * @throws {userNotFound} @throws {aboveRole} @throws {ownAccount} @throws {lastSuperAdmin}
 */
export async function deactivateUser(
  db: TenantDb,
  post: Post,
  actor: Actor,
  happening: Happening,
): Promise<void> {
  const { userId } = happening;
  const user = await lockUser(db, userId);
  assertMayManage(actor, user);
  assertNotSelf(actor, userId);
  if (user.state === "deactivated") return;
  await shutOut(db, actor, user);
  await record(db, actor, userDeactivated, { userId });
  if (user.state !== "active") return;
  await notify(db, post, actor, { happening, template: deactivatedMail, more: {} });
}

/** Signing in is refused from now on: sessions end, and links that were sent are worth nothing. @throws {lastSuperAdmin} */
async function shutOut(db: TenantDb, actor: Actor, user: LockedUser): Promise<void> {
  await assertNotLastSuperAdmin(db, user);
  await db
    .updateTable("users")
    .set({ state: "deactivated", deactivated_at: sql<Date>`now()` })
    .where("id", "=", user.id)
    .execute();
  await endSessions(db, actor, { userId: user.id, reason: "deactivated" });
  await dropLinks(db, user.id);
}

/**
 * The same because nobody has seen the person for long, which they are told. False when they are not active any more, or the last
 * active super administrator.
 */
export async function deactivateAbsent(
  db: TenantDb,
  post: Post,
  actor: Actor,
  { userId, now, lastSeenAt, days }: Happening & { lastSeenAt: Date; days: number },
): Promise<boolean> {
  const user = await lockUser(db, userId);
  if (user.state !== "active") return false;
  try {
    await shutOut(db, actor, user);
  } catch (error) {
    if (error instanceof DomainError && error.code === lastSuperAdmin.code) return false;
    throw error;
  }
  const about = { userId, lastSeenAt: lastSeenAt.toISOString(), days };
  await record(db, actor, userDeactivatedAbsent, about);
  const happening = { userId, now };
  await notify(db, post, actor, { happening, template: deactivatedAbsentMail, more: { days } });
  return true;
}

/**
 * Lets a person in again, or back to "invited" when they have nothing to come in with; that is the answer to what they may have asked for.
 * Done already: nothing happens.
 * @throws {userNotFound} @throws {aboveRole}
 */
export async function reactivateUser(
  db: TenantDb,
  post: Post,
  actor: Actor,
  happening: Happening,
): Promise<void> {
  const { userId } = happening;
  const user = await lockUser(db, userId);
  assertMayManage(actor, user);
  if (user.state !== "deactivated") return;
  const hasWayIn = user.hasPassword || (await needsNoPassword(db, userId));
  await db
    .updateTable("users")
    .set({
      state: hasWayIn ? "active" : "invited",
      deactivated_at: null,
      reactivated_at: sql<Date>`now()`,
    })
    .where("id", "=", userId)
    .execute();
  await record(db, actor, userReactivated, { userId });
  await settleRequest(db, actor, userId);
  if (!hasWayIn) return;
  await notify(db, post, actor, { happening, template: reactivatedMail, more: {} });
}

/** Nobody is to decide any more about somebody who is in. */
async function settleRequest(db: TenantDb, actor: Actor, userId: UserId): Promise<void> {
  await db
    .updateTable("reactivation_requests")
    .set({
      decision: "approved",
      decided_by: actor.kind === "user" ? actor.userId : null,
      decided_at: sql<Date>`now()`,
    })
    .where("user_id", "=", userId)
    .where("decision", "is", null)
    .execute();
  // An earlier denial is over too: deactivated again, they may ask again.
  await db
    .updateTable("reactivation_requests")
    .set({ lifted_at: sql<Date>`now()` })
    .where("user_id", "=", userId)
    .where("decision", "=", "denied")
    .where("lifted_at", "is", null)
    .execute();
}
