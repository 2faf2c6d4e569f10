// Break-glass: whoever is at the machine lets somebody back in. It can do no more than that: the password is chosen by the person.
import {
  linkedProviders,
  onlyProviderOf,
  unlinkEverywhere,
} from "#features/identity-providers/index.ts";
import { releaseLimitsOf } from "#features/limits/index.ts";
import { resendInvitation } from "#features/invitations/index.ts";
import { notify } from "#features/notices/index.ts";
import { dropPending, issueLink, linkPath } from "#features/one-time-links/index.ts";
import { findPolicy } from "#features/policy/index.ts";
import { endSessions } from "#features/sessions/index.ts";
import {
  emailsOf,
  findUserByEmail,
  fullName,
  getUser,
  isAnonymised,
  lockUser,
  reactivateUser,
  userNotFound,
} from "#features/users/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { queueMail } from "#platform/mail/queue.ts";
import type { UserId } from "#src/ids.ts";
import {
  addressSetToldMail,
  operatorLinkMail,
  recoveredMail,
  recoveredToldMail,
} from "../emails.tsx";
import { addressNotVerified, comesByItsProvider, recoveryNotPossible } from "../errors.ts";
import { recoveredByOperator } from "../events.ts";
import { activeWithRole } from "../people.ts";
import { takenText, texts } from "../texts.ts";
import type { Acting } from "./acting.ts";
import { dropSecondSteps, readSecondSteps } from "./second-steps.ts";

export interface Recovered {
  readonly userId: UserId;
  readonly email: string;
  readonly reactivated: boolean;
  /** What was taken away, in words. */
  readonly taken: readonly string[];
  /** What is asked for after the new password, in words; none: the link stands for the code by e-mail, once. */
  readonly kept: readonly string[];
  readonly limitsCleared: number;
  /** The identity providers that they are linked to, or were sent to, by name, and whether that was taken back. */
  readonly providers: readonly string[];
  readonly unlinked: boolean;
  /** The one-time link: to a new password, or, for somebody who never chose one, to the first. */
  readonly link: string;
  readonly linkExpiresAt: Date;
  /** The message that carries it, by its template. */
  readonly mailedAs: string;
}

interface Wish {
  readonly email: string;
  readonly unlink: boolean;
  /** Leave app, backup codes and passkeys as they are: it is the password that is lost. */
  readonly keepSecondSteps: boolean;
}

/**
 * Reactivates a person where needed, takes their second steps away (unless they are to be kept), ends sessions, releases what slows their sign-in down and issues a link to a new
 * password (30 minutes), which is mailed to `email` too. It works where no mail does: at the sign-in that follows in the same browser the link stands
 * for a code by e-mail, once (`operator_link`), because whoever owns the machine has handed it over. The person is told at every verified address. Someone who is still invited has
 * nothing to recover. Who comes in by an identity provider gets a password that opens something only by being unlinked from it: that is
 * asked for (`unlink`), or refused.
 * @throws {userNotFound} @throws {isAnonymised} @throws {addressNotVerified} @throws {recoveryNotPossible} @throws {comesByItsProvider}
 */
export async function recoverByOperator(
  by: Acting,
  { email, unlink, keepSecondSteps }: Wish,
): Promise<Recovered> {
  const { db, post, actor, now } = by;
  const known = await findUserByEmail(db, email);
  if (!known) throw userNotFound({ email });
  const userId = known.id;
  const user = await lockUser(db, userId);
  if (user.state === "anonymised") throw isAnonymised({ email });
  if (user.state === "invited") throw recoveryNotPossible({ email });
  const address = email.trim().toLowerCase();
  const addresses = await emailsOf(db, userId);
  const isVerified = addresses.some((one) => one.email === address && one.verifiedAt !== null);
  if (!isVerified && user.hasPassword) throw addressNotVerified({ email });
  const providers = await settleProviders(by, { userId, email: address, unlink });
  const reactivated = user.state === "deactivated";
  if (reactivated) await reactivateUser(db, post, actor, { userId, now });
  const taken = keepSecondSteps ? [] : await takeAway(by, userId);
  if (keepSecondSteps) await endSessions(db, actor, { userId, reason: "recovered" });
  const kept = takenText(await readSecondSteps(db, userId));
  const limitsCleared = await releaseLimitsOf(db, actor, userId);
  await dropPending(db, userId);
  const issued = await linkFor(by, { userId, email: address });
  const unlinked = unlink && providers.length > 0;
  const done = { userId, reactivated, limitsCleared, unlinked, keptSecondSteps: keepSecondSteps };
  await record(db, actor, recoveredByOperator, done);
  const happening = { userId, now };
  const told = unlinked ? [...taken, ...providers.map(texts.takenProvider)] : taken;
  await notify(db, post, actor, { happening, template: recoveredMail, more: { taken: told } });
  return {
    userId,
    email: address,
    reactivated,
    taken,
    kept,
    limitsCleared,
    providers,
    unlinked,
    ...issued,
  };
}

const takeAway = async (by: Acting, userId: UserId): Promise<string[]> =>
  takenText(await dropSecondSteps(by, userId, { reason: "recovered", factorResetId: null }));

/** The providers that somebody is linked to, taken away from them where that is wished. @throws {comesByItsProvider} */
async function settleProviders(
  { db, actor, now }: Acting,
  { userId, email, unlink }: { userId: UserId; email: string; unlink: boolean },
): Promise<string[]> {
  if (unlink) return unlinkEverywhere(db, actor, userId);
  const only = await onlyProviderOf(db, { userId, email }, await findPolicy(db, now));
  // A password that sign-in then refuses would be no way back.
  if (only !== null) throw comesByItsProvider({ email, provider: only.name });
  return (await linkedProviders(db, userId)).map(({ name }) => name);
}

/** The way to a password: after a reactivation somebody without one is invited again. */
async function linkFor(
  by: Acting,
  { userId, email }: { userId: UserId; email: string },
): Promise<Pick<Recovered, "link" | "linkExpiresAt" | "mailedAs">> {
  const { db, post, actor, now } = by;
  const { state, firstName } = await getUser(db, userId);
  if (state === "invited") {
    const { url, expiresAt, mailedAs } = await resendInvitation(db, post, actor, { userId, now });
    return { link: url, linkExpiresAt: expiresAt, mailedAs };
  }
  const issued = await issueLink(db, {
    userId,
    email,
    purpose: "password_reset",
    now,
    byOperator: true,
  });
  const link = `${post.frame.baseUrl}${linkPath("password_reset", issued)}`;
  await queueMail(db, post, operatorLinkMail, { email, userId }, { firstName, url: link });
  return { link, linkExpiresAt: issued.expiresAt, mailedAs: operatorLinkMail.name };
}

interface Told {
  readonly keptSecondSteps: boolean;
}

/** Tells every other super administrator what was done at the machine; `policy` says what was done to the settings, if anything. */
export async function tellSuperAdmins(
  { db, post }: Acting,
  { userId, email, keptSecondSteps }: Pick<Recovered, "userId" | "email"> & Told,
  policy: string,
): Promise<void> {
  const person = fullName(await getUser(db, userId));
  for (const admin of await otherSuperAdmins(db, userId)) {
    const { firstName } = admin;
    const data = { firstName, person, email, policy, keptSecondSteps };
    await queueMail(db, post, recoveredToldMail, admin, data);
  }
}

/** Tells every other super administrator that the operator has given somebody another address. */
export async function tellOfNewAddress(
  { db, post }: Pick<Acting, "db" | "post">,
  { userId, from, to }: { userId: UserId; from: string; to: string },
): Promise<void> {
  const person = fullName(await getUser(db, userId));
  for (const admin of await otherSuperAdmins(db, userId)) {
    const { firstName } = admin;
    await queueMail(db, post, addressSetToldMail, admin, { firstName, person, from, to });
  }
}

const otherSuperAdmins = async (db: TenantDb, userId: UserId) =>
  (await activeWithRole(db, ["super_admin"])).filter((admin) => admin.userId !== userId);
