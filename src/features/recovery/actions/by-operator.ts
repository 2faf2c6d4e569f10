// Break-glass: whoever is at the machine lets somebody back in. It can do no more than that: the password is chosen by the person.
import { releaseLimitsOf } from "#features/limits/index.ts";
import { resendInvitation } from "#features/invitations/index.ts";
import { notify } from "#features/notices/index.ts";
import { dropPending, issueLink, linkPath } from "#features/one-time-links/index.ts";
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
import { queueMail } from "#platform/mail/queue.ts";
import type { UserId } from "#src/ids.ts";
import { operatorLinkMail, recoveredMail, recoveredToldMail } from "../emails.tsx";
import { addressNotVerified, recoveryNotPossible } from "../errors.ts";
import { recoveredByOperator } from "../events.ts";
import { activeWithRole } from "../people.ts";
import { takenText } from "../texts.ts";
import type { Acting } from "./acting.ts";
import { dropSecondSteps } from "./second-steps.ts";

export interface Recovered {
  readonly userId: UserId;
  readonly email: string;
  readonly reactivated: boolean;
  /** What was taken away, in words. */
  readonly taken: readonly string[];
  readonly limitsCleared: number;
  /** The one-time link: to a new password, or, for somebody who never chose one, to the first. */
  readonly link: string;
  readonly linkExpiresAt: Date;
  /** The message that carries it, by its template. */
  readonly mailedAs: string;
}

/**
 * Reactivates a person where needed, takes their second steps away, releases what slows their sign-in down and issues a link to a new
 * password (30 minutes), which is mailed to `email` too. The person is told at every verified address. Someone who is still invited has
 * nothing to recover.
 * @throws {userNotFound} @throws {isAnonymised} @throws {addressNotVerified} @throws {recoveryNotPossible}
 */
export async function recoverByOperator(by: Acting, email: string): Promise<Recovered> {
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
  const reactivated = user.state === "deactivated";
  if (reactivated) await reactivateUser(db, post, actor, userId);
  const taken = takenText(
    await dropSecondSteps(by, userId, { reason: "recovered", factorResetId: null }),
  );
  const limitsCleared = await releaseLimitsOf(db, actor, userId);
  await dropPending(db, userId);
  const issued = await linkFor(by, { userId, email: address });
  await record(db, actor, recoveredByOperator, { userId, reactivated, limitsCleared });
  const happening = { userId, now };
  await notify(db, post, actor, { happening, template: recoveredMail, more: { taken } });
  return { userId, email: address, reactivated, taken, limitsCleared, ...issued };
}

/** The way to a password: after a reactivation somebody without one is invited again. */
async function linkFor(
  by: Acting,
  { userId, email }: { userId: UserId; email: string },
): Promise<Pick<Recovered, "link" | "linkExpiresAt" | "mailedAs">> {
  const { db, post, actor, now } = by;
  const { state, firstName } = await getUser(db, userId);
  if (state === "invited") {
    const { url, expiresAt } = await resendInvitation(db, post, actor, { userId, now });
    return { link: url, linkExpiresAt: expiresAt, mailedAs: "invitations.invitation" };
  }
  const issued = await issueLink(db, { userId, email, purpose: "password_reset", now });
  const link = `${post.frame.baseUrl}${linkPath("password_reset", issued)}`;
  await queueMail(db, post, operatorLinkMail, { email, userId }, { firstName, url: link });
  return { link, linkExpiresAt: issued.expiresAt, mailedAs: operatorLinkMail.name };
}

/** Tells every other super administrator what was done at the machine; `policy` says what was done to the settings, if anything. */
export async function tellSuperAdmins(
  { db, post }: Acting,
  { userId, email }: Pick<Recovered, "userId" | "email">,
  policy: string,
): Promise<void> {
  const person = fullName(await getUser(db, userId));
  for (const admin of await activeWithRole(db, ["super_admin"])) {
    if (admin.userId === userId) continue;
    const { firstName } = admin;
    const data = { firstName, person, email, policy };
    await queueMail(db, post, recoveredToldMail, admin, data);
  }
}
