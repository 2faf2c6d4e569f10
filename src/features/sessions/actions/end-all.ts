// Everybody's sessions at once, when cookies may be in other hands: a proxy kept them, a backup was lost, a release had a hole.
import { sql } from "kysely";
import { endAllRemembering } from "#features/devices/index.ts";
import { headOf, record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { SessionFacts } from "#platform/http/context.ts";
import type { Actor } from "#src/actor.ts";
import type { SessionId } from "#src/ids.ts";
import type { SessionCookie } from "../authenticate.ts";
import { sessionNotFound } from "../errors.ts";
import { allSessionsEnded, sessionEnded } from "../events.ts";
import { deviceOfSession } from "../queries.ts";
import type { SessionCount, SessionEndReason } from "../schema.ts";
import { renewSession } from "./renew.ts";

export interface EndedAll {
  readonly ended: SessionCount;
  /** Of the session that goes on, under another token. */
  readonly cookie: SessionCookie | null;
}

/**
 * Ends every session of the tenant, `kept` excepted, which gets another token. Half-done sign-ins that have proven something are dropped,
 * and no browser stands for a second step any more: whoever comes back has been through all of it. As many statements for a hundred
 * thousand sessions as for one. @throws {sessionRenewed} @throws {sessionNotFound} when `kept` was ended meanwhile, by another such change
 */
export async function endAllSessions(
  db: TenantDb,
  actor: Actor,
  kept: SessionFacts | null,
): Promise<EndedAll> {
  const except = kept?.id ?? null;
  // One at a time: two would each wait for the session that the other keeps.
  await db.selectFrom("tenants").select("id").forNoKeyUpdate().execute();
  // Before the sessions: a sign-in that is being finished now is waited for here, and its session is found below.
  await db
    .deleteFrom("sign_ins")
    .where("state", "<>", "done")
    // A link to a new password is no method, and lets whoever holds the handle choose one.
    .where(sql<boolean>`(methods <> '{}' or mailbox_proven)`)
    .execute();
  await endAllRemembering(db, except === null ? null : await deviceOfSession(db, except));
  const ended = await endAll(db, actor, except);
  const cookie = kept === null ? null : await renewSession(db, kept);
  if (kept !== null && cookie === null) throw sessionNotFound();
  await record(db, actor, allSessionsEnded, { ...ended, kept: except });
  return { ended, cookie };
}

const reason = "all_ended" satisfies SessionEndReason;

/** Each session's event is written by the statement that ends it: none is missing, and no row is carried here and back. */
async function endAll(db: TenantDb, actor: Actor, except: SessionId | null): Promise<SessionCount> {
  const { name, actor_kind, actor_id, actor: who } = headOf(actor, sessionEnded);
  const { rows } = await sql<{ sessions: string; people: string }>`
    with ended as (
      update sessions
      set ended_at = now(), end_reason = ${reason}
      where ended_at is null
        and id is distinct from ${except}::uuid
      returning id, user_id
    ), told as (
      insert into audit_events (name, actor_kind, actor_id, actor, subject_id, data)
      select ${name}, ${actor_kind}, ${actor_id}::uuid, ${who}::jsonb, user_id,
        jsonb_build_object('userId', user_id, 'sessionId', id, 'reason', ${reason}::text)
      from ended
    )
    select count(*) as sessions, count(distinct user_id) as people
    from ended`.execute(db);
  return { sessions: Number(rows[0]?.sessions ?? 0), people: Number(rows[0]?.people ?? 0) };
}
