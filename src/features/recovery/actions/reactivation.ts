// Somebody deactivated asks to be let in again, and an administrator answers.
import { resendInvitation } from "#features/invitations/index.ts";
import { notify } from "#features/notices/index.ts";
import {
  consumeLink,
  findLink,
  linkPath,
  type PresentedLink,
} from "#features/one-time-links/index.ts";
import { assertMayManage, getUser, lockUser, reactivateUser } from "#features/users/index.ts";
import { record } from "#platform/audit/record.ts";
import { secondsLater } from "#platform/clock.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Handling } from "#platform/http/context.ts";
import type { Actor } from "#src/actor.ts";
import type { ReactivationRequestId, UserId } from "#src/ids.ts";
import { reactivationDeniedMail } from "../emails.tsx";
import { alreadyDecided, requestNotFound } from "../errors.ts";
import { reactivationApproved, reactivationDenied, reactivationRequested } from "../events.ts";
import { tellAdmins } from "../jobs.ts";
import { personOf } from "../people.ts";
import { lastReactivationOf } from "../queries.ts";
import { askAgainDays, type AskInput, type AskStep } from "../schema.ts";
import type { Acting } from "./acting.ts";

type Presented = Omit<PresentedLink, "purpose">;
const purpose = "reactivation";

/** Where the person behind a link stands: they may ask, or have asked. */
export async function showAsk(db: TenantDb, presented: Presented): Promise<AskStep> {
  const link = await findLink(db, { ...presented, purpose });
  if (!link) return { kind: "dead" };
  const { linkId: id, token, now } = presented;
  return (
    (await standingOf(db, link.userId, now)) ?? {
      kind: "form",
      path: linkPath(purpose, { id, token }),
    }
  );
}

/**
 * Asks in the name of the person a link belongs to: whoever holds it knew the password or has the mailbox, and may do no more than this.
 * One open request a person; administrators are told.
 */
export async function askAgain(
  db: TenantDb,
  { origin }: Pick<Handling, "origin">,
  presented: Presented,
  { reason }: AskInput,
): Promise<AskStep> {
  const { now } = presented;
  const found = await findLink(db, { ...presented, purpose });
  if (!found) return { kind: "dead" };
  const { userId } = found;
  await lockUser(db, userId);
  const standing = await standingOf(db, userId, now);
  if (standing !== null) return standing;
  if (!(await consumeLink(db, { ...presented, purpose }))) return { kind: "dead" };
  const { id } = await db
    .insertInto("reactivation_requests")
    .values({ user_id: userId, reason, requested_at: now })
    .returning("id")
    .executeTakeFirstOrThrow();
  const actor: Actor = { kind: "visitor", userId, origin };
  await record(db, actor, reactivationRequested, { userId, reactivationRequestId: id });
  await tellAdmins.with({}).enqueue(db);
  return { kind: "asked", at: now.toISOString(), isNew: true };
}

/** What stands against asking now: it was asked already, or was denied not long ago. */
async function standingOf(
  db: TenantDb,
  userId: UserId,
  now: Date,
): Promise<Extract<AskStep, { kind: "asked" | "denied" }> | null> {
  const last = await lastReactivationOf(db, userId);
  if (last === null) return null;
  const at = last.requestedAt.toISOString();
  if (last.decision === null) return { kind: "asked", at, isNew: false };
  if (last.decision !== "denied" || last.decidedAt === null) return null;
  const again = againAt(last.decidedAt);
  if (again <= now) return null;
  return { kind: "denied", at: last.decidedAt.toISOString(), againAt: again.toISOString() };
}

const againAt = (deniedAt: Date): Date => secondsLater(deniedAt, askAgainDays * 24 * 60 * 60);

/**
 * Lets the person in again. Who never chose a password gets a new invitation: the old link may be long dead.
 * @throws {requestNotFound} @throws {aboveRole} @throws {alreadyDecided}
 */
export async function approveReactivation(by: Acting, id: ReactivationRequestId): Promise<void> {
  const { db, post, actor, now } = by;
  const userId = await lockOpen(by, id);
  await record(db, actor, reactivationApproved, { userId, reactivationRequestId: id });
  await reactivateUser(db, post, actor, { userId, now });
  if ((await getUser(db, userId)).state === "invited")
    await resendInvitation(db, post, actor, { userId, now });
}

/** Leaves the person out and tells them, with the day from which they may ask again. @throws as `approveReactivation` */
export async function denyReactivation(by: Acting, id: ReactivationRequestId): Promise<void> {
  const { db, post, actor, now } = by;
  const userId = await lockOpen(by, id);
  await db
    .updateTable("reactivation_requests")
    .set({ decision: "denied", decided_by: personOf(actor), decided_at: now })
    .where("id", "=", id)
    .execute();
  await record(db, actor, reactivationDenied, { userId, reactivationRequestId: id });
  const happening = { userId, now };
  const more = { againAt: againAt(now).toISOString() };
  await notify(db, post, actor, { happening, template: reactivationDeniedMail, more });
}

/** The person of an undecided request, locked: of two administrators at once the second finds it decided. */
async function lockOpen({ db, actor }: Acting, id: ReactivationRequestId): Promise<UserId> {
  const { userId } = await findRequest(db, id);
  assertMayManage(actor, await lockUser(db, userId));
  const { decision } = await findRequest(db, id);
  if (decision !== null) throw alreadyDecided({ decision });
  return userId;
}

const findRequest = (db: TenantDb, id: ReactivationRequestId) =>
  db
    .selectFrom("reactivation_requests")
    .select(["user_id as userId", "decision"])
    .where("id", "=", id)
    .executeTakeFirstOrThrow(() => requestNotFound());
