// The signed-in person a page of this feature is about.
import {
  type Changed,
  countBackupCodes,
  findAuthenticators,
  isSignInProof,
  type OwnVisit,
  type Proof,
} from "#features/authenticators/index.ts";
import { wayInOf } from "#features/identity-providers/index.ts";
import { countPasskeys, passkeyHandle } from "#features/passkeys/index.ts";
import { findPolicy } from "#features/policy/index.ts";
import { type SessionCookie, setSessionCookie } from "#features/sessions/index.ts";
import type { Handling } from "#platform/http/context.ts";
import { forbidden } from "#platform/http/door.ts";
import { isFreshAhead } from "#platform/http/fresh.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { UserId } from "#src/ids.ts";
import type { ProofInput } from "./schema.ts";
import type { ProofStep } from "./views/proof.tsx";

type AnyHandling = Handling<unknown, unknown>;

/** The request as its person's, and the session it came with. @throws {forbidden} for a caller without a session (a script) */
export function mine(handling: AnyHandling): OwnVisit {
  const { session } = handling;
  if (!session) throw forbidden();
  return { ...handling, session, userId: session.userId };
}

/** What this person can prove themselves with before a change of what they sign in with. */
export async function proofStep(handling: AnyHandling): Promise<ProofStep> {
  const { tenant, userId, session, now } = mine(handling);
  const isRecent = isSignInProof(session, now) && isFreshAhead(session, now);
  return tenant.read(async (db) => {
    const person = await findAuthenticators(db, userId);
    const hasTotp = person !== null && person.totpConfirmedAt !== null;
    const usablePasskeys = await countPasskeys(db, userId);
    return {
      hasTotp,
      takesApp: hasTotp && usablePasskeys === 0,
      hasPasskeys: person !== null && person.passkeys > 0,
      usablePasskeys,
      codesLeft: await countBackupCodes(db, userId),
      resetCause: person?.resetCause ?? null,
      signIn: person?.passwordHash === null ? (isRecent ? "recent" : "long_ago") : null,
      provider: await onlyProvider(db, { userId, now }),
    };
  });
}

/** The identity provider by which alone this person comes in; null: what they have here opens the door. */
export async function onlyProvider(
  db: TenantDb,
  { userId, now }: { userId: UserId; now: Date },
): Promise<string | null> {
  const policy = await findPolicy(db, now);
  const { route, isOnlyWay } = await wayInOf(db, { userId }, policy);
  return isOnlyWay ? (route?.name ?? null) : null;
}

/**
 * Gives this browser the session that goes on after a change; null: it was ended meanwhile, and the browser may hold another one by now.
 */
export function keepSession({ cookies, now }: AnyHandling, cookie: SessionCookie | null): void {
  if (cookie !== null) setSessionCookie(cookies, cookie, now);
}

/** The same for a change of the second step; answers what it brought. */
export function keepChanged<T>(handling: AnyHandling, { value, cookie }: Changed<T>): T {
  keepSession(handling, cookie);
  return value;
}

/** What was presented, with the browser's handle on the challenge a passkey answered. */
export const proofOf = (input: ProofInput, { cookies }: AnyHandling): Proof =>
  "passkey" in input
    ? { passkey: { handle: passkeyHandle(cookies), response: input.passkey } }
    : input;
