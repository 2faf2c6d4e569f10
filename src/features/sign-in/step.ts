// Which page a sign-in in progress stands at.
import { type Redirect, redirect } from "#platform/http/context.ts";
import { signInExpired } from "./errors.ts";
import { findSignIn, isAt } from "./queries.ts";
import type { SignIn, SignInState } from "./schema.ts";
import { handleOf, type Visit } from "./visit.ts";
import { type Step, startOf } from "./views/steps.tsx";

const pages = {
  password: "/sign-in/password",
  new_password: "/sign-in/new-password",
  email_code: "/sign-in/code",
  totp: "/sign-in/totp",
} as const;
const liveStates = ["password", "new_password", "email_code", "totp"] as const;

/** Where a sign-in goes on: the page of its state, or the start. */
export function placeOf(signIn: SignIn | null, now: Date): string {
  return isAt(signIn, liveStates, now) ? pages[signIn.state] : startOf(signIn?.returnTo ?? "/");
}

/** What the page of a step shows, or the way to the page where this sign-in really stands. */
export async function showStep(visit: Visit, state: SignInState): Promise<Step | Redirect> {
  const signIn = await visit.tenant.read((db) => findSignIn(db, handleOf(visit)));
  return isAt(signIn, [state], visit.now) ? toStep(signIn) : redirect(placeOf(signIn, visit.now));
}

/** The same for a form that is shown again. @throws {signInExpired} when there is no such step any more */
export async function loadStep(visit: Visit, state: SignInState): Promise<Step> {
  const signIn = await visit.tenant.read((db) => findSignIn(db, handleOf(visit)));
  if (!isAt(signIn, [state], visit.now)) throw signInExpired();
  return toStep(signIn);
}

const toStep = ({ email, returnTo }: SignIn): Step => ({ email, returnTo });
