// Choosing a password with a link from one's mail: the first one (invitation), or another (forgotten).
import {
  newPasswordProblem,
  passwordChosen,
  passwordReset,
  type PersonFacts,
  storePassword,
} from "#features/authenticators/index.ts";
import { dropLinks } from "#features/one-time-links/index.ts";
import { endSessions } from "#features/sessions/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { UserId } from "#src/ids.ts";
import { newPasswordRefused } from "../errors.ts";
import { forgivePasswords } from "../limits.ts";
import { findSignIn, isAt, lockPerson, lockSignIn } from "../queries.ts";
import type { SignIn } from "../schema.ts";
import { handleOf, type Visit, visitor } from "../visit.ts";
import { beginSignIn } from "./begin.ts";
import { toSecondStep } from "./second-step.ts";

export type NewPasswordOutcome =
  | { readonly kind: "second_step"; readonly handle: string }
  /** The new password is to be used now, with everything a sign-in asks for. */
  | { readonly kind: "sign_in"; readonly handle: string }
  | { readonly kind: "limited"; readonly seconds: number }
  | { readonly kind: "expired"; readonly returnTo: string };

/** Which state a person must be in for each purpose, still, at the moment of the change. */
const stateFor = { invitation: "invited", password_reset: "active" } as const;

/** The sign-in at "new_password" and what is known of its person; null when there is none. */
export async function findNewPasswordStep(
  db: TenantDb,
  visit: Visit,
): Promise<{ signIn: SignIn; person: PersonFacts } | null> {
  const signIn = await findSignIn(db, handleOf(visit));
  if (!isAt(signIn, ["new_password"], visit.now) || signIn.userId === null) return null;
  const names = await db
    .selectFrom("users")
    .select(["first_name as firstName", "last_name as lastName"])
    .where("id", "=", signIn.userId)
    .executeTakeFirst();
  return names ? { signIn, person: { ...names, email: signIn.email } } : null;
}

/** Checks and stores the new password. @throws {newPasswordRefused} naming `password` */
export async function chooseNewPassword(
  visit: Visit,
  password: string,
): Promise<NewPasswordOutcome> {
  const { tenant, services, site, signal } = visit;
  const step = await tenant.read((db) => findNewPasswordStep(db, visit));
  if (!step) return expired(visit);
  const candidate = { password, person: step.person, organisation: site.name };
  const problem = await newPasswordProblem(services, candidate, signal);
  if (problem !== null) throw newPasswordRefused({ errors: { password: problem } });
  const hash = await services.passwords.hash(password);
  return tenant.write((db) => store(db, visit, hash));
}

async function expired(visit: Visit): Promise<NewPasswordOutcome> {
  const signIn = await visit.tenant.read((db) => findSignIn(db, handleOf(visit)));
  return { kind: "expired", returnTo: signIn?.returnTo ?? "/" };
}

async function store(db: TenantDb, visit: Visit, hash: string): Promise<NewPasswordOutcome> {
  const found = await findSignIn(db, handleOf(visit));
  const person = found?.userId ? await lockPerson(db, found.userId) : null;
  const signIn = await lockSignIn(db, handleOf(visit));
  const isOpen = isAt(signIn, ["new_password"], visit.now) && signIn.linkPurpose !== null;
  if (!isOpen || person?.state !== stateFor[signIn.linkPurpose ?? "invitation"]) {
    return { kind: "expired", returnTo: found?.returnTo ?? "/" };
  }
  const { userId } = person;
  await storePassword(db, { userId, hash, now: visit.now });
  if (signIn.linkPurpose === "password_reset") return afterReset(db, visit, signIn, userId);
  await passwordChosen(db, visitor(visit, userId), { userId });
  await dropLinks(db, userId);
  const gone = await toSecondStep(db, visit, signIn, person);
  return "wait" in gone
    ? { kind: "limited", seconds: gone.wait }
    : { kind: "second_step", handle: gone.handle };
}

/** A link alone signs nobody in: the person goes through a whole sign-in, and everybody else is out. */
async function afterReset(
  db: TenantDb,
  visit: Visit,
  { email, returnTo }: SignIn,
  userId: UserId,
): Promise<NewPasswordOutcome> {
  const { now, post, origin } = visit;
  const actor = visitor(visit, userId);
  await passwordReset(db, post, actor, { userId, now });
  await endSessions(db, actor, { userId, reason: "password_reset" });
  await dropLinks(db, userId);
  // Not the codes: a reset opened from a stolen mailbox must not buy new guesses at the second step.
  await forgivePasswords(db, email, origin.ip);
  const handle = await beginSignIn(db, { email, returnTo, now, replaces: handleOf(visit) });
  return { kind: "sign_in", handle };
}
