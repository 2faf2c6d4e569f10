// Another primary address, and an address less. What was sent to either and not used is worth nothing afterwards.
import { sql, type SqlBool } from "kysely";
import { notify } from "#features/notices/index.ts";
import { assertMayManage, lockUser } from "#features/users/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { UserId } from "#src/ids.ts";
import { addressRemovedMail, primaryChangedMail } from "../emails.tsx";
import {
  addressNotVerified,
  cannotDeletePrimary,
  changesIdentity,
  personNotActive,
} from "../errors.ts";
import { addressRemoved, primaryAddressChanged } from "../events.ts";
import { impactOf, isNone, leavesProvider } from "../impact.ts";
import { addressesOf, addressIn } from "../queries.ts";
import { texts } from "../texts.ts";
import { assertMayGiveAddress, leavingRefused, mayLeaveProvider } from "../rules.ts";
import type { Acting } from "./acting.ts";

interface OfPerson {
  readonly userId: UserId;
  readonly addressId: string;
}

/**
 * Makes a confirmed address the primary one, and tells all addresses, the former primary too. The primary already: nothing happens.
 * @throws {userNotFound} @throws {aboveRole} @throws {roleNotHigher} @throws {personNotActive} @throws {addressNotFound}
 * @throws {addressNotVerified} @throws {boundToProvider} @throws {providerDecides} @throws {changesIdentity} whose detail says what would change, unless `confirm`
 */
export async function promoteAddress(
  { db, actor, post, now }: Acting,
  { userId, addressId, confirm }: OfPerson & { confirm: boolean },
): Promise<{ email: string }> {
  const user = await lockUser(db, userId);
  assertMayGiveAddress(actor, user);
  if (user.state !== "active") throw personNotActive({ userId });
  // Read now that the row is locked: what came with it may be from before.
  const addresses = await addressesOf(db, userId);
  const wanted = addressIn(addresses, addressId);
  const former = addresses.find(({ isPrimary }) => isPrimary);
  const { email, verifiedAt } = wanted;
  if (former === undefined || former.id === wanted.id) return { email };
  if (verifiedAt === null) throw addressNotVerified({ addressId });
  const change = { userId, from: former.email, to: email };
  // Else somebody who is about to be locked out at their provider would leave it in time. Who decides about providers may, and is told.
  if (!mayLeaveProvider(actor, user) && (await leavesProvider(db, change, now)))
    throw leavingRefused(actor, user);
  const impact = await impactOf(db, change, now);
  if (!isNone(impact) && !confirm)
    throw changesIdentity({ ...impact, errors: { confirm: texts.confirmMissing } });
  // First none, then one: the index allows one at any moment.
  await setPrimary(db, former.id, false);
  await setPrimary(db, addressId, true);
  for (const one of [change.from, email]) await dropSent(db, userId, one);
  await record(db, actor, primaryAddressChanged, change);
  const { from, to } = change;
  const happening = { userId, now };
  await notify(db, post, actor, {
    happening,
    template: primaryChangedMail,
    more: { from, to, isReplaced: false },
  });
  return { email };
}

export const setPrimary = (db: TenantDb, id: string, isPrimary: boolean): Promise<unknown> =>
  db.updateTable("user_emails").set({ is_primary: isPrimary }).where("id", "=", id).execute();

/**
 * Takes an address away that is not the primary one; all addresses are told, this one too.
 * @throws {userNotFound} @throws {aboveRole} @throws {addressNotFound} @throws {cannotDeletePrimary}
 */
export async function removeAddress(
  { db, actor, post, now }: Acting,
  { userId, addressId }: OfPerson,
): Promise<void> {
  assertMayManage(actor, await lockUser(db, userId));
  const { email, isPrimary } = addressIn(await addressesOf(db, userId), addressId);
  if (isPrimary) throw cannotDeletePrimary({ addressId });
  const happening = { userId, now };
  // While it is still theirs: it is one of those that are told.
  const more = (to: string) => ({ email, isGone: to === email });
  await notify(db, post, actor, { happening, template: addressRemovedMail, more });
  await db.deleteFrom("user_emails").where("id", "=", addressId).execute();
  await dropSent(db, userId, email);
  await record(db, actor, addressRemoved, { userId, email });
}

/**
 * What was mailed to an address and not used yet: links, and sign-ins that stand on one of them or wait for a code. Else a link from a
 * mailbox that somebody has given up would open the account when the address comes back, or a half-done reset would go on. Of a sign-in
 * that names nobody yet what its mailbox has proven goes with it: it would count for whoever is given the address next.
 */
export async function dropSent(db: TenantDb, userId: UserId, email: string): Promise<void> {
  await db
    .deleteFrom("user_tokens")
    .where("user_id", "=", userId)
    .where("email", "=", email)
    .where("used_at", "is", null)
    .execute();
  await db
    .deleteFrom("sign_ins")
    .where("email", "=", email)
    .where("state", "<>", "done")
    .where(({ eb, or, and }) =>
      or([
        eb("user_id", "=", userId),
        and([
          eb("user_id", "is", null),
          or([
            sql<SqlBool>`methods <> '{}'`,
            eb("mailbox_proven", "=", true),
            eb("code_hash", "is not", null),
          ]),
        ]),
      ]),
    )
    .execute();
}
