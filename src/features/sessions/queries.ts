// Reads of sessions. A session counts while it is not ended, not idle for too long, not too old, and its person is active.
import { sql } from "kysely";
import { z } from "zod";
import { secondsLater } from "#platform/clock.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { decodeCursor, toPage } from "#platform/http/input.ts";
import { SessionId, type UserId } from "#src/ids.ts";
import { deviceName } from "./device.ts";
import { sessionNotFound } from "./errors.ts";
import { idleSeconds, type Session, type SessionFilter, type SessionList } from "./schema.ts";

/** The session of a presented token with its person, or null: one statement, whatever the reason for null. */
export async function findSession(db: TenantDb, tokenHash: Buffer, now: Date) {
  const row = await db
    .selectFrom("sessions as s")
    .innerJoin("users as u", "u.id", "s.user_id")
    .innerJoin("user_emails as e", (join) =>
      join.onRef("e.user_id", "=", "u.id").on("e.is_primary", "=", true),
    )
    .select([
      "s.id",
      "s.user_id as userId",
      "s.methods",
      "s.authenticated_at as authenticatedAt",
      "s.last_seen_at as lastSeenAt",
      "s.expires_at as expiresAt",
      "u.first_name as firstName",
      "u.last_name as lastName",
      "u.role",
      "u.theme",
      "u.time_zone as zone",
      "e.email",
    ])
    .where("s.token_hash", "=", tokenHash)
    .where("s.ended_at", "is", null)
    .where("s.expires_at", ">", now)
    .where("s.last_seen_at", ">", secondsLater(now, -idleSeconds))
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
    .select([
      "s.id",
      "s.user_id as userId",
      sql<string>`u.first_name || ' ' || u.last_name`.as("name"),
      "e.email",
      "s.ip",
      "s.user_agent as userAgent",
      "s.methods",
      "s.created_at as startedAt",
      "s.last_seen_at as lastSeenAt",
      "s.expires_at as expiresAt",
    ])
    .where("s.ended_at", "is", null)
    .where("s.expires_at", ">", now)
    .where("s.last_seen_at", ">", secondsLater(now, -idleSeconds))
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
    startedAt: row.startedAt.toISOString(),
    lastSeenAt: row.lastSeenAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
  };
}
