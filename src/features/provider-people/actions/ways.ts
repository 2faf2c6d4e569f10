// How a person is to come in, on a super administrator's word. Nobody is left without a way in, and nobody's account is opened by the word
// alone: the provider has to name them first, and an administrator confirms that with what they have here.
import { comingIn, dropWord, setWord, unlinkPerson } from "#features/identity-providers/index.ts";
import { notify } from "#features/notices/index.ts";
import { issueLink, linkPath } from "#features/one-time-links/index.ts";
import { endProviderSessions } from "#features/sessions/index.ts";
import {
  assertMayManage,
  assertNotLastSuperAdmin,
  assertNotSelf,
  deactivateUser,
  lockUser,
} from "#features/users/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { type Post, queueMail } from "#platform/mail/queue.ts";
import type { Actor } from "#src/actor.ts";
import type { IdentityProviderId, UserId } from "#src/ids.ts";
import { assignedMail, sentBackMail, setPasswordMail } from "../emails.tsx";
import {
  cannotConfirm,
  leadsElsewhere,
  noOtherWay,
  noVerifiedAddress,
  nothingSaid,
  notActive,
  notTheirs,
  providerNotEnabled,
  superAdminStays,
} from "../errors.ts";
import { personAssigned, personSentBack } from "../events.ts";
import { hasPasskey, hasVerifiedAddress, leadsTo, lockEnabled } from "../queries.ts";
import type { Decision, Removal } from "../schema.ts";
import { texts } from "../texts.ts";

export interface By {
  readonly db: TenantDb;
  readonly actor: Actor;
  readonly post: Post;
  readonly now: Date;
  /** What providers that somebody leaves put on their profile stays there. */
  readonly keepsAttributes?: boolean;
}

/**
 * Sends somebody to one provider, or back to what they have here.
 * @throws {userNotFound} and what `sendToProvider` and `sendToPassword` throw
 */
export async function decideWay(
  asked: By,
  { userId, way, identityProviderId, keepsAttributes }: Decision & { userId: UserId },
): Promise<void> {
  const by = { ...asked, keepsAttributes };
  const person = await lock(by, userId);
  if (way === "password") await sendToPassword(by, person);
  else await sendToProvider(by, person, { providerId: identityProviderId, isAnew: false });
}

/**
 * Takes somebody away from a provider that has brought them in, or was to.
 * @throws {notTheirs} @throws {ownAccount} @throws {lastSuperAdmin} and what the others throw
 */
export async function removeFrom(
  asked: By,
  { providerId, userId, way, identityProviderId, keepsAttributes }: Removal & Place,
): Promise<void> {
  const by = { ...asked, keepsAttributes };
  const person = await lock(by, userId);
  const { links, word } = await comingIn(by.db, userId);
  const isTheirs = links.some(({ id }) => id === providerId) || word?.provider?.id === providerId;
  if (!isTheirs) throw notTheirs({ userId });
  if (way === "password") return sendToPassword(by, person);
  if (way === "deactivation") return shutOut(by, person);
  const to = way === "again" ? providerId : identityProviderId;
  return sendToProvider(by, person, { providerId: to, isAnew: to === providerId });
}

interface Place {
  readonly providerId: IdentityProviderId;
  readonly userId: UserId;
}

/** The person, locked, and whether anything here opens their account. @throws {userNotFound} @throws {aboveRole} */
async function lock({ db, actor }: By, userId: UserId) {
  const user = await lockUser(db, userId);
  assertMayManage(actor, user);
  return { ...user, hasOwnWay: user.hasPassword || (await hasPasskey(db, userId)) };
}
type Locked = Awaited<ReturnType<typeof lock>>;

/**
 * From the next sign-in on they come by this provider: its first assertion makes the link. `isAnew`: what it called them counts no more.
 * @throws {superAdminStays} @throws {notActive} @throws {providerNotEnabled} @throws {noVerifiedAddress} @throws {cannotConfirm}
 * @throws {leadsElsewhere}
 */
async function sendToProvider(
  by: By,
  person: Locked,
  { providerId, isAnew }: { providerId: IdentityProviderId | undefined; isAnew: boolean },
): Promise<void> {
  const { db, actor, now } = by;
  const { id: userId, role } = person;
  // Whoever runs the provider would otherwise choose who holds every right here.
  if (role === "super_admin" && !isAnew) throw superAdminStays({ userId });
  if (person.state !== "active") throw notActive({ userId });
  const provider = providerId === undefined ? null : await lockEnabled(db, providerId);
  if (provider === null)
    throw providerNotEnabled({ errors: { identityProviderId: texts.notEnabled } });
  if (!(await hasVerifiedAddress(db, userId))) throw noVerifiedAddress({ userId });
  const before = await comingIn(db, userId);
  const isLinked = !isAnew && before.links.some(({ id }) => id === provider.id);
  if (role !== "member" && !isLinked && !person.hasOwnWay) throw cannotConfirm({ userId });
  // Nothing is decided about them, and without that a provider links nobody whose addresses lead elsewhere.
  if (role === "super_admin" && !(await leadsTo(db, { userId, providerId: provider.id }, now)))
    throw leadsElsewhere({ userId });
  const isSaid = before.word?.provider?.id === provider.id;
  if (isSaid && isLinked && before.links.length === 1) return;
  if (isSaid && !isAnew && before.links.length === 0) return;
  // A super administrator's other ways are their own.
  const keep = isAnew ? null : provider.id;
  await leave(by, userId, { except: keep });
  if (role === "super_admin") await dropWord(db, actor, userId);
  else await setWord(db, { userId, providerId: provider.id, now });
  await record(db, actor, personAssigned, {
    identityProviderId: provider.id,
    name: provider.name,
    userId,
    isAnew,
  });
  const more = { provider: provider.name, providerId: provider.id };
  const happening = { userId, now };
  await notify(db, by.post, actor, { happening, template: assignedMail, more });
}

/** Takes the links away and ends what came by them. */
async function leave(
  { db, actor, keepsAttributes = false }: By,
  userId: UserId,
  { except = null }: { except?: IdentityProviderId | null } = {},
): Promise<void> {
  const providerIds = await unlinkPerson(db, actor, { userId, except, keepsAttributes });
  await endProviderSessions(db, actor, { userId, providerIds });
}

/**
 * From now on they come in with what they have here; who has nothing is mailed the way to a password.
 * @throws {notActive} @throws {ownAccount} @throws {lastSuperAdmin} @throws {noVerifiedAddress}
 */
async function sendToPassword(by: By, person: Locked): Promise<void> {
  const { db, actor, now } = by;
  const { id: userId, hasOwnWay } = person;
  if (person.state !== "active") throw notActive({ userId });
  const before = await comingIn(db, userId);
  const isSaid = before.word !== null && before.word.provider === null;
  if (isSaid && before.links.length === 0) return;
  if (!hasOwnWay) {
    // Until the mail is followed nobody could come in as them.
    assertNotSelf(actor, userId);
    await assertNotLastSuperAdmin(db, person);
    if (!(await hasVerifiedAddress(db, userId))) throw noVerifiedAddress({ userId });
  }
  await leave(by, userId);
  if (person.role === "super_admin") await dropWord(db, actor, userId);
  else await setWord(db, { userId, providerId: null, now });
  await record(db, actor, personSentBack, { userId, isInvited: !hasOwnWay });
  if (hasOwnWay) {
    const happening = { userId, now };
    await notify(db, by.post, actor, { happening, template: sentBackMail, more: {} });
  } else await mailPasswordLink(by, person);
}

async function mailPasswordLink({ db, post, now }: By, person: Locked): Promise<void> {
  const { id: userId, email, firstName } = person;
  const link = await issueLink(db, { userId, email, purpose: "password_reset", now });
  const url = `${post.frame.baseUrl}${linkPath("password_reset", link)}`;
  await queueMail(db, post, setPasswordMail, { email, userId }, { firstName, url });
}

/** @throws {ownAccount} @throws {lastSuperAdmin} */
async function shutOut(by: By, { id: userId }: Locked): Promise<void> {
  const { db, actor, post, now } = by;
  await deactivateUser(db, post, actor, { userId, now });
  await leave(by, userId);
  await dropWord(db, actor, userId);
}

/**
 * Takes an administrator's word back: where their address leads decides again. What brought them in stays.
 * @throws {userNotFound} @throws {nothingSaid} @throws {noOtherWay}
 */
export async function withdrawWord(by: By, userId: UserId): Promise<void> {
  const { db, actor } = by;
  const person = await lock(by, userId);
  const { links } = await comingIn(db, userId);
  if (!(await dropWord(db, actor, userId))) throw nothingSaid({ userId });
  const isLinked = links.some(({ state }) => state === "enabled");
  if (person.state === "active" && !person.hasOwnWay && !isLinked) throw noOtherWay({ userId });
}
