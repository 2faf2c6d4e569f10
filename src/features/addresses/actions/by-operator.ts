// Whoever is at the machine gives somebody another address in the place of the primary one: for a mailbox that is dead, where nobody can
// confirm anything and nobody of a higher role is there to ask.
import { giveDomainGroups } from "#features/domains/index.ts";
import { notify } from "#features/notices/index.ts";
import { dropPending } from "#features/one-time-links/index.ts";
import { tellOfNewAddress } from "#features/recovery/index.ts";
import { endSessions } from "#features/sessions/index.ts";
import { findUserByEmail, lockUser, userNotFound } from "#features/users/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { UserId } from "#src/ids.ts";
import { record } from "#platform/audit/record.ts";
import { addressRemovedMail, primaryChangedMail } from "../emails.tsx";
import { addressTaken, changesIdentity, personNotSettled } from "../errors.ts";
import { addressSetByOperator } from "../events.ts";
import { impactOf, isNone } from "../impact.ts";
import { addressesOf, ownerOf } from "../queries.ts";
import type { Impact } from "../schema.ts";
import { texts } from "../texts.ts";
import type { Acting } from "./acting.ts";
import { dropSent, setPrimary } from "./change.ts";

interface Given {
  readonly userId: UserId;
  readonly email: string;
  readonly now: Date;
}

interface Replacing {
  /** Any of the person's addresses. */
  readonly email: string;
  readonly newEmail: string;
  /** The operator has read what changes for applications and at sign-in. */
  readonly confirm: boolean;
}

export interface Replaced {
  readonly from: string;
  readonly to: string;
  readonly impact: Impact;
}

/**
 * Makes `newEmail` the primary address, as good as confirmed: the operator vouches for it. The former primary one goes, with what was sent to
 * it; it is told, as all addresses are, and so are the other super administrators. Sessions end, and known devices are forgotten. So a mailbox
 * that is in other hands opens nothing any more. Other addresses stay.
 * @throws {userNotFound} @throws {personNotSettled} @throws {addressTaken} @throws {changesIdentity} naming what changes, unless `confirm`
 */
export async function setEmailByOperator(
  { db, actor, post, now }: Acting,
  { email, newEmail, confirm }: Replacing,
): Promise<Replaced> {
  const known = await findUserByEmail(db, email);
  if (!known) throw userNotFound({ email });
  const userId = known.id;
  const { state } = await lockUser(db, userId);
  if (state === "invited" || state === "anonymised") throw personNotSettled({ userId });
  const owner = await ownerOf(db, newEmail);
  if (owner !== null && owner !== userId)
    throw addressTaken({ errors: { "new-email": texts.takenBy(newEmail) } });
  const addresses = await addressesOf(db, userId);
  const former = addresses.find(({ isPrimary }) => isPrimary);
  if (former === undefined) throw userNotFound({ email });
  const change = { userId, from: former.email, to: newEmail };
  const impact = await impactOf(db, change, now);
  if (former.email === newEmail) return { from: newEmail, to: newEmail, impact };
  if (!isNone(impact) && !confirm)
    throw changesIdentity({ errors: { confirm: texts.operatorConfirm(saidOf(impact)) } });
  await setPrimary(db, former.id, false);
  await giveAddress(db, { userId, email: newEmail, now });
  await record(db, actor, addressSetByOperator, change);
  const wasTheirs = addresses.some((one) => one.email === newEmail && one.verifiedAt !== null);
  if (!wasTheirs)
    await giveDomainGroups(db, actor, { userId, email: newEmail, because: "verified" });
  // While the former one is still theirs: it is one of those that are told.
  const happening = { userId, now };
  const { from, to } = change;
  const replaced = { from, to, isReplaced: true };
  await notify(db, post, actor, { happening, template: primaryChangedMail, more: replaced });
  const more = (told: string) => ({ email: from, isGone: told === from });
  await notify(db, post, actor, { happening, template: addressRemovedMail, more });
  await db.deleteFrom("user_emails").where("id", "=", former.id).execute();
  for (const one of [from, to]) await dropSent(db, userId, one);
  await dropPending(db, userId);
  // Whoever has the mailbox may have come in by it before: their sessions end, and no browser is known or remembered any more.
  await endSessions(db, actor, { userId, reason: "address_replaced" });
  await tellOfNewAddress({ db, post }, change);
  return { from, to, impact };
}

function saidOf({ applications, signIn }: Impact): string {
  const names = applications.map(({ name }) => name).join(", ");
  const wayOf = (provider: string | null) => provider ?? texts.operatorPassword;
  return [
    ...(applications.length > 0 ? [texts.operatorApplications(names)] : []),
    ...(signIn === null ? [] : [texts.operatorSignIn(wayOf(signIn.from), wayOf(signIn.to))]),
  ].join("; ");
}

/** Theirs already, confirmed or not, or new. @throws {addressTaken} somebody else was quicker */
async function giveAddress(db: TenantDb, { userId, email, now }: Given): Promise<void> {
  const given = { user_id: userId, email, is_primary: true, verified_at: now, created_at: now };
  const row = await db
    .insertInto("user_emails")
    .values(given)
    .onConflict((on) =>
      on
        .constraint("user_emails_unique")
        .doUpdateSet((eb) => ({
          is_primary: true,
          by_domain: false,
          verified_at: eb.fn.coalesce("user_emails.verified_at", eb.val(now)),
        }))
        .where("user_emails.user_id", "=", userId),
    )
    .returning("id")
    .executeTakeFirst();
  if (!row) throw addressTaken({ errors: { "new-email": texts.takenBy(email) } });
}
