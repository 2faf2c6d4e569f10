// After a change of the second step this session goes on alone: somebody who came in with what was proven before is out.
import { endSessions, renewSession, type SessionCookie } from "#features/sessions/index.ts";
import type { SessionFacts } from "#platform/http/context.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Visit } from "./prove.ts";

/** A request of a person in their own session. */
export type OwnVisit = Visit & { readonly session: SessionFacts };

/** What a change answers, and the cookie under which its session goes on; null when it was ended meanwhile. */
export interface Changed<T> {
  readonly value: T;
  readonly cookie: SessionCookie | null;
}

/** Ends every other session and gives this one another token, so that a cookie copied before the change is worth nothing. @throws {sessionRenewed} */
export async function goOnAlone<T>(
  db: TenantDb,
  { actor, userId, session }: OwnVisit,
  value: T,
): Promise<Changed<T>> {
  await endSessions(db, actor, { userId, reason: "second_step_changed", except: session.id });
  return { value, cookie: await renewSession(db, session) };
}
