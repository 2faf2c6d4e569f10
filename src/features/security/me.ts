// The signed-in person a page of this feature is about.
import { findAuthenticators, type Visit } from "#features/authenticators/index.ts";
import type { Handling, SessionFacts } from "#platform/http/context.ts";
import { forbidden } from "#platform/http/door.ts";

/** The request as its person's, and the session it came with. @throws {forbidden} for a caller without a session (a script) */
export function mine(handling: Handling<unknown, unknown>): Visit & { session: SessionFacts } {
  const { session } = handling;
  if (!session) throw forbidden();
  return { ...handling, session, userId: session.userId };
}

/** Whether this person has an authenticator app: then a code is part of the proof. */
export async function hasTotp(handling: Handling<unknown, unknown>): Promise<boolean> {
  const { tenant, userId } = mine(handling);
  const person = await tenant.read((db) => findAuthenticators(db, userId));
  return person !== null && person.totpConfirmedAt !== null;
}
