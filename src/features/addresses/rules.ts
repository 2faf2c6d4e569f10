// Whose addresses somebody may add to: a confirmed one opens the account by "forgotten password", so giving one is giving the account away.
import { assertMayManage, type LockedUser } from "#features/users/index.ts";
import { type Actor, actorMay, roleOf } from "#src/actor.ts";
import type { UserId } from "#src/ids.ts";
import { isAbove } from "#src/permissions.ts";
import { isSelf } from "./actions/acting.ts";
import { boundToProvider, providerDecides, roleNotHigher } from "./errors.ts";

type Target = Pick<LockedUser, "id" | "role" | "state">;

/**
 * Whether `actor` may add addresses and make one primary: the person, or somebody of a higher role. An administrator could otherwise give
 * another one a mailbox of their own, and be them by a new password.
 */
export const mayGiveAddress = (actor: Actor, { id, role }: Pick<Target, "id" | "role">): boolean =>
  isSelf(actor, id) || isAbove(roleOf(actor), role);

/**
 * Whether an address at a domain of the organisation is somebody's by `actor`'s word alone: whoever may make people with a password of their
 * own choice, and so could be anybody already. Never one's own, and no administrator's word: with a second account of theirs as a member they
 * could else take any mailbox of the organisation for it, and be its owner to applications, and to a provider that names the owner.
 */
export const mayGiveAtOnce = (actor: Actor, userId: UserId): boolean =>
  !isSelf(actor, userId) && actorMay(actor, "users.import");

/** @throws {aboveRole} @throws {isAnonymised} @throws {roleNotHigher} */
export function assertMayGiveAddress(actor: Actor, target: Target): void {
  assertMayManage(actor, target);
  if (!mayGiveAddress(actor, target)) throw roleNotHigher({ userId: target.id });
}

/** Whether `actor` may take somebody out of the provider that alone brings them in (`leavesProvider`). */
export const mayLeaveProvider = (actor: Actor, target: Pick<Target, "id">): boolean =>
  !isSelf(actor, target.id) && actorMay(actor, "identity_providers.manage");

/** Why not, to whoever asked. */
export const leavingRefused = (actor: Actor, { id }: Pick<Target, "id">) =>
  isSelf(actor, id) ? boundToProvider() : providerDecides({ userId: id });
