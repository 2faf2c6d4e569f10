// The person signs out here.
import { endSession } from "#features/sessions/index.ts";
import { findProvider } from "#features/identity-providers/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Handling } from "#platform/http/context.ts";
import type { SessionId } from "#src/ids.ts";
import { type Begun, keepOwn } from "./logouts.ts";
import { hasOthers, providerSessionOf } from "./queries.ts";

/**
 * Ends the session: at once, and whatever else happens. Answers the sign-out that goes on from here, or null where nobody else is to be told.
 */
export async function signOut(
  db: TenantDb,
  { actor, now }: Pick<Handling, "actor" | "now">,
  sessionId: SessionId,
): Promise<Begun | null> {
  if (!(await endSession(db, actor, { sessionId, reason: "signed_out" }))) return null;
  const goesOn = (await hasOthers(db, [sessionId], null)) || (await asksProvider(db, sessionId));
  return goesOn ? keepOwn(db, sessionId, now) : null;
}

/** Whether the provider that the session came from can be told, and is to be. */
async function asksProvider(db: TenantDb, sessionId: SessionId): Promise<boolean> {
  const session = await providerSessionOf(db, sessionId);
  if (session === null) return false;
  const { logout, provider } = await findProvider(db, session.providerId);
  return logout !== "never" && provider !== null && provider.slo.length > 0;
}
