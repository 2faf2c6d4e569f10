// People who have not answered their invitation.
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Actor } from "#src/actor.ts";
import type { UserId } from "#src/ids.ts";
import { hasBeenHere, notInvited } from "./errors.ts";
import { invitationCancelled } from "./events.ts";
import { type LockedUser, lockUser } from "./queries.ts";
import { assertMayManage } from "./rules.ts";

/**
 * Removes a person who has never been here; links and memberships go with the row. Whoever was reactivated without anything to come in with
 * waits for an invitation, too: their account ends as any other does (features/erasure), which asks for more, or an administrator could
 * remove another one by this way.
 * @throws {userNotFound} @throws {aboveRole} @throws {notInvited} @throws {hasBeenHere}
 */
export async function cancelInvitation(db: TenantDb, actor: Actor, userId: UserId): Promise<void> {
  const { firstName, lastName, email, lastSignInAt } = await lockInvited(db, actor, userId);
  if (lastSignInAt !== null) throw hasBeenHere({ userId });
  await db.deleteFrom("users").where("id", "=", userId).execute();
  await record(db, actor, invitationCancelled, { userId, firstName, lastName, email });
}

/** Somebody whose invitation `actor` may send again or cancel, locked. @throws {userNotFound} @throws {aboveRole} @throws {notInvited} */
export async function lockInvited(db: TenantDb, actor: Actor, userId: UserId): Promise<LockedUser> {
  const user = await lockUser(db, userId);
  assertMayManage(actor, user);
  if (user.state !== "invited") throw notInvited({ userId });
  return user;
}
