// A reset of somebody's second steps on an administrator's word: at once, or, where the tenant asks for two, once another one agrees.
import { notify } from "#features/notices/index.ts";
import { findPolicy } from "#features/policy/index.ts";
import { assertMayManage, type LockedUser, lockUser } from "#features/users/index.ts";
import { record } from "#platform/audit/record.ts";
import { secondsLater } from "#platform/clock.ts";
import { queueMail } from "#platform/mail/queue.ts";
import type { FactorResetId, UserId } from "#src/ids.ts";
import { resetDecidedMail, resetNotDoneMail, resetRequestedMail } from "../emails.tsx";
import {
  alreadyDecided,
  needsPerson,
  nobodyToApprove,
  ownRequest,
  ownSecondSteps,
  requestNotFound,
  resetWaits,
} from "../errors.ts";
import { resetApproved, resetDenied, resetRequested } from "../events.ts";
import { endReset, tellAdmins } from "../jobs.ts";
import { activeWithRole, decidingRoles, mayAgree, nameOf, personOf } from "../people.ts";
import { getReset, mayStillAsk, openResetOf } from "../queries.ts";
import { resetSeconds, type ResetOutcome } from "../schema.ts";
import type { Acting } from "./acting.ts";
import { findRequest, lapse, type Request } from "./lapse.ts";
import { assertSomethingToReset, resetByAdmin } from "./second-steps.ts";

/** `over`: it had run out, or who asked may not ask any more. That is written down now, so it is told, not thrown. */
export type Decided = "done" | "over";

/**
 * Resets a person's second steps, or asks for it where the tenant's policy wants two administrators. One's own are changed on the page
 * Security, with proof: a stolen session of an administrator must not get around it here.
 * @throws {userNotFound} @throws {aboveRole} @throws {ownSecondSteps} @throws {nothingToReset} @throws {needsPerson} @throws {resetWaits}
 * @throws {nobodyToApprove}
 */
export async function requestReset(by: Acting, userId: UserId): Promise<ResetOutcome> {
  const { db, actor, now } = by;
  const user = await lockUser(db, userId);
  assertMayManage(actor, user);
  if (personOf(actor) === userId) throw ownSecondSteps();
  await assertSomethingToReset(db, userId);
  const { resetNeedsTwoAdmins } = await findPolicy(db, now);
  const waiting = await openResetOf(by, userId);
  if (!resetNeedsTwoAdmins) {
    if (waiting !== null) await lapse(by, { id: waiting.id, userId }, "void");
    await resetByAdmin(by, userId, null);
    return { outcome: "reset", userId, request: null };
  }
  if (waiting?.state === "waiting") throw resetWaits({ factorResetId: waiting.id });
  if (waiting !== null)
    await lapse(by, { id: waiting.id, userId }, waiting.state === "void" ? "void" : "expired");
  const id = await insertRequest(by, user);
  return { outcome: "waiting", userId, request: await getReset(by, id) };
}

async function insertRequest(by: Acting, user: LockedUser): Promise<FactorResetId> {
  const { db, actor, post, now } = by;
  const userId = user.id;
  const requestedBy = personOf(actor);
  // Two administrators are two people: whoever may make a client for scripts would be both.
  if (requestedBy === null) throw needsPerson();
  const admins = await activeWithRole(db, decidingRoles);
  if (!admins.some((admin) => mayAgree(admin, { user, requestedBy }))) throw nobodyToApprove();
  const expiresAt = secondsLater(now, resetSeconds);
  const { id } = await db
    .insertInto("factor_resets")
    .values({
      user_id: userId,
      requested_by: requestedBy,
      requested_at: now,
      expires_at: expiresAt,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  await record(db, actor, resetRequested, {
    userId,
    factorResetId: id,
    expiresAt: expiresAt.toISOString(),
  });
  const happening = { userId, now };
  // Before it happens: a person who knows nothing of it is the best alarm.
  await notify(db, post, actor, { happening, template: resetRequestedMail, more: {} });
  await tellAdmins.with({}).enqueue(db);
  await endReset.with({ factorResetId: id }, secondsLater(expiresAt, 1)).enqueue(db);
  return id;
}

/**
 * Agrees to another administrator's request; the second steps are gone with it.
 * @throws {requestNotFound} @throws {aboveRole} @throws {ownSecondSteps} @throws {needsPerson} @throws {ownRequest} @throws {alreadyDecided}
 */
export async function approveReset(by: Acting, id: FactorResetId): Promise<Decided> {
  const { db, actor, now } = by;
  const { user, request } = await lockRequest(by, id);
  const me = personOf(actor);
  if (me === null) throw needsPerson();
  if (request.requestedBy === me) throw ownRequest();
  const requester = await findRequester(by, request.requestedBy);
  if (request.expiresAt <= now) return lapse(by, request, "expired");
  if (requester === null || !mayStillAsk(requester, user.role)) return lapse(by, request, "void");
  await db
    .updateTable("factor_resets")
    .set({ decision: "approved", decided_by: me, decided_at: now })
    .where("id", "=", id)
    .execute();
  const { requestedBy, userId } = request;
  await record(db, actor, resetApproved, { userId, factorResetId: id, requestedBy });
  await resetByAdmin(by, userId, id);
  await tellRequester(by, request, "approved");
  return "done";
}

/**
 * Refuses a request, or takes one's own back: nothing changes for the person, who was told of it and is told that.
 * @throws {requestNotFound} @throws {aboveRole} @throws {ownSecondSteps} @throws {alreadyDecided}
 */
export async function denyReset(by: Acting, id: FactorResetId): Promise<Decided> {
  const { db, actor, post, now } = by;
  const { request } = await lockRequest(by, id);
  if (request.expiresAt <= now) return lapse(by, request, "expired");
  const me = personOf(actor);
  await db
    .updateTable("factor_resets")
    .set({ decision: "denied", decided_by: me, decided_at: now })
    .where("id", "=", id)
    .execute();
  const { requestedBy, userId } = request;
  const withdrawn = me !== null && me === requestedBy;
  await record(db, actor, resetDenied, { userId, factorResetId: id, requestedBy, withdrawn });
  const happening = { userId, now };
  await notify(db, post, actor, { happening, template: resetNotDoneMail, more: {} });
  if (!withdrawn) await tellRequester(by, request, "denied");
  return "done";
}

/** The request and its person, who is locked: of two administrators who decide at once the second finds it decided. */
async function lockRequest(
  by: Acting,
  id: FactorResetId,
): Promise<{ user: LockedUser; request: Request }> {
  const { db, actor } = by;
  const found = await findRequest(by, id);
  if (found === null) throw requestNotFound();
  const user = await lockUser(db, found.userId);
  assertMayManage(actor, user);
  if (personOf(actor) === user.id) throw ownSecondSteps();
  const request = await findRequest(by, id);
  if (request === null) throw requestNotFound();
  if (request.decision !== null) throw alreadyDecided({ decision: request.decision });
  return { user, request };
}

async function findRequester({ db }: Acting, userId: UserId | null) {
  if (userId === null) return null;
  const row = await db
    .selectFrom("users")
    .select(["role", "state"])
    .where("id", "=", userId)
    .executeTakeFirst();
  return row ?? null;
}

/** What became of a request, to the administrator who made it. */
async function tellRequester(
  { db, actor, post }: Acting,
  { requestedBy, userId }: Request,
  outcome: "approved" | "denied",
): Promise<void> {
  if (requestedBy === null) return;
  const requester = await mailable(db, requestedBy);
  const about = await mailable(db, userId);
  if (!requester || !about || requester.state !== "active") return;
  const { firstName, email } = requester;
  const person = `${about.firstName} ${about.lastName}`;
  const data = { firstName, person, outcome, who: await nameOf(db, actor) };
  await queueMail(db, post, resetDecidedMail, { email, userId: requestedBy }, data);
}

const mailable = (db: Acting["db"], userId: UserId) =>
  db
    .selectFrom("users as u")
    .innerJoin("user_emails as e", (join) =>
      join.onRef("e.user_id", "=", "u.id").on("e.is_primary", "=", true),
    )
    .select(["u.first_name as firstName", "u.last_name as lastName", "u.state", "e.email"])
    .where("u.id", "=", userId)
    .executeTakeFirst();
