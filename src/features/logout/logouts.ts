// A sign-out on its way through a browser: one row, made when the sessions have ended. It remembers whom to tell and whom to answer, and
// holds nothing back.
import { presentedTokenHash } from "#features/sessions/index.ts";
import { secondsLater } from "#platform/clock.ts";
import { equalBytes, hashToken, randomToken } from "#platform/crypto/token.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { CookieJar } from "#platform/http/cookies.ts";
import { LogoutId, SessionId } from "#src/ids.ts";
import type { Peer } from "./peers.ts";
import { Outcome } from "./schema.ts";

/** Longer than a message of theirs is taken (protocols/saml): what was taken once is known for as long as it could come again. */
const keptSeconds = 30 * 60;
/** How long the page of a sign-out can be opened in its browser. */
const pageSeconds = 10 * 60;
const cookieName = "sign-out";

export const logoutPath = (id: LogoutId): string => `/sign-out/${id}`;
/** The first stop on our own origin, where the browser's cookies are present again. */
export const arrivalPath = (id: LogoutId): string => `/saml/logout/${id}`;

export interface Begun {
  readonly id: LogoutId;
  readonly token: string;
}

/** Keeps a sign-out that the person here asked for; the token binds it to the browser. */
export async function keepOwn(db: TenantDb, sessionId: SessionId, now: Date): Promise<Begun> {
  const id = LogoutId.parse(Bun.randomUUIDv7());
  const { token, hash } = randomToken();
  await db
    .insertInto("logouts")
    .values({
      id,
      session_ids: [sessionId],
      browser_hash: hash,
      created_at: now,
      expires_at: secondsLater(now, keptSeconds),
    })
    .execute();
  return { id, token };
}

export function bindLogout(cookies: CookieJar, { token }: Begun): void {
  cookies.set(cookieName, token, { maxAgeSeconds: pageSeconds });
}

const senderColumn = (peer: Peer) =>
  peer.kind === "application" ? ("application_id" as const) : ("identity_provider_id" as const);

/** The sign-out that a message of this sender made before; null: it is new. */
export async function findByMessage(
  db: TenantDb,
  peer: Peer,
  messageId: string,
): Promise<LogoutId | null> {
  const row = await db
    .selectFrom("logouts")
    .select("id")
    .where(senderColumn(peer), "=", peer.id)
    .where("message_id", "=", messageId)
    .executeTakeFirst();
  return row?.id ?? null;
}

export interface Asked {
  readonly peer: Peer;
  readonly messageId: string;
  readonly relayState: string | undefined;
  readonly sessionIds: readonly SessionId[];
}

/** Keeps a sign-out that a peer asked for; null when the same message was taken meanwhile. */
export async function keepAsked(
  db: TenantDb,
  { peer, messageId, relayState, sessionIds }: Asked,
  now: Date,
): Promise<LogoutId | null> {
  const kept = await db
    .insertInto("logouts")
    .values({
      id: LogoutId.parse(Bun.randomUUIDv7()),
      application_id: peer.kind === "application" ? peer.id : null,
      identity_provider_id: peer.kind === "provider" ? peer.id : null,
      message_id: messageId,
      relay_state: relayState ?? null,
      session_ids: [...sessionIds],
      created_at: now,
      expires_at: secondsLater(now, keptSeconds),
    })
    .onConflict((on) => on.doNothing())
    .returning("id")
    .executeTakeFirst();
  return kept?.id ?? null;
}

/**
 * A sign-out by its id, if it can still be opened.
 * @param isLocked Until the transaction ends: of two looks at its page at once, one alone begins to tell the others.
 */
export async function findLogout(db: TenantDb, id: LogoutId, now: Date, isLocked = false) {
  const row = await db
    .selectFrom("logouts")
    .select([
      "id",
      "session_ids as sessionIds",
      "application_id as applicationId",
      "identity_provider_id as providerId",
      "message_id as messageId",
      "relay_state as relayState",
      "browser_hash as browserHash",
      "told_message_id as toldMessageId",
      "told_at as toldAt",
      "told_outcome as toldOutcome",
    ])
    .where("id", "=", id)
    .where("created_at", ">", secondsLater(now, -pageSeconds))
    .$if(isLocked, (query) => query.forUpdate())
    .executeTakeFirst();
  if (!row) return null;
  return {
    ...row,
    sessionIds: row.sessionIds.map((sessionId) => SessionId.parse(sessionId)),
    toldOutcome: Outcome.nullable().parse(row.toldOutcome),
  };
}
export type Logout = NonNullable<Awaited<ReturnType<typeof findLogout>>>;

/**
 * The session of a sign-out that was this browser's own, or null. Only there are the applications named and told: a message that somebody
 * else's browser brings ends sessions, and learns nothing about them.
 */
export async function ownSession(
  db: TenantDb,
  cookies: CookieJar,
  { browserHash, sessionIds }: Logout,
): Promise<SessionId | null> {
  if (browserHash !== null) {
    const token = cookies.get(cookieName);
    const isOurs = token !== undefined && equalBytes(hashToken(token), browserHash);
    return isOurs ? (sessionIds[0] ?? null) : null;
  }
  const presented = presentedTokenHash(cookies);
  if (presented === null || sessionIds.length === 0) return null;
  const row = await db
    .selectFrom("sessions")
    .select("id")
    .where("token_hash", "=", presented)
    .where("id", "in", [...sessionIds])
    .executeTakeFirst();
  return row?.id ?? null;
}
