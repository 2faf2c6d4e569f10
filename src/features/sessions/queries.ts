// Reads of sessions. A session counts while it is not ended, not idle for too long, not too old, and its person is active. How long is
// too long, the tenant's policy says in the same statement: a change of it ends sessions at once, in every process.
import { type RawBuilder, sql } from "kysely";
import { z } from "zod";
import { isLedToProfile } from "#features/attributes/index.ts";
import { Method, sessionLimits, strengthOf } from "#features/policy/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { decodeCursor, toPage } from "#platform/http/input.ts";
import { type DeviceId, SessionId, type UserId } from "#src/ids.ts";
import { deviceName } from "./device.ts";
import { sessionNotFound } from "./errors.ts";
import {
  type Session,
  type SessionCount,
  type SessionFilter,
  type SessionList,
  windowSeconds,
} from "./schema.ts";

/** Seconds a session lives however much it is used, of the columns of `l` (`sessionLimits`). */
export const absoluteSeconds = (isKept: RawBuilder<boolean>) => sql<number>`
  case
    when ${isKept} and l.keep_signed_in then l.absolute_seconds
    else least(l.absolute_seconds, ${windowSeconds}::integer)
  end`;

/** When a session `s` is over however much it is used, under the limits `l`: never later than was said at its start. */
const latestEnd = sql<Date>`least(
  s.expires_at, s.created_at + make_interval(secs => ${absoluteSeconds(sql`s.is_kept`)}))`;
/** When it is over if nobody uses it; without an idle limit `least` passes over the null. */
const nextEnd = sql<Date>`least(
  ${latestEnd}, s.last_seen_at + make_interval(secs => l.idle_seconds))`;

/** Nobody who saved a zone, UTC too, gets another one from a browser. */
const neverChoseZone = sql<boolean>`u.time_zone_chosen_at is null and u.time_zone = 'UTC'`;

/** The session of a presented token with its person, or null: one statement, whatever the reason for null. */
export async function findSession(db: TenantDb, tokenHash: Buffer, now: Date) {
  const row = await db
    .selectFrom("sessions as s")
    .innerJoin("users as u", "u.id", "s.user_id")
    .innerJoin("user_emails as e", (join) =>
      join.onRef("e.user_id", "=", "u.id").on("e.is_primary", "=", true),
    )
    .innerJoin(sessionLimits(now).as("l"), (join) => join.onTrue())
    .select([
      "s.id",
      "s.user_id as userId",
      "s.methods",
      "s.authenticated_at as authenticatedAt",
      "s.created_at as startedAt",
      "s.last_seen_at as lastSeenAt",
      latestEnd.as("expiresAt"),
      "u.first_name as firstName",
      "u.last_name as lastName",
      "u.role",
      "u.theme",
      "u.time_zone as zone",
      neverChoseZone.as("takesZone"),
      isLedToProfile(sql`l.people_edit_names`).as("isLedToProfile"),
      "e.email",
    ])
    .where("s.token_hash", "=", tokenHash)
    .where("s.ended_at", "is", null)
    .where(nextEnd, ">", now)
    .where("u.state", "=", "active")
    .executeTakeFirst();
  return row ?? null;
}
export type FoundSession = NonNullable<Awaited<ReturnType<typeof findSession>>>;

const Cursor = z.tuple([SessionId]);

/** Live sessions of everybody or of one person, newest first. */
export async function listSessions(
  db: TenantDb,
  { userId, limit, cursor }: SessionFilter,
  now: Date,
): Promise<SessionList> {
  const before = cursor === undefined ? null : decodeCursor(Cursor, cursor)[0];
  const rows = await liveSessions(db, now)
    .$if(userId !== undefined, (query) => query.where("s.user_id", "=", userId ?? null))
    .$if(before !== null, (query) => query.where("s.id", "<", before ?? null))
    .limit(limit + 1)
    .execute();
  const page = toPage(rows, limit, (row) => [row.id]);
  return { items: page.items.map(toSession), next: page.next };
}

/** All live sessions of one person, newest first: `sessionsMost` at the very most, by construction. */
export async function sessionsOf(db: TenantDb, userId: UserId, now: Date): Promise<Session[]> {
  const rows = await liveSessions(db, now).where("s.user_id", "=", userId).limit(200).execute();
  return rows.map(toSession);
}

/** How many sessions are live beside `except`, and of how many people. */
export async function countOthers(
  db: TenantDb,
  { except, now }: { except: SessionId | null; now: Date },
): Promise<SessionCount> {
  const row = await db
    .selectFrom(liveSessions(db, now).clearOrderBy().as("s"))
    .select(({ fn, ref }) => [
      fn.countAll<string>().as("sessions"),
      fn.count<string>(ref("s.userId")).distinct().as("people"),
    ])
    .$if(except !== null, (query) => query.where("s.id", "<>", except))
    .executeTakeFirst();
  return { sessions: Number(row?.sessions ?? 0), people: Number(row?.people ?? 0) };
}

/** The browser that a session is in, as far as it is known. */
export async function deviceOfSession(db: TenantDb, id: SessionId): Promise<DeviceId | null> {
  const row = await db
    .selectFrom("sessions")
    .select("device_id as deviceId")
    .where("id", "=", id)
    .executeTakeFirst();
  return row?.deviceId ?? null;
}

/** One live session. @throws {sessionNotFound} */
export async function findLiveSession(db: TenantDb, id: SessionId, now: Date): Promise<Session> {
  return toSession(
    await liveSessions(db, now)
      .where("s.id", "=", id)
      .executeTakeFirstOrThrow(() => sessionNotFound()),
  );
}

function liveSessions(db: TenantDb, now: Date) {
  return db
    .selectFrom("sessions as s")
    .innerJoin("users as u", "u.id", "s.user_id")
    .innerJoin("user_emails as e", (join) =>
      join.onRef("e.user_id", "=", "u.id").on("e.is_primary", "=", true),
    )
    .innerJoin(sessionLimits(now).as("l"), (join) => join.onTrue())
    .select([
      "s.id",
      "s.user_id as userId",
      sql<string>`u.first_name || ' ' || u.last_name`.as("name"),
      "e.email",
      "s.ip",
      "s.user_agent as userAgent",
      "s.methods",
      "s.created_at as startedAt",
      "s.authenticated_at as authenticatedAt",
      "s.last_seen_at as lastSeenAt",
      nextEnd.as("expiresAt"),
      sql<boolean>`s.is_kept and l.keep_signed_in`.as("isKept"),
    ])
    .where("s.ended_at", "is", null)
    .where(nextEnd, ">", now)
    .where("u.state", "=", "active")
    .orderBy("s.id", "desc");
}

type Row = Awaited<ReturnType<ReturnType<typeof liveSessions>["execute"]>>[number];

function toSession({ userId, name, email, ...row }: Row): Session {
  return {
    id: row.id,
    user: { id: userId, name, email },
    device: deviceName(row.userAgent),
    ip: row.ip,
    userAgent: row.userAgent,
    methods: row.methods,
    strength: strengthOf(Method.options.filter((method) => row.methods.includes(method))),
    startedAt: row.startedAt.toISOString(),
    authenticatedAt: row.authenticatedAt.toISOString(),
    lastSeenAt: row.lastSeenAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    isKept: row.isKept,
  };
}

/** Sessions that ran out and do not say so yet, with the instant; `isOld`: not for want of use. */
export const spentSessions = (db: TenantDb, now: Date) =>
  db
    .selectFrom("sessions as s")
    .innerJoin(sessionLimits(now).as("l"), (join) => join.onTrue())
    .select([
      "s.id",
      "s.user_id as userId",
      nextEnd.as("endedAt"),
      sql<boolean>`${latestEnd} <= ${nextEnd}`.as("isOld"),
    ])
    .where("s.ended_at", "is", null)
    .where(nextEnd, "<=", now)
    .orderBy("s.id");
