// Who may do what to whom: every rule about acting on people, in one place, for pages, scripts and commands alike.
import type { TenantDb } from "#platform/db/database.ts";
import { type Actor, actorMay, roleOf } from "#src/actor.ts";
import type { UserId } from "#src/ids.ts";
import { outranks, Role } from "#src/permissions.ts";
import {
  aboveRole,
  addressesUnconfirmed,
  isAnonymised,
  lastSuperAdmin,
  notForRole,
  ownAccount,
  ownRole,
  roleAboveOwn,
  roleNeedsPermission,
} from "./errors.ts";
import { type User, UserAction, type UserState } from "./schema.ts";
import { texts } from "./texts.ts";

export interface Target {
  readonly id: UserId;
  readonly role: Role;
  readonly state: UserState;
}

const isSelf = (actor: Actor, userId: UserId) => actor.kind === "user" && actor.userId === userId;

/**
 * Nobody acts on somebody above their own role: an administrator could otherwise take over a super administrator. Nobody acts on somebody
 * anonymised: nothing brings them back. @throws {aboveRole} @throws {isAnonymised}
 */
export function assertMayManage(actor: Actor, target: Target): void {
  if (!mayManage(actor, target)) throw aboveRole({ userId: target.id });
  if (target.state === "anonymised") throw isAnonymised({ userId: target.id });
}

/** Only super administrators, and nobody themselves: it cannot be undone. @throws {notForRole} @throws {ownAccount} @throws {isAnonymised} */
export function assertMayAnonymise(actor: Actor, target: Target): void {
  if (!mayManage(actor, target) || !actorMay(actor, "users.anonymise"))
    throw notForRole({ userId: target.id });
  assertNotSelf(actor, target.id);
  if (target.state === "anonymised") throw isAnonymised({ userId: target.id });
}

/** @throws {notForRole} @throws {ownAccount} */
export function assertMayDelete(actor: Actor, target: Target): void {
  if (!mayDelete(actor, target)) throw notForRole({ userId: target.id });
  assertNotSelf(actor, target.id);
}

/** Somebody of a lower role. Super administrators have nobody above them, so they delete each other too. */
function mayDelete(actor: Actor, { role }: Pick<Target, "role">): boolean {
  const own = roleOf(actor);
  return (
    actorMay(actor, "users.delete") &&
    outranks(own, role) &&
    (own !== role || actorMay(actor, "users.anonymise"))
  );
}

export const mayManage = (actor: Actor, { role }: Pick<Target, "role">): boolean =>
  outranks(roleOf(actor), role);

/** The roles an actor may give, the least powerful first. */
export const rolesToGive = (actor: Actor): Role[] =>
  Role.options.filter((role) => outranks(roleOf(actor), role));

/** @throws {roleAboveOwn} */
export function assertMayGive(actor: Actor, role: Role): void {
  if (!outranks(roleOf(actor), role)) throw roleAboveOwn({ role });
}

/** @throws {roleNeedsPermission} @throws {ownRole} @throws {roleAboveOwn} */
export function assertMayChangeRole(actor: Actor, target: Target, role: Role): void {
  if (!actorMay(actor, "users.change_role")) throw roleNeedsPermission();
  if (isSelf(actor, target.id)) throw ownRole();
  assertMayGive(actor, role);
}

/** @throws {ownAccount} */
export function assertNotSelf(actor: Actor, userId: UserId): void {
  if (isSelf(actor, userId)) throw ownAccount();
}

/**
 * Refuses to lose the last active super admin. Call it with the target's row locked, before writing.
 * The tenant's row serialises callers: two super admins who demote each other at the same moment come one after the other,
 * and the second one counts what the first one left.
 * @throws {lastSuperAdmin}
 */
export async function assertNotLastSuperAdmin(db: TenantDb, target: Target): Promise<void> {
  if (target.role !== "super_admin" || target.state !== "active") return;
  await db.selectFrom("tenants").select("id").forNoKeyUpdate().execute();
  const another = await db
    .selectFrom("users")
    .select("id")
    .where("role", "=", "super_admin")
    .where("state", "=", "active")
    .where("id", "<>", target.id)
    .limit(1)
    .executeTakeFirst();
  if (!another) throw lastSuperAdmin({ userId: target.id });
}

/**
 * Refuses a higher role to somebody with an address that their domain alone has verified: whoever has that mailbox, and need not be them, opens
 * the account by a new password. Not of the one that an invitation is to confirm: it opens nothing before. Call it with the person locked.
 * @throws {addressesUnconfirmed}
 */
export async function assertAddressesConfirmed(
  db: TenantDb,
  { id: userId, state, hasPassword }: Target & { readonly hasPassword: boolean },
): Promise<void> {
  const opens = state === "active" || hasPassword;
  const rows = await db
    .selectFrom("user_emails")
    .select("email")
    .where("user_id", "=", userId)
    .where("by_domain", "=", true)
    .$if(!opens, (query) => query.where("is_primary", "=", false))
    .orderBy("email")
    .limit(unconfirmedMost)
    .execute();
  if (rows.length === 0) return;
  const emails = rows.map(({ email }) => email);
  throw addressesUnconfirmed({ emails, errors: { role: texts.unconfirmedBefore(emails) } });
}

// More than anybody has.
const unconfirmedMost = 10;

/** What `actor` may do about a person, as far as it can be told without asking for the others. */
export function allowedActions(
  actor: Actor,
  target: Target & Pick<User, "lastSignInAt">,
): UserAction[] {
  if (!actorMay(actor, "users.manage") || !mayManage(actor, target)) return [];
  const self = isSelf(actor, target.id);
  const isOut = target.state === "deactivated" || target.state === "anonymised";
  const isThere = target.state !== "anonymised";
  const isInvited = target.state === "invited";
  const hasBeenHere = target.lastSignInAt !== null;
  const possible: Record<UserAction, boolean> = {
    edit: isThere,
    change_role: isThere && actorMay(actor, "users.change_role") && !self,
    deactivate: (target.state === "active" || (isInvited && hasBeenHere)) && !self,
    require_new_password: target.state === "active" && !self,
    reactivate: target.state === "deactivated",
    resend_invitation: isInvited,
    cancel_invitation: isInvited && !hasBeenHere,
    reset_second_steps: isThere && !isInvited && !self,
    anonymise: target.state === "deactivated" && actorMay(actor, "users.anonymise") && !self,
    delete: isOut && mayDelete(actor, target) && !self,
  };
  return UserAction.options.filter((action) => possible[action]);
}
