// Starting, ending and renewing sessions, each with its audit event in the same transaction.
import { sql } from "kysely";
import { endRemembering, forgetDevices } from "#features/devices/index.ts";
import { record } from "#platform/audit/record.ts";
import { secondsLater } from "#platform/clock.ts";
import { randomToken } from "#platform/crypto/token.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { type Actor, type Origin, roleOf } from "#src/actor.ts";
import type { DeviceId, SessionId, UserId } from "#src/ids.ts";
import { outranks } from "#src/permissions.ts";
import { sessionAboveRole, sessionNotFound } from "./errors.ts";
import { sessionEnded, sessionStarted } from "./events.ts";
import {
  absoluteSeconds,
  seenEverySeconds,
  sessionsMost,
  type SessionEndReason,
} from "./schema.ts";

export interface NewSession {
  readonly userId: UserId;
  /** How this person proved who they are: "password", then "email_code", "totp" or "backup_code". */
  readonly methods: readonly string[];
  readonly origin: Origin;
  readonly now: Date;
  /** The browser, as a known device. */
  readonly deviceId?: DeviceId | null;
  /** Whether the session outlives the browser's window. */
  readonly isKept?: boolean;
  /** The session this browser had until now: it ends, so that no identifier lives on through a sign-in (session fixation). */
  readonly replaces?: SessionId | null;
}

/** Starts a session and answers the token for the browser: 256 bits, kept only as SHA-256. */
export async function startSession(
  db: TenantDb,
  actor: Actor,
  { userId, methods, origin, now, replaces = null, deviceId = null, isKept = true }: NewSession,
): Promise<{ token: string; sessionId: SessionId }> {
  if (replaces !== null) await endSession(db, actor, { sessionId: replaces, reason: "replaced" });
  await endOldest(db, actor, userId);
  const { token, hash } = randomToken();
  const { id: sessionId } = await db
    .insertInto("sessions")
    .values({
      user_id: userId,
      token_hash: hash,
      methods: [...methods],
      authenticated_at: now,
      created_at: now,
      last_seen_at: now,
      expires_at: secondsLater(now, absoluteSeconds),
      ip: origin.ip,
      user_agent: origin.userAgent,
      device_id: deviceId,
      is_kept: isKept,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  await record(db, actor, sessionStarted, { userId, sessionId, methods: [...methods] });
  return { token, sessionId };
}

/** A new token for a session that goes on: after a change of password a copied cookie is worth nothing. Null when it has ended. */
export async function renewSession(db: TenantDb, sessionId: SessionId): Promise<string | null> {
  const { token, hash } = randomToken();
  const { numUpdatedRows } = await db
    .updateTable("sessions")
    .set({ token_hash: hash })
    .where("id", "=", sessionId)
    .where("ended_at", "is", null)
    .executeTakeFirst();
  return numUpdatedRows === 1n ? token : null;
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
  // A person who changes their password meets no strangers at the next sign-in: their browsers stay known.
  if (reason === "password_changed") await endRemembering(db, userId, deviceId);
  else await forgetDevices(db, userId, deviceId);
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
