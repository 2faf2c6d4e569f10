// Proving oneself again in a session that goes on: for what an administrator does only with fresh proof (platform/http/fresh.ts).
import { type OwnVisit, type Proof, withPresence } from "#features/authenticators/index.ts";
import { countPasskeys } from "#features/passkeys/index.ts";
import { findPolicy, requiredStrength } from "#features/policy/index.ts";
import { reauthenticateSession, type SessionCookie } from "#features/sessions/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { UserId } from "#src/ids.ts";
import { passkeyNeeded, signInNeeded } from "./errors.ts";

/**
 * Whether only a passkey will do: this person must use one at sign-in, and has one. Somebody who has none yet is in the days of grace, and
 * proves themselves with what they have.
 */
export async function needsPasskey(
  db: TenantDb,
  { userId, now }: { userId: UserId; now: Date },
): Promise<boolean> {
  const required = await requiredStrength(db, { userId, policy: await findPolicy(db, now) });
  return required === "phishing_resistant" && (await countPasskeys(db, userId)) > 0;
}

/**
 * The session counts as proved now, under another token, whose cookie is answered; null when it was ended meanwhile. The password alone
 * is enough for somebody whose second step is a code by e-mail: the session has been through that, and one factor proves again who holds
 * it (NIST SP 800-63B-4 §2.2.3, §5.2).
 * @throws {passkeyNeeded} @throws {signInNeeded} @throws {proofWrong} @throws {proofLimited} @throws {sessionRenewed}
 */
export const stepUp = (visit: OwnVisit, proof: Proof): Promise<SessionCookie | null> =>
  withPresence(visit, proof, async (db, _, methods) => {
    const { session, actor, now } = visit;
    // It is as old as it is: only another one makes it newer.
    if (methods.includes("provider")) throw signInNeeded();
    if (!methods.includes("passkey") && (await needsPasskey(db, visit))) throw passkeyNeeded();
    return reauthenticateSession(db, actor, { session, methods, now });
  });
