// Starting a session, with its audit event in the same transaction.
import { sql } from "kysely";
import { sessionLimits } from "#features/policy/index.ts";
import { record } from "#platform/audit/record.ts";
import { randomToken } from "#platform/crypto/token.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Actor, Origin } from "#src/actor.ts";
import type { DeviceId, SessionId, UserId } from "#src/ids.ts";
import type { SessionCookie } from "../authenticate.ts";
import { sessionStarted } from "../events.ts";
import { carryParticipants } from "../participants.ts";
import { absoluteSeconds } from "../queries.ts";
import { type SessionEndReason, type SessionProvider, sessionsMost } from "../schema.ts";
import { endSession, recordEnds } from "./end.ts";
import { seePerson } from "./renew.ts";

export interface NewSession {
  readonly userId: UserId;
  /** How this person proved who they are: "password", then "email_code", "totp" or "backup_code". */
  readonly methods: readonly string[];
  readonly origin: Origin;
  readonly now: Date;
  /** When they did, if that was before now. */
  readonly authenticatedAt?: Date;
  /** The browser, as a known device. */
  readonly deviceId?: DeviceId | null;
  /** Nobody has signed in to this account with that browser before. */
  readonly isNewDevice?: boolean;
  /** By which identity provider they came in, and what it has to hear when the session ends. */
  readonly provider?: SessionProvider | null;
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
    authenticatedAt = now,
    replaces = null,
    deviceId = null,
    isNewDevice = false,
    provider = null,
    isKept: wish = true,
  }: NewSession,
): Promise<SessionCookie & { readonly sessionId: SessionId }> {
  await seePerson(db, userId, now);
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
      authenticated_at: authenticatedAt,
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
      identity_provider_id: provider?.id ?? null,
      provider_name_id: provider?.nameId ?? null,
      provider_name_id_format: provider?.nameIdFormat ?? null,
      provider_name_qualifier: provider?.nameQualifier ?? null,
      provider_sp_name_qualifier: provider?.spNameQualifier ?? null,
      provider_session_index: provider?.sessionIndex ?? null,
    })
    .returning(["id", "is_kept as isKept", "expires_at as expiresAt"])
    .executeTakeFirstOrThrow();
  if (replaces !== null) await carryParticipants(db, { from: replaces, to: sessionId, userId });
  await record(db, actor, sessionStarted, {
    userId,
    sessionId,
    methods: [...methods],
    isNewDevice,
  });
  return { token, isKept, expiresAt, sessionId };
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
