// Choosing a password: the first one (invitation), another (forgotten), or in the place of one that opens nothing any more.
import {
  findPasswordRules,
  judgeNewPassword,
  passwordChosen,
  passwordReset,
  type PasswordRules,
  type PasswordStamp,
  type PersonFacts,
  storePassword,
} from "#features/authenticators/index.ts";
import { deviceTokenOf, findDevice } from "#features/devices/index.ts";
import type { Method } from "#features/policy/index.ts";
import { dropLinks } from "#features/one-time-links/index.ts";
import { endSessions } from "#features/sessions/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { UserId } from "#src/ids.ts";
import { newPasswordRefused } from "../errors.ts";
import { forgivePasswords } from "../limits.ts";
import { forgivePerson } from "../person-limit.ts";
import { findPerson, findSignIn, isAt, lockPerson, lockSignIn } from "../queries.ts";
import { countSetUp, newPasswords } from "../set-up-limits.ts";
import type { SignIn } from "../schema.ts";
import { texts } from "../texts.ts";
import { handleOf, type Visit, visitor } from "../visit.ts";
import { advance, type Moved } from "./advance.ts";
import { beginSignIn } from "./begin.ts";

export type NewPasswordOutcome =
  | Moved
  /** The new password is to be used now, with everything a sign-in asks for. */
  | { readonly kind: "sign_in"; readonly handle: string }
  | { readonly kind: "expired"; readonly returnTo: string };

/** Which state a person must be in for each purpose, still, at the moment of the change. */
const stateFor = {
  invitation: "invited",
  password_reset: "active",
  forced: "active",
  reactivation: "deactivated",
} as const;
const purposeOf = ({ linkPurpose }: SignIn) => linkPurpose ?? "forced";

interface NewPasswordFacts {
  readonly signIn: SignIn;
  readonly userId: UserId;
  readonly person: PersonFacts;
  readonly passwordHash: string | null;
  /** Whether the present one is to go: by the sign-in, or by what is asked of the person, whichever way they came here. */
  readonly isReplaced: boolean;
  readonly rules: PasswordRules;
}

/** The sign-in at "new_password" and what is known of its person; null when there is none. */
export async function findNewPasswordStep(
  db: TenantDb,
  visit: Visit,
): Promise<NewPasswordFacts | null> {
  const signIn = await findSignIn(db, handleOf(visit));
  if (!isAt(signIn, ["new_password"], visit.now) || signIn.userId === null) return null;
  const found = await findPerson(db, signIn.userId);
  if (!found) return null;
  const { firstName, lastName, passwordHash } = found;
  const isReplaced = signIn.resetCause !== null || found.resetCause !== null;
  const { userId } = signIn;
  const rules = await findPasswordRules(db, { userId, now: visit.now });
  const person = { firstName, lastName, email: signIn.email };
  return { signIn, userId, person, passwordHash, isReplaced, rules };
}

/** Checks and stores the new password. @throws {newPasswordRefused} naming `password` */
export async function chooseNewPassword(
  visit: Visit,
  password: string,
): Promise<NewPasswordOutcome> {
  const { tenant, services, site } = visit;
  const step = await tenant.read((db) => findNewPasswordStep(db, visit));
  if (!step) return expired(visit);
  const { userId, person, rules } = step;
  const trier = { userId, email: person.email, now: visit.now };
  const wait = await tenant.write((db) => countSetUp(db, newPasswords, trier));
  if (wait !== null) return { kind: "limited", seconds: wait };
  const candidate = { password, person, organisation: site.name, rules };
  const refuse = (problem: string) => newPasswordRefused({ errors: { password: problem } });
  const judged = await judgeNewPassword(visit, candidate, { tenantId: site.tenantId, userId });
  if (judged.problem !== null) throw refuse(judged.problem);
  // Whoever learned the old one must not be able to keep it.
  if (step.isReplaced && (await services.passwords.verify(password, step.passwordHash)))
    throw refuse(texts.newPasswordIsOld);
  const hash = await services.passwords.hash(password);
  return tenant.write((db) => store(db, visit, { hash, stamp: judged.stamp }));
}

async function expired(visit: Visit): Promise<NewPasswordOutcome> {
  const signIn = await visit.tenant.read((db) => findSignIn(db, handleOf(visit)));
  return { kind: "expired", returnTo: signIn?.returnTo ?? "/" };
}

async function store(
  db: TenantDb,
  visit: Visit,
  chosen: { hash: string; stamp: PasswordStamp },
): Promise<NewPasswordOutcome> {
  const found = await findSignIn(db, handleOf(visit));
  const person = found?.userId ? await lockPerson(db, found.userId) : null;
  const signIn = await lockSignIn(db, handleOf(visit));
  const isOpen = isAt(signIn, ["new_password"], visit.now);
  if (!isOpen || person?.state !== stateFor[purposeOf(signIn)]) {
    return { kind: "expired", returnTo: found?.returnTo ?? "/" };
  }
  const { userId } = person;
  const purpose = purposeOf(signIn);
  await storePassword(db, { userId, ...chosen, now: visit.now });
  if (purpose === "password_reset") return afterReset(db, visit, signIn, userId);
  if (purpose === "invitation") await passwordChosen(db, visitor(visit, userId), { userId });
  else await replaceForced(db, visit, signIn, userId);
  await dropLinks(db, userId);
  // Of a link the person has the mailbox, and whoever chose a password knows it.
  const methods: Method[] = purpose === "invitation" ? ["password"] : [...signIn.methods];
  return advance(db, visit, signIn, { person, methods });
}

/** Everybody else is out: they may have known the old one. This sign-in goes on to the second step. */
async function replaceForced(
  db: TenantDb,
  visit: Visit,
  signIn: SignIn,
  userId: UserId,
): Promise<void> {
  const { now, post } = visit;
  const actor = visitor(visit, userId);
  await passwordReset(db, post, actor, { userId, now });
  // Nobody's yet, for a moment: what this person has proven elsewhere is dropped, and this is not.
  await db
    .updateTable("sign_ins")
    .set({ state: "password", reset_cause: null, user_id: null })
    .where("id", "=", signIn.id)
    .execute();
  await endSessions(db, actor, { userId, reason: "password_reset" });
}

/** A link alone signs nobody in: the person goes through a whole sign-in, and everybody else is out. */
async function afterReset(
  db: TenantDb,
  visit: Visit,
  { email, methods, mailboxProven, returnTo, keepSignedIn, reauthenticate }: SignIn,
  userId: UserId,
): Promise<NewPasswordOutcome> {
  const { now, post, origin, cookies } = visit;
  const actor = visitor(visit, userId);
  const device = await findDevice(db, { userId, token: deviceTokenOf(cookies), now });
  await passwordReset(db, post, actor, { userId, now });
  await endSessions(db, actor, { userId, reason: "password_reset" });
  await dropLinks(db, userId);
  // Not the codes: a reset opened from a stolen mailbox must not buy new guesses at the second step.
  await forgivePasswords(db, { email, ip: origin.ip, deviceId: device?.id ?? null });
  await forgivePerson(db, userId);
  const handle = await beginSignIn(db, {
    email,
    returnTo,
    now,
    replaces: handleOf(visit),
    keep: keepSignedIn,
    reauthenticate,
    methods,
    mailboxProven,
  });
  return { kind: "sign_in", handle };
}
