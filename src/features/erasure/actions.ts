// The two ends of an account, each in one transaction: what was there is gone, or nothing happened.
import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { dropSent } from "#features/addresses/index.ts";
import { leaveGroups } from "#features/groups/index.ts";
import { type Acting, voidResetsBy } from "#features/recovery/index.ts";
import {
  assertMayAnonymise,
  assertMayDelete,
  fullName,
  type LockedUser,
  lockUser,
} from "#features/users/index.ts";
import { record } from "#platform/audit/record.ts";
import { secondsLater } from "#platform/clock.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { UserId } from "#src/ids.ts";
import { confirmationWrong, stillThere } from "./errors.ts";
import { userAnonymised, userDeleted } from "./events.ts";
import { eraseLate, lateSeconds } from "./jobs.ts";
import { eraseRows } from "./rows.ts";
import type { Confirmation, Deleted } from "./schema.ts";
import { texts } from "./texts.ts";
import { eraseAgain, redactEvents } from "./trail.ts";

type Asked = Confirmation & { readonly userId: UserId };

/**
 * Takes out everything that says who somebody deactivated was: what they proved themselves by, what was sent to them, their addresses and
 * name, and all of it in the audit trail. The row stays, as one that nobody can be (`users_anonymised`). Records it and looks once more
 * later for what was still being written.
 * @throws {userNotFound} @throws {notForRole} @throws {ownAccount} @throws {isAnonymised} @throws {stillThere} @throws {confirmationWrong}
 */
export async function anonymiseUser(by: Acting, { userId, confirmation }: Asked): Promise<void> {
  const { db, actor, now } = by;
  const user = await lockUser(db, userId);
  assertMayAnonymise(actor, user);
  assertConfirmed(user, confirmation);
  const erased = { userId, addresses: await addressesOf(db, userId) };
  await leave(by, userId);
  await eraseRows(db, erased);
  await emptyPerson(db, userId);
  await record(db, actor, userAnonymised, { userId, role: user.role });
  await redactEvents(db, erased);
  await eraseLate.with({ userId }, secondsLater(now, lateSeconds)).enqueue(db);
}

/**
 * Removes somebody deactivated or anonymised; what is theirs goes with the row. The audit trail keeps their id, and the name as this
 * records it.
 * @throws {userNotFound} @throws {notForRole} @throws {ownAccount} @throws {stillThere} @throws {confirmationWrong}
 */
export async function deleteUser(by: Acting, { userId, confirmation }: Asked): Promise<Deleted> {
  const { db, actor } = by;
  const user = await lockUser(db, userId);
  assertMayDelete(actor, user);
  assertConfirmed(user, confirmation);
  // Without the row nothing could be taken out of the trail any more.
  if (user.state === "anonymised") await eraseAgain(db, userId);
  await leave(by, userId);
  // What names nobody yet, and would count for whoever has the address next.
  for (const email of await addressesOf(db, userId)) await dropSent(db, userId, email);
  await db.deleteFrom("users").where("id", "=", userId).execute();
  const { firstName, lastName, email, role } = user;
  await record(db, actor, userDeleted, { userId, firstName, lastName, email, role });
  return { id: userId, name: fullName(user) };
}

/**
 * Deactivated first: then sessions have ended, the person was told, and the last active super administrator is not among them.
 * @throws {stillThere} @throws {confirmationWrong}
 */
function assertConfirmed(user: LockedUser, confirmation: string): void {
  if (user.state !== "deactivated" && user.state !== "anonymised")
    throw stillThere({ userId: user.id });
  if (confirmation !== user.email)
    throw confirmationWrong({ errors: { confirmation: texts.confirmationDiffers(user.email) } });
}

/** What others are in with them: groups lose a member, and a reset that waits for another administrator has nobody who asked for it. */
async function leave(by: Acting, userId: UserId): Promise<void> {
  await leaveGroups(by.db, by.actor, userId);
  await voidResetsBy(by, userId);
}

async function addressesOf(db: TenantDb, userId: UserId): Promise<string[]> {
  const rows = await db
    .selectFrom("user_emails")
    .select("email")
    .where("user_id", "=", userId)
    .execute();
  return rows.map(({ email }) => email);
}

/** Nobody can be reached there (RFC 2606 §2), and nobody can know it before. */
const noAddress = () => `${randomUUID()}@anonymised.invalid`;

/** What `users_anonymised` asks of the row, and what else somebody set for themselves. */
async function emptyPerson(db: TenantDb, userId: UserId): Promise<void> {
  await db
    .updateTable("users")
    .set({
      anonymised_at: sql<Date>`now()`,
      first_name: "Anonymised",
      last_name: "person",
      role: "member",
      password_hash: null,
      password_changed_at: null,
      password_reset_cause: null,
      password_reset_told_at: null,
      password_length: null,
      password_score: null,
      sealed_breach_prefix: null,
      breach_mac: null,
      breach_checked_at: null,
      second_step: "email",
      strength_asked_at: null,
      profile_asked_at: null,
      time_zone: "UTC",
      time_zone_chosen_at: null,
      theme: "system",
      last_sign_in_at: null,
      last_seen_at: null,
      reactivated_at: null,
      inactivity_warned_at: null,
      inactivity_warned_days: null,
    })
    .where("id", "=", userId)
    .execute();
  await db.deleteFrom("user_emails").where("user_id", "=", userId).execute();
  await db
    .insertInto("user_emails")
    .values({ user_id: userId, email: noAddress(), is_primary: true })
    .execute();
}
