// Sending an invitation, and taking one up: the address is confirmed, the password comes next.
import {
  consumeLink,
  issueLink,
  linkPath,
  type PresentedLink,
} from "#features/one-time-links/index.ts";
import { giveDomainGroups } from "#features/domains/index.ts";
import { beginNewPassword } from "#features/sign-in/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { defineLimit, hitNoted } from "#platform/limits.ts";
import { type Post, queueMail } from "#platform/mail/queue.ts";
import type { Actor, Origin } from "#src/actor.ts";
import type { UserId } from "#src/ids.ts";
import { acceptedMail, foundingInvitation, invitation, welcome } from "./emails.tsx";
import {
  invitationNotNeeded,
  invitationsTooMany,
  invitedTooOften,
  inviteeDeactivated,
  inviteeNotFound,
} from "./errors.ts";
import { invitationAccepted, invitationSent } from "./events.ts";
import { findInviter, nameOfActor, wasAccepted } from "./queries.ts";
import { texts } from "./texts.ts";

interface SentInvitation {
  readonly url: string;
  readonly expiresAt: Date;
  /** The message that carries it, by its template. */
  readonly mailedAs: string;
}

interface Invitee {
  readonly userId: UserId;
  readonly now: Date;
  /** The first person of a tenant reads another text. */
  readonly founding?: boolean;
}

// Mail goes to an address that has proved nothing yet: it must not become a way to pester somebody.
const resendsByUser = defineLimit("invitations.resends", { most: 5, windowSeconds: 60 * 60 });

// Our mail carries the organisation's name: whoever took over an administrator or a script must not be able to write to the whole world.
const sentByActor = defineLimit("invitations.sent_by", { most: 1_000, windowSeconds: 60 * 60 });
const sentByAll = defineLimit("invitations.sent_all", {
  most: 10_000,
  windowSeconds: 24 * 60 * 60,
});

/**
 * Mails a person in state "invited" the link to their account; a link sent before stops working. Whose address is verified, because its domain
 * is the organisation's or because a link was opened before, is welcomed; everybody else is asked to confirm it. Answers the link's address,
 * for operators whose mail does not work.
 * @throws {inviteeNotFound} @throws {invitationNotNeeded} @throws {inviteeDeactivated} @throws {invitationsTooMany}
 */
export const inviteUser = (
  db: TenantDb,
  post: Post,
  actor: Actor,
  invitee: Invitee,
): Promise<{ url: string; expiresAt: Date }> => send(db, post, actor, { ...invitee, again: false });

/** The same once more, at most five times an hour. @throws also {invitedTooOften} */
export async function resendInvitation(
  db: TenantDb,
  post: Post,
  actor: Actor,
  invitee: Invitee,
): Promise<SentInvitation> {
  // An operator at the machine is no stranger, and may be in the middle of making mail work.
  if (actor.kind !== "operator") {
    const { userId, now } = invitee;
    const about = async () => (await findInvitee(db, userId)).email;
    const counter = { limit: resendsByUser, key: userId, about };
    const { allowed, retryAfterSeconds } = await hitNoted(db, counter, now);
    if (!allowed) throw invitedTooOften({ retryAfterSeconds });
  }
  return send(db, post, actor, { ...invitee, again: true });
}

async function send(
  db: TenantDb,
  post: Post,
  actor: Actor,
  { userId, now, founding = false, again }: Invitee & { again: boolean },
): Promise<SentInvitation> {
  const person = await findInvitee(db, userId);
  if (person.state === "active") throw invitationNotNeeded();
  if (person.state === "deactivated") throw inviteeDeactivated();
  await countSent(db, actor, now);
  const { email, firstName, verifiedAt } = person;
  const link = await issueLink(db, { userId, email, purpose: "invitation", now });
  const url = `${post.frame.baseUrl}${linkPath("invitation", link)}`;
  const known = verifiedAt === null ? invitation : welcome;
  const template = founding ? foundingInvitation : known;
  await queueMail(db, post, template, { email, userId }, { firstName, url });
  await record(db, actor, invitationSent, { userId, again });
  return { url, expiresAt: link.expiresAt, mailedAs: template.name };
}

/** Refused, it is as if nobody had been added: the transaction ends. @throws {invitationsTooMany} */
async function countSent(db: TenantDb, actor: Actor, now: Date): Promise<void> {
  if (actor.kind !== "user" && actor.kind !== "client") return;
  const key = actor.kind === "user" ? actor.userId : actor.clientId;
  const counters = [
    { limit: sentByActor, key, about: () => nameOfActor(db, actor) },
    { limit: sentByAll, key: "", about: texts.everybody },
  ];
  for (const counter of counters) {
    const { allowed, retryAfterSeconds } = await hitNoted(db, counter, now);
    if (!allowed) throw invitationsTooMany({ retryAfterSeconds });
  }
}

/** @throws {inviteeNotFound} */
const findInvitee = (db: TenantDb, userId: UserId) =>
  db
    .selectFrom("users as u")
    .innerJoin("user_emails as e", (join) =>
      join.onRef("e.user_id", "=", "u.id").on("e.is_primary", "=", true),
    )
    .select(["u.first_name as firstName", "u.state", "e.email", "e.verified_at as verifiedAt"])
    .where("u.id", "=", userId)
    .executeTakeFirstOrThrow(() => inviteeNotFound());

/**
 * Uses an invitation up: the address is confirmed, whoever invited is told, and a sign-in stands at choosing the first password.
 * Answers its handle, or null when the link is no good.
 */
export async function acceptInvitation(
  db: TenantDb,
  post: Post,
  presented: PresentedLink,
  { origin, replaces }: { origin: Origin; replaces: string | undefined },
): Promise<string | null> {
  const link = await consumeLink(db, presented);
  if (!link) return null;
  const { userId, email } = link;
  const { now } = presented;
  const { numUpdatedRows } = await db
    .updateTable("user_emails")
    .set({ verified_at: now })
    .where("user_id", "=", userId)
    .where("email", "=", email)
    .where("verified_at", "is", null)
    .executeTakeFirst();
  const actor: Actor = { kind: "visitor", userId, origin };
  // Once: a link that was sent again, because they stopped half-way, is no news.
  const isFirst = numUpdatedRows > 0n || !(await wasAccepted(db, userId));
  await record(db, actor, invitationAccepted, { userId, email });
  if (numUpdatedRows > 0n)
    await giveDomainGroups(db, actor, { userId, email, because: "verified" });
  if (isFirst) await tellInviter(db, post, userId, numUpdatedRows > 0n);
  return beginNewPassword(db, { link, purpose: "invitation", now, replaces });
}

async function tellInviter(
  db: TenantDb,
  post: Post,
  userId: UserId,
  isConfirmed: boolean,
): Promise<void> {
  const inviter = await findInviter(db, userId);
  if (!inviter) return;
  const { invitee, ...to } = inviter;
  const { firstName } = to;
  await queueMail(db, post, acceptedMail, to, { firstName, userId, isConfirmed, ...invitee });
}
