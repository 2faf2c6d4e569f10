// Which page a sign-in in progress stands at, and how a browser gets there.
import { giveDeviceToken } from "#features/devices/index.ts";
import { listOffered, routeOf } from "#features/identity-providers/index.ts";
import { setSessionCookie } from "#features/sessions/index.ts";
import { type Redirect, redirect } from "#platform/http/context.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Moved } from "./actions/advance.ts";
import { type Choice, findChoice } from "./actions/choose.ts";
import type { Entry } from "./actions/complete.ts";
import { signInExpired } from "./errors.ts";
import { policyFor } from "./policy-for.ts";
import { findSignIn, isAt } from "./queries.ts";
import type { LiveState, SignIn } from "./schema.ts";
import { signInTable } from "./table.ts";
import { texts } from "./texts.ts";
import { giveHandle, handleOf, takeHandle, type Visit } from "./visit.ts";
import { type SecondStep, type Step, startOf } from "./views/parts.tsx";
import { waitFor } from "./wait.ts";
import type { Way } from "./ways.ts";

export const liveStates = [
  "email_proof",
  "password",
  "new_password",
  "email_code",
  "totp",
  "passkey",
  "enrol",
  "provider",
  "link",
] as const satisfies readonly LiveState[];

/** The page that asks what a state asks. */
export const pageOf = (state: LiveState): string => signInTable[state].page ?? "/sign-in";

/** Where a sign-in goes on: the page of its state, or the start. */
export function placeOf(signIn: SignIn | null, now: Date): string {
  return isAt(signIn, liveStates, now) ? pageOf(signIn.state) : startOf(signIn?.returnTo ?? "/");
}

/** Hands the browser what a finished sign-in gives it. */
export function enter(visit: Visit, entry: Entry): void {
  const { cookies, now } = visit;
  setSessionCookie(cookies, entry.session, now);
  giveDeviceToken(cookies, entry.deviceToken);
  takeHandle(cookies);
}

/** Sends the browser to where a proof has brought its sign-in. @throws {tooManyTries} */
export function goTo(visit: Visit, moved: Moved): Redirect {
  switch (moved.kind) {
    case "limited":
      throw waitFor(moved.seconds);
    case "signed_in":
      enter(visit, moved.entry);
      return moved.entry.notice === null
        ? redirect(moved.entry.returnTo)
        : redirect(moved.entry.returnTo, moved.entry.notice, "info");
    case "at":
      giveHandle(visit.cookies, moved.handle);
      return moved.inVain === undefined
        ? redirect(pageOf(moved.state))
        : redirect(pageOf(moved.state), texts.providerInVain(moved.inVain), "info");
    default:
      return moved satisfies never;
  }
}

type First = "email_proof" | "password" | "link";

/** What the page of a step before the password shows, or the way to the page where this sign-in really stands. */
export async function showStep(visit: Visit, state: First): Promise<Step | Redirect> {
  return visit.tenant.read(async (db) => {
    const signIn = await findSignIn(db, handleOf(visit));
    const isHere = isAt(signIn, [state], visit.now);
    return isHere ? toStep(db, visit, signIn) : redirect(placeOf(signIn, visit.now));
  });
}

/** The same for a form that is shown again. @throws {signInExpired} when there is no such step any more */
export async function loadStep(visit: Visit, state: First): Promise<Step> {
  return visit.tenant.read(async (db) => {
    const signIn = await findSignIn(db, handleOf(visit));
    if (!isAt(signIn, [state], visit.now)) throw signInExpired();
    return toStep(db, visit, signIn);
  });
}

/** The provider that is named is the one that the address leads to, whoever has it. */
async function toStep(db: TenantDb, { now }: Visit, signIn: SignIn): Promise<Step> {
  const { email, returnTo, federated } = signIn;
  const route = federated ? null : await routeOf(db, email, await policyFor(db, signIn, now));
  const offered = (await listOffered(db)).filter(({ id }) => id !== route?.id);
  return { email, returnTo, provider: federated?.providerName ?? route?.name ?? null, offered };
}

/** The page of a second step; `isOffered` says whether it is one of this person's. */
export async function showSecondStep(
  visit: Visit,
  states: readonly Way[],
  isOffered: (choice: Choice) => boolean = () => true,
): Promise<SecondStep | Redirect> {
  return (await readSecondStep(visit, states, isOffered)) ?? showPlace(visit);
}

/** The same for a form that is shown again. @throws {signInExpired} */
export async function loadSecondStep(visit: Visit, states: readonly Way[]): Promise<SecondStep> {
  const step = await readSecondStep(visit, states, () => true);
  if (!step) throw signInExpired();
  return step;
}

function readSecondStep(
  visit: Visit,
  states: readonly Way[],
  isOffered: (choice: Choice) => boolean,
): Promise<SecondStep | null> {
  return visit.tenant.read(async (db) => {
    const choice = await findChoice(db, visit, states);
    if (!choice || !isOffered(choice)) return null;
    const { signIn, ways, backupCode, rememberDays } = choice;
    const { email, returnTo } = signIn;
    // Findable by its type: `findChoice` answers second steps alone.
    return { email, returnTo, ways, backupCode, rememberDays, at: signIn.state as Way };
  });
}

/** The way to where this browser's sign-in stands. */
export async function showPlace(visit: Visit): Promise<Redirect> {
  const signIn = await visit.tenant.read((db: TenantDb) => findSignIn(db, handleOf(visit)));
  return redirect(placeOf(signIn, visit.now));
}
