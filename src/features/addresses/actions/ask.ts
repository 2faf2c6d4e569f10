// Asking for an address: it waits, apart from those that people have, until its mailbox confirms it. One that a super administrator gives
// somebody else at a domain of the organisation does not wait.
import { giveGroupsOf, holdProved, type ProvedDomain } from "#features/domains/index.ts";
import { notify } from "#features/notices/index.ts";
import { assertMayManage, lockUser } from "#features/users/index.ts";
import { record } from "#platform/audit/record.ts";
import { secondsLater } from "#platform/clock.ts";
import { randomToken } from "#platform/crypto/token.ts";
import { queueMail } from "#platform/mail/queue.ts";
import type { UserId } from "#src/ids.ts";
import {
  addressAddedMail,
  addressAskedMail,
  addressTriedMail,
  confirmAddressMail,
} from "../emails.tsx";
import {
  addressAlreadyTheirs,
  addressNotFound,
  addressTaken,
  personNotActive,
  tooManyAddresses,
} from "../errors.ts";
import { addressAdded, addressRequestCancelled, addressRequested } from "../events.ts";
import { countMail } from "../limits.ts";
import { addressesOf, ownerOf, pendingOf } from "../queries.ts";
import {
  type Address,
  addressesMost,
  type AskedAddress,
  type PendingAddress,
  pendingSeconds,
} from "../schema.ts";
import { texts } from "../texts.ts";
import { assertMayGiveAddress, mayGiveAtOnce } from "../rules.ts";
import { type Acting, isSelf } from "./acting.ts";

/**
 * Mails an address the link that confirms it (72 hours, once); one that waits already gets a new link, and the one before stops working.
 * Somebody who asks for themselves learns nothing about others: an address that belongs to somebody waits all the same, with a link that
 * nobody has, and its owner is told. An administrator, who sees everybody's addresses, is told at once; at a domain that is proved to be the
 * organisation's, the address that a super administrator gives somebody else is that person's at once.
 * @throws {userNotFound} @throws {aboveRole} @throws {roleNotHigher} @throws {personNotActive} @throws {addressAlreadyTheirs}
 * @throws {addressTaken} @throws {tooManyAddresses} @throws {addressMailsLimited}
 */
export async function askForAddress(
  by: Acting,
  { userId, email }: { userId: UserId; email: string },
): Promise<AskedAddress> {
  const { db, actor, now } = by;
  const user = await lockUser(db, userId);
  assertMayGiveAddress(actor, user);
  if (user.state !== "active") throw personNotActive({ userId });
  const addresses = await addressesOf(db, userId);
  if (addresses.some((one) => one.email === email))
    throw addressAlreadyTheirs({ errors: { email: texts.alreadyTheirsField(email) } });
  if (!isSelf(actor, userId) && (await ownerOf(db, email)) !== null)
    throw addressTaken({ errors: { email: texts.takenBy(email) } });
  const waiting = await pendingOf(db, userId, now);
  const others = waiting.filter((one) => one.email !== email);
  if (addresses.length + others.length >= addressesMost)
    throw tooManyAddresses({ errors: { email: texts.tooManyField } });
  const under = mayGiveAtOnce(actor, userId) ? await holdProved(db, email) : null;
  if (under !== null) return add(by, under, { userId, email });
  return send(by, { userId, email, again: waiting.length > others.length });
}

/** At once: the domain speaks for it. All addresses are told, this one too. */
async function add(
  by: Acting,
  under: ProvedDomain,
  { userId, email }: { userId: UserId; email: string },
): Promise<Address> {
  const { db, actor, post, now } = by;
  await countMail(by, email);
  await db
    .deleteFrom("pending_emails")
    .where("user_id", "=", userId)
    .where("email", "=", email)
    .execute();
  const { id } = await db
    .insertInto("user_emails")
    .values({
      user_id: userId,
      email,
      is_primary: false,
      verified_at: now,
      by_domain: true,
      created_at: now,
    })
    .onConflict((on) => on.constraint("user_emails_unique").doNothing())
    .returning("id")
    .executeTakeFirstOrThrow(() => addressTaken({ errors: { email: texts.takenBy(email) } }));
  await record(db, actor, addressAdded, { userId, email, byDomain: true });
  await giveGroupsOf(db, actor, under, { userId, because: "verified" });
  const happening = { userId, now };
  await notify(db, post, actor, { happening, template: addressAddedMail, more: { email } });
  return { id, email, isPrimary: false, verifiedAt: now.toISOString(), byDomain: true };
}

/** The same for one that waits. @throws as `askForAddress` @throws {addressNotFound} */
export async function sendAgain(
  by: Acting,
  { userId, pendingAddressId }: { userId: UserId; pendingAddressId: string },
): Promise<PendingAddress> {
  const { db, actor, now } = by;
  const user = await lockUser(db, userId);
  assertMayGiveAddress(actor, user);
  if (user.state !== "active") throw personNotActive({ userId });
  const waiting = (await pendingOf(db, userId, now)).find(({ id }) => id === pendingAddressId);
  if (!waiting) throw addressNotFound({ pendingAddressId });
  return send(by, { userId, email: waiting.email, again: true });
}

interface Wanted {
  readonly userId: UserId;
  readonly email: string;
  readonly again: boolean;
}

async function send(by: Acting, wanted: Wanted): Promise<PendingAddress> {
  const { db, actor, post, now } = by;
  const { userId, email } = wanted;
  await countMail(by, email);
  const { token, hash } = randomToken();
  const row = { token_hash: hash, asked_at: now, expires_at: secondsLater(now, pendingSeconds) };
  const { id } = await db
    .insertInto("pending_emails")
    .values({ user_id: userId, email, ...row })
    .onConflict((on) => on.constraint("pending_emails_user_unique").doUpdateSet(row))
    .returning("id")
    .executeTakeFirstOrThrow();
  const owner = await ownerOf(db, email);
  const url = `${post.frame.baseUrl}${confirmationPath({ linkId: id, token })}`;
  if (owner === null) await queueMail(db, post, confirmAddressMail, { email, userId }, { url });
  else await queueMail(db, post, addressTriedMail, { email, userId: owner }, {});
  await record(db, actor, addressRequested, wanted);
  // Whoever talks an administrator into it cannot keep it from the person: it is told before it can be used.
  if (!isSelf(actor, userId))
    await notify(db, post, actor, {
      happening: { userId, now },
      template: addressAskedMail,
      more: { email },
    });
  const { asked_at: askedAt, expires_at: expiresAt } = row;
  return { id, email, askedAt: askedAt.toISOString(), expiresAt: expiresAt.toISOString() };
}

/** `/address-confirmation/<id>/<token>` */
export const confirmationPath = ({ linkId, token }: { linkId: string; token: string }): string =>
  `/address-confirmation/${linkId}/${token}`;

/** Takes the link back. @throws {userNotFound} @throws {aboveRole} @throws {addressNotFound} */
export async function cancelRequest(
  { db, actor }: Acting,
  { userId, pendingAddressId }: { userId: UserId; pendingAddressId: string },
): Promise<void> {
  assertMayManage(actor, await lockUser(db, userId));
  const { email } = await db
    .deleteFrom("pending_emails")
    .where("id", "=", pendingAddressId)
    .where("user_id", "=", userId)
    .returning("email")
    .executeTakeFirstOrThrow(() => addressNotFound({ pendingAddressId }));
  await record(db, actor, addressRequestCancelled, { userId, email });
}
