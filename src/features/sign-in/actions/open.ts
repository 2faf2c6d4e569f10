// Opening a step after the password: the sign-in and its person, locked, while the step is still one they may take.
import type { TenantDb } from "#platform/db/database.ts";
import { type Claimed, findSignIn, isAt, lockPerson, lockSignIn } from "../queries.ts";
import type { LiveState, SignIn } from "../schema.ts";
import { handleOf, type Visit } from "../visit.ts";
import { mayUseBackupCode, nextOf, waysOf } from "../ways.ts";
import { type Situation, situationOf } from "./standing.ts";

export interface OpenStep {
  readonly kind: "open";
  readonly signIn: SignIn & { readonly state: LiveState };
  readonly person: Claimed;
  readonly situation: Situation;
}
export interface Expired {
  readonly kind: "expired";
  readonly returnTo: string;
}

/**
 * The sign-in at one of these steps. The person is locked first, as everywhere. Someone whose second steps became others meanwhile
 * starts again: a proof that is too weak by now must not do any more.
 */
export async function openStep(
  db: TenantDb,
  visit: Visit,
  states: readonly Extract<LiveState, "email_code" | "totp" | "passkey" | "enrol">[],
): Promise<OpenStep | Expired> {
  const found = await findSignIn(db, handleOf(visit));
  const person = found?.userId ? await lockPerson(db, found.userId) : null;
  const signIn = await lockSignIn(db, handleOf(visit));
  const expired: Expired = { kind: "expired", returnTo: found?.returnTo ?? "/" };
  if (!isAt(signIn, states, visit.now) || person?.state !== "active") return expired;
  if (signIn.userId !== person.userId) return expired;
  const situation = await situationOf(db, visit, signIn, person);
  if (!isStillRight(signIn, situation)) return expired;
  return { kind: "open", signIn, person, situation };
}

function isStillRight({ state, methods }: SignIn, situation: Situation): boolean {
  if (state === "enrol") return nextOf({ ...situation, methods }) === "enrol";
  return waysOf(situation).some((way) => way === state);
}

/** Whether a backup code may be used at this step. */
export const takesBackupCode = ({ situation }: OpenStep): boolean => mayUseBackupCode(situation);
