// What an administrator sees of somebody's passkeys, and taking one away.
import { findPolicy } from "#features/policy/index.ts";
import { endSessions } from "#features/sessions/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Handling } from "#platform/http/context.ts";
import { type Actor, actorMay, roleOf } from "#src/actor.ts";
import type { UserId } from "#src/ids.ts";
import { outranks } from "#src/permissions.ts";
import { lastSecondStep, ownerNotFound, ownPasskey, passkeyAboveRole } from "../errors.ts";
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
  return {
    user: { id: userId, name: `${owner.firstName} ${owner.lastName}`, email: owner.email },
    passkeys: await listPasskeys(db, userId),
    mayRevoke:
      actorMay(actor, "users.manage") &&
      outranks(roleOf(actor), owner.role) &&
      !isSelf(actor, userId),
  };
}

/**
 * Takes a passkey away from somebody who is not above the actor, and signs them out everywhere. Not one's own: that asks for proof, on
 * the page Security; a stolen session of an administrator must not do it without.
 * @throws {ownerNotFound} @throws {passkeyNotFound} @throws {passkeyAboveRole} @throws {ownPasskey} @throws {lastSecondStep}
 */
export async function revokeForOwner(
  db: TenantDb,
  { actor, post, now }: Pick<Handling<unknown, unknown>, "actor" | "post" | "now">,
  { userId, passkeyId }: PasskeyParams,
): Promise<void> {
  const owner = await findOwner(db, userId);
  if (isSelf(actor, userId)) throw ownPasskey();
  if (!outranks(roleOf(actor), owner.role)) throw passkeyAboveRole();
  await assertNotLastOfTwo(db, { userId, passkeyId, secondStep: owner.secondStep }, now);
  await revokePasskey({ db, actor, post, now, userId, passkeyId });
  await endSessions(db, actor, { userId, reason: "second_step_reset" });
}

/**
 * Where a reset of second steps needs two administrators, one must not get the same by revoking passkeys until none is left.
 * @throws {lastSecondStep}
 */
async function assertNotLastOfTwo(
  db: TenantDb,
  { userId, passkeyId, secondStep }: PasskeyParams & { readonly secondStep: "email" | "totp" },
  now: Date,
): Promise<void> {
  if (secondStep === "totp" || !(await findPolicy(db, now)).resetNeedsTwoAdmins) return;
  // The owner's row is locked: of two passkeys that are revoked at once one stays.
  await db.selectFrom("users").select("id").where("id", "=", userId).forUpdate().execute();
  const [only, ...others] = await listPasskeys(db, userId);
  if (only?.id === passkeyId && others.length === 0) throw lastSecondStep();
}

const findOwner = (db: TenantDb, userId: UserId) =>
  db
    .selectFrom("users as u")
    .innerJoin("user_emails as e", (join) =>
      join.onRef("e.user_id", "=", "u.id").on("e.is_primary", "=", true),
    )
    .select([
      "u.first_name as firstName",
      "u.last_name as lastName",
      "u.role",
      "u.second_step as secondStep",
      "e.email",
    ])
    .where("u.id", "=", userId)
    .executeTakeFirstOrThrow(() => ownerNotFound());
