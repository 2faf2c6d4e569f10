// A session that goes on: in use, under another token, or worth more than before.
import { type Method, strengthOf } from "#features/policy/index.ts";
import { record } from "#platform/audit/record.ts";
import { secondsLater } from "#platform/clock.ts";
import { randomToken } from "#platform/crypto/token.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { SessionFacts } from "#platform/http/context.ts";
import type { Actor } from "#src/actor.ts";
import type { UserId } from "#src/ids.ts";
import type { SessionCookie } from "../authenticate.ts";
import { sessionRenewed } from "../errors.ts";
import { sessionReauthenticated } from "../events.ts";
import { personSeenEverySeconds, seenEverySeconds } from "../schema.ts";

/**
 * A new token for a session that goes on: after a change of password a copied cookie is worth nothing. Null when it has ended.
 *
 * Only in the place of the token that the request came with. Of two requests at once one would otherwise hand out a token that the other
 * has replaced already, and which of the two cookies a browser keeps is up to the order of the answers: now and then it would be signed
 * out. So the second is refused, and its transaction leaves nothing: sent again, it comes with the new token.
 * @throws {sessionRenewed}
 */
export async function renewSession(
  db: TenantDb,
  { id: sessionId, tokenHash }: Pick<SessionFacts, "id" | "tokenHash">,
): Promise<SessionCookie | null> {
  const { token, hash } = randomToken();
  const renewed = await db
    .updateTable("sessions")
    .set({ token_hash: hash })
    .where("id", "=", sessionId)
    .where("token_hash", "=", tokenHash)
    .where("ended_at", "is", null)
    .returning(["is_kept as isKept", "expires_at as expiresAt"])
    .executeTakeFirst();
  if (renewed) return { token, ...renewed };
  const other = await db
    .selectFrom("sessions")
    .select("id")
    .where("id", "=", sessionId)
    .where("ended_at", "is", null)
    .executeTakeFirst();
  if (other) throw sessionRenewed();
  return null;
}

/**
 * The person of a session has proved again who they are, by `methods`: what the session is worth grows by them, its time is
 * now, and its token is another one, so that a cookie copied before gains nothing by it (session fixation). Null when it has ended.
 * @throws {sessionRenewed}
 */
export async function reauthenticateSession(
  db: TenantDb,
  actor: Actor,
  { session, methods, now }: { session: SessionFacts; methods: readonly Method[]; now: Date },
): Promise<SessionCookie | null> {
  const { id: sessionId, userId } = session;
  const renewed = await renewSession(db, session);
  if (renewed === null) return null;
  await db
    .updateTable("sessions")
    .set({ methods: joinMethods(session.methods, methods), authenticated_at: now })
    .where("id", "=", sessionId)
    .execute();
  await record(db, actor, sessionReauthenticated, { userId, sessionId, methods: [...methods] });
  return renewed;
}

const second: readonly Method[] = [
  "totp",
  "backup_code",
  "passkey",
  "provider_mfa",
  "provider_phishing_resistant",
];

/**
 * In the order in which they were proven. The remembered device stood for a second step only until one was given. Who had one at sign-in
 * and proves less now has none any more: then applications are not told, with the time of today, of a factor that is gone.
 */
function joinMethods(former: readonly string[], added: readonly Method[]): string[] {
  const isLess = strengthOf(added) === "baseline";
  const gone: readonly string[] = isLess ? second : ["remembered_device"];
  return [...new Set([...former.filter((method) => !gone.includes(method)), ...added])];
}

/**
 * Writes that a session is in use, and that its person was seen. Nothing is written when another request did so within the last minute,
 * or the last hour. The person comes first, as wherever both are locked.
 */
export async function touchSession(
  db: TenantDb,
  { id: sessionId, userId }: Pick<SessionFacts, "id" | "userId">,
  now: Date,
): Promise<void> {
  await seePerson(db, userId, now);
  await db
    .updateTable("sessions")
    .set({ last_seen_at: now })
    .where("id", "=", sessionId)
    .where("ended_at", "is", null)
    .where("last_seen_at", "<=", secondsLater(now, -seenEverySeconds))
    .execute();
}

/** Writes when a person was last seen: sessions are forgotten, and whoever asks for it in a year asks here. */
export async function seePerson(db: TenantDb, userId: UserId, now: Date): Promise<void> {
  await db
    .updateTable("users")
    .set({ last_seen_at: now })
    .where("id", "=", userId)
    .where("state", "=", "active")
    .where((eb) =>
      eb.or([
        eb("last_seen_at", "is", null),
        eb("last_seen_at", "<=", secondsLater(now, -personSeenEverySeconds)),
      ]),
    )
    .execute();
}
