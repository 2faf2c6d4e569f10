// Another of one's own second steps than the one that was asked for.
import type { TenantDb } from "#platform/db/database.ts";
import { findPerson, findSignIn, isAt } from "../queries.ts";
import type { SignIn } from "../schema.ts";
import { handleOf, type Visit } from "../visit.ts";
import { mayUseBackupCode, type Way, waysOf } from "../ways.ts";
import { type Expired, openStep } from "./open.ts";
import { rememberableDays, type Situation, situationOf } from "./standing.ts";

const secondSteps = ["email_code", "totp", "passkey"] as const;

/** What the pages of a second step show. */
export interface Choice {
  readonly signIn: SignIn;
  /** The steps this person may take, strongest first. */
  readonly ways: readonly Way[];
  readonly backupCode: boolean;
  /** For how many days the browser may be remembered; null: not at all. */
  readonly rememberDays: number | null;
}

/** The second step this browser's sign-in stands at; null when it stands elsewhere. */
export async function findChoice(
  db: TenantDb,
  visit: Visit,
  states: readonly Way[] = secondSteps,
): Promise<Choice | null> {
  const signIn = await findSignIn(db, handleOf(visit));
  if (!isAt(signIn, states, visit.now) || signIn.userId === null) return null;
  const person = await findPerson(db, signIn.userId);
  if (!person) return null;
  return toChoice(signIn, await situationOf(db, visit, signIn, person));
}

const toChoice = (signIn: SignIn, situation: Situation): Choice => ({
  signIn,
  ways: waysOf(situation),
  backupCode: mayUseBackupCode(situation),
  rememberDays: rememberableDays(situation, signIn),
});

/** Goes to another step. Nothing is proven by it, so handle and counted tries stay. */
export async function chooseWay(
  visit: Visit,
  way: Way,
): Promise<{ readonly kind: "at"; readonly state: Way } | Expired> {
  return visit.tenant.write(async (db) => {
    const step = await openStep(db, visit, secondSteps);
    if (step.kind !== "open") return step;
    const { signIn, situation } = step;
    const isMine = waysOf(situation).includes(way);
    if (isMine && way !== signIn.state) {
      await db.updateTable("sign_ins").set({ state: way }).where("id", "=", signIn.id).execute();
    }
    return { kind: "at", state: isMine ? way : (signIn.state as Way) };
  });
}
