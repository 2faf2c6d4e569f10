// What an administrator sees of somebody's passkeys, and taking one away.
import { endSessions } from "#features/sessions/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Handling } from "#platform/http/context.ts";
import { type Actor, roleOf } from "#src/actor.ts";
import type { UserId } from "#src/ids.ts";
import { outranks, roleMay } from "#src/permissions.ts";
import { ownerNotFound, ownPasskey, passkeyAboveRole } from "../errors.ts";
import { listPasskeys } from "../queries.ts";
import type { PasskeyList, PasskeyParams } from "../schema.ts";
import { revokePasskey } from "./manage.ts";

const isSelf = (actor: Actor, userId: UserId) => actor.kind === "user" && actor.userId === userId;

/** A person's passkeys, and what `actor` may do about them. @throws {ownerNotFound} */
export async function readPasskeys(
  db: TenantDb,
  actor: Actor,
  userId: UserId,
): Promise<PasskeyList> {
  const owner = await findOwner(db, userId);
  const role = roleOf(actor);
  return {
    user: { id: userId, name: `${owner.firstName} ${owner.lastName}`, email: owner.email },
    passkeys: await listPasskeys(db, userId),
    mayRevoke:
      roleMay(role, "users.manage") && outranks(role, owner.role) && !isSelf(actor, userId),
  };
}

/**
 * Takes a passkey away from somebody who is not above the actor, and signs them out everywhere. Not one's own: that asks for proof, on
 * the page Security; a stolen session of an administrator must not do it without.
 * @throws {ownerNotFound} @throws {passkeyNotFound} @throws {passkeyAboveRole} @throws {ownPasskey}
 */
export async function revokeForOwner(
  db: TenantDb,
  { actor, post, now }: Pick<Handling<unknown, unknown>, "actor" | "post" | "now">,
  { userId, passkeyId }: PasskeyParams,
): Promise<void> {
  const owner = await findOwner(db, userId);
  if (isSelf(actor, userId)) throw ownPasskey();
  if (!outranks(roleOf(actor), owner.role)) throw passkeyAboveRole();
  await revokePasskey({ db, actor, post, now, userId, passkeyId });
  await endSessions(db, actor, { userId, reason: "second_step_reset" });
}

const findOwner = (db: TenantDb, userId: UserId) =>
  db
    .selectFrom("users as u")
    .innerJoin("user_emails as e", (join) =>
      join.onRef("e.user_id", "=", "u.id").on("e.is_primary", "=", true),
    )
    .select(["u.first_name as firstName", "u.last_name as lastName", "u.role", "e.email"])
    .where("u.id", "=", userId)
    .executeTakeFirstOrThrow(() => ownerNotFound());
