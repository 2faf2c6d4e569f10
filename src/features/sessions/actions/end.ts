// Ending sessions, each with its audit event in the same transaction.
import { sql } from "kysely";
import { dropDevice, endRemembering, forgetDevices } from "#features/devices/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { SessionFacts } from "#platform/http/context.ts";
import { type Actor, roleOf } from "#src/actor.ts";
import type { IdentityProviderId, SessionId, UserId } from "#src/ids.ts";
import { outranks } from "#src/permissions.ts";
import type { SessionCookie } from "../authenticate.ts";
import { sessionAboveRole, sessionNotFound } from "../errors.ts";
import { sessionEnded } from "../events.ts";
import { deviceOfSession, spentSessions } from "../queries.ts";
import type { SessionEndReason } from "../schema.ts";
import { renewSession } from "./renew.ts";

interface Ending {
  readonly sessionId: SessionId;
  readonly reason: SessionEndReason;
  readonly userId?: UserId;
}

/** Ends one session. False when it had ended already or never was. */
export async function endSession(
  db: TenantDb,
  actor: Actor,
  { sessionId, reason, userId }: Ending,
): Promise<boolean> {
  const ended = await db
    .updateTable("sessions")
    .set({ ended_at: sql<Date>`now()`, end_reason: reason })
    .where("id", "=", sessionId)
    .where("ended_at", "is", null)
    .$if(userId !== undefined, (query) => query.where("user_id", "=", userId ?? null))
    .returning(["id", "user_id"])
    .execute();
  await recordEnds(db, actor, ended, reason);
  return ended.length > 0;
}

/**
 * Ends every session of a person, `except` one, and drops what they had half signed in: proofs given before do not count any more.
 * Answers how many sessions ended.
 */
export async function endSessions(
  db: TenantDb,
  actor: Actor,
  {
    userId,
    reason,
    except,
  }: { userId: UserId; reason: SessionEndReason; except?: SessionId | null },
): Promise<number> {
  await db
    .deleteFrom("sign_ins")
    .where("user_id", "=", userId)
    .where("state", "<>", "done")
    .execute();
  await endDevices(db, { userId, reason, except });
  const ended = await db
    .updateTable("sessions")
    .set({ ended_at: sql<Date>`now()`, end_reason: reason })
    .where("user_id", "=", userId)
    .where("ended_at", "is", null)
    .$if(except !== undefined && except !== null, (query) =>
      query.where("id", "<>", except ?? null),
    )
    .returning(["id", "user_id"])
    .execute();
  await recordEnds(db, actor, ended, reason);
  return ended.length;
}

/**
 * Ends every other session of a person on their word. This one goes on under another token, or whoever has a copy of its cookie would stay.
 * @throws {sessionRenewed} @throws {sessionNotFound} when it was ended meanwhile, by another one of theirs that goes on alone
 */
export async function endOtherSessions(
  db: TenantDb,
  actor: Actor,
  session: SessionFacts,
): Promise<{ ended: number; cookie: SessionCookie }> {
  const { id: except, userId } = session;
  // One at a time: two would each wait for the session that the other keeps.
  await db.selectFrom("users").select("id").where("id", "=", userId).forNoKeyUpdate().execute();
  const ended = await endSessions(db, actor, { userId, reason: "ended_by_person", except });
  const cookie = await renewSession(db, session);
  if (cookie === null) throw sessionNotFound();
  return { ended, cookie };
}

/**
 * Ends the sessions of a person that came from these identity providers, and drops what they had half signed in: they do not come by those
 * any more. Answers how many sessions ended.
 */
export async function endProviderSessions(
  db: TenantDb,
  actor: Actor,
  { userId, providerIds }: { userId: UserId; providerIds: readonly IdentityProviderId[] },
): Promise<number> {
  if (providerIds.length === 0) return 0;
  await db
    .deleteFrom("sign_ins")
    .where("user_id", "=", userId)
    .where("state", "<>", "done")
    .execute();
  const ended = await db
    .updateTable("sessions")
    .set({ ended_at: sql<Date>`now()`, end_reason: "provider_removed" })
    .where("user_id", "=", userId)
    .where("identity_provider_id", "in", providerIds)
    .where("ended_at", "is", null)
    .returning(["id", "user_id"])
    .execute();
  await recordEnds(db, actor, ended, "provider_removed");
  return ended.length;
}

/** What browsers are known for ends with what was proven in them; the browser of the session that goes on keeps its own. */
async function endDevices(
  db: TenantDb,
  {
    userId,
    reason,
    except,
  }: { userId: UserId; reason: SessionEndReason; except?: SessionId | null | undefined },
): Promise<void> {
  if (reason === "role_changed") return;
  const deviceId = except ? await deviceOfSession(db, except) : null;
  // A person who changes what they prove themselves by meets no strangers at the next sign-in: their browsers stay known.
  const isOwnChange = reason === "password_changed" || reason === "second_step_changed";
  if (isOwnChange) await endRemembering(db, userId, deviceId);
  else await forgetDevices(db, userId, deviceId);
}

/** Sessions that leave in one transaction. */
export const spentMost = 500;

/** Ends sessions that ran out by the tenant's limits, at the instant they did. Answers how many: `spentMost` when there may be more. */
export async function endSpent(db: TenantDb, actor: Actor, now: Date): Promise<number> {
  const spent = await spentSessions(db, now).limit(spentMost).execute();
  for (const { id, userId, endedAt, isOld } of spent) {
    const reason = isOld ? "expired" : "unused";
    const { numUpdatedRows } = await db
      .updateTable("sessions")
      .set({ ended_at: endedAt, end_reason: reason })
      .where("id", "=", id)
      .where("ended_at", "is", null)
      .executeTakeFirst();
    if (numUpdatedRows === 1n) await recordEnds(db, actor, [{ id, user_id: userId }], reason);
  }
  return spent.length;
}

/**
 * Ends one session on the word of its person, or of who manages them. Its browser is not known to the person any more, unless it is that of
 * `here`, the session that asks: whoever sat there comes back as a stranger, with a second step, and with a mail about a new browser. False: as
 * `endSession`.
 */
export async function endOnWord(
  db: TenantDb,
  actor: Actor,
  { here, ...ending }: Ending & { readonly userId: UserId; readonly here: SessionId | null },
): Promise<boolean> {
  const { userId, sessionId } = ending;
  // The person first, as wherever devices and sessions go together.
  await db.selectFrom("users").select("id").where("id", "=", userId).forNoKeyUpdate().execute();
  const deviceId = await deviceOfSession(db, sessionId);
  if (!(await endSession(db, actor, ending))) return false;
  const isHere = here !== null && deviceId === (await deviceOfSession(db, here));
  if (deviceId !== null && !isHere) await dropDevice(db, { userId, deviceId });
  return true;
}

/** Ends somebody's session on an administrator's or a script's word. @throws {sessionNotFound} @throws {sessionAboveRole} */
export async function endAnySession(
  db: TenantDb,
  actor: Actor,
  sessionId: SessionId,
): Promise<void> {
  const owner = await db
    .selectFrom("sessions as s")
    .innerJoin("users as u", "u.id", "s.user_id")
    .select(["u.id", "u.role"])
    .where("s.id", "=", sessionId)
    .where("s.ended_at", "is", null)
    .executeTakeFirstOrThrow(() => sessionNotFound());
  if (!outranks(roleOf(actor), owner.role)) throw sessionAboveRole();
  const here = actor.kind === "user" ? actor.sessionId : null;
  const ending = { sessionId, reason: "ended_by_admin", userId: owner.id, here } as const;
  if (!(await endOnWord(db, actor, ending))) throw sessionNotFound();
}

export async function recordEnds(
  db: TenantDb,
  actor: Actor,
  ended: readonly { id: SessionId; user_id: UserId }[],
  reason: SessionEndReason,
): Promise<void> {
  for (const { id, user_id } of ended) {
    await record(db, actor, sessionEnded, { userId: user_id, sessionId: id, reason });
  }
}
