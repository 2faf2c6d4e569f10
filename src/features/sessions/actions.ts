// Starting, ending and renewing sessions, each with its audit event in the same transaction.
import { sql } from "kysely";
import { endRemembering, forgetDevices } from "#features/devices/index.ts";
import { record } from "#platform/audit/record.ts";
import { secondsLater } from "#platform/clock.ts";
import { randomToken } from "#platform/crypto/token.ts";
import { type Method, sessionLimits, strengthOf } from "#features/policy/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { SessionFacts } from "#platform/http/context.ts";
import { type Actor, type Origin, roleOf } from "#src/actor.ts";
import type { DeviceId, SessionId, UserId } from "#src/ids.ts";
import { outranks } from "#src/permissions.ts";
import type { SessionCookie } from "./authenticate.ts";
import { sessionAboveRole, sessionNotFound } from "./errors.ts";
import { sessionEnded, sessionReauthenticated, sessionStarted } from "./events.ts";
import { absoluteSeconds, spentSessions } from "./queries.ts";
import { seenEverySeconds, sessionsMost, type SessionEndReason } from "./schema.ts";

export interface NewSession {
  readonly userId: UserId;
  /** How this person proved who they are: "password", then "email_code", "totp" or "backup_code". */
  readonly methods: readonly string[];
  readonly origin: Origin;
  readonly now: Date;
  /** The browser, as a known device. */
  readonly deviceId?: DeviceId | null;
  /** Nobody has signed in to this account with that browser before. */
  readonly isNewDevice?: boolean;
  /** Whether the session outlives the browser's window, if the tenant lets people keep theirs. */
  readonly isKept?: boolean;
  /** The session this browser had until now: it ends, so that no identifier lives on through a sign-in (session fixation). */
  readonly replaces?: SessionId | null;
}

/** Starts a session and answers what the browser gets: a token of 256 bits, kept only as SHA-256. */
export async function startSession(
  db: TenantDb,
  actor: Actor,
  {
    userId,
    methods,
    origin,
    now,
    replaces = null,
    deviceId = null,
    isNewDevice = false,
    isKept: wish = true,
  }: NewSession,
): Promise<SessionCookie & { readonly sessionId: SessionId }> {
  if (replaces !== null) await endSession(db, actor, { sessionId: replaces, reason: "replaced" });
  await endOldest(db, actor, userId);
  const { token, hash } = randomToken();
  const limits = sessionLimits(now).as("l");
  const {
    id: sessionId,
    isKept,
    expiresAt,
  } = await db
    .insertInto("sessions")
    .values({
      user_id: userId,
      token_hash: hash,
      methods: [...methods],
      authenticated_at: now,
      created_at: now,
      last_seen_at: now,
      expires_at: (eb) =>
        eb
          .selectFrom(limits)
          .select(
            sql<Date>`${now}::timestamptz + make_interval(secs => ${absoluteSeconds(sql`${wish}::boolean`)})`.as(
              "at",
            ),
          ),
      is_kept: (eb) =>
        eb.selectFrom(limits).select(sql<boolean>`${wish} and l.keep_signed_in`.as("is_kept")),
      ip: origin.ip,
      user_agent: origin.userAgent,
      device_id: deviceId,
    })
    .returning(["id", "is_kept as isKept", "expires_at as expiresAt"])
    .executeTakeFirstOrThrow();
  await record(db, actor, sessionStarted, {
    userId,
    sessionId,
    methods: [...methods],
    isNewDevice,
  });
  return { token, isKept, expiresAt, sessionId };
}

/** A new token for a session that goes on: after a change of password a copied cookie is worth nothing. Null when it has ended. */
export async function renewSession(
  db: TenantDb,
  sessionId: SessionId,
): Promise<SessionCookie | null> {
  const { token, hash } = randomToken();
  const renewed = await db
    .updateTable("sessions")
    .set({ token_hash: hash })
    .where("id", "=", sessionId)
    .where("ended_at", "is", null)
    .returning(["is_kept as isKept", "expires_at as expiresAt"])
    .executeTakeFirst();
  return renewed ? { token, ...renewed } : null;
}

/**
 * The person of a session has proved again who they are, by `methods`: what the session is worth grows by them, its time is
 * now, and its token is another one, so that a cookie copied before gains nothing by it (session fixation). Null when it has ended.
 */
export async function reauthenticateSession(
  db: TenantDb,
  actor: Actor,
  { session, methods, now }: { session: SessionFacts; methods: readonly Method[]; now: Date },
): Promise<SessionCookie | null> {
  const { id: sessionId, userId } = session;
  const renewed = await renewSession(db, sessionId);
  if (renewed === null) return null;
  await db
    .updateTable("sessions")
    .set({ methods: joinMethods(session.methods, methods), authenticated_at: now })
    .where("id", "=", sessionId)
    .execute();
  await record(db, actor, sessionReauthenticated, { userId, sessionId, methods: [...methods] });
  return renewed;
}

const second: readonly Method[] = ["totp", "backup_code", "passkey"];

/**
 * In the order in which they were proven. The remembered device stood for a second step only until one was given. Who had one at sign-in
 * and proves less now has none any more: then applications are not told, with the time of today, of a factor that is gone.
 */
function joinMethods(former: readonly string[], added: readonly Method[]): string[] {
  const isLess = strengthOf(added) === "baseline";
  const gone: readonly string[] = isLess ? second : ["remembered_device"];
  return [...new Set([...former.filter((method) => !gone.includes(method)), ...added])];
}

/** Ends one session. False when it had ended already or never was. */
export async function endSession(
  db: TenantDb,
  actor: Actor,
  {
    sessionId,
    reason,
    userId,
  }: { sessionId: SessionId; reason: SessionEndReason; userId?: UserId },
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
  const kept =
    except &&
    (await db
      .selectFrom("sessions")
      .select("device_id as deviceId")
      .where("id", "=", except)
      .executeTakeFirst());
  const deviceId = kept ? kept.deviceId : null;
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

/** Ends somebody's session on an administrator's or a script's word. @throws {sessionNotFound} @throws {sessionAboveRole} */
export async function endAnySession(
  db: TenantDb,
  actor: Actor,
  sessionId: SessionId,
): Promise<void> {
  const owner = await db
    .selectFrom("sessions as s")
    .innerJoin("users as u", "u.id", "s.user_id")
    .select("u.role")
    .where("s.id", "=", sessionId)
    .where("s.ended_at", "is", null)
    .executeTakeFirstOrThrow(() => sessionNotFound());
  if (!outranks(roleOf(actor), owner.role)) throw sessionAboveRole();
  if (!(await endSession(db, actor, { sessionId, reason: "ended_by_admin" })))
    throw sessionNotFound();
}

/** Writes that a session is in use. Nothing is written when another request did so within the last minute. */
export async function touchSession(db: TenantDb, sessionId: SessionId, now: Date): Promise<void> {
  await db
    .updateTable("sessions")
    .set({ last_seen_at: now })
    .where("id", "=", sessionId)
    .where("ended_at", "is", null)
    .where("last_seen_at", "<=", secondsLater(now, -seenEverySeconds))
    .execute();
}

/** Makes room for one more: a person (or a script with their password) cannot fill the table. */
async function endOldest(db: TenantDb, actor: Actor, userId: UserId): Promise<void> {
  const ended = await db
    .updateTable("sessions")
    .set({ ended_at: sql<Date>`now()`, end_reason: "too_many" satisfies SessionEndReason })
    .where("id", "in", (query) =>
      query
        .selectFrom("sessions")
        .select("id")
        .where("user_id", "=", userId)
        .where("ended_at", "is", null)
        .orderBy("id", "desc")
        .offset(sessionsMost - 1)
        .limit(1_000),
    )
    .returning(["id", "user_id"])
    .execute();
  await recordEnds(db, actor, ended, "too_many");
}

async function recordEnds(
  db: TenantDb,
  actor: Actor,
  ended: readonly { id: SessionId; user_id: UserId }[],
  reason: SessionEndReason,
): Promise<void> {
  for (const { id, user_id } of ended) {
    await record(db, actor, sessionEnded, { userId: user_id, sessionId: id, reason });
  }
}
