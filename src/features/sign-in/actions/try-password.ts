// The password step. Known and unknown addresses cost the same queries, the same hash and the same event (no enumeration).
import {
  keepPasswordUp,
  type Measured,
  type PasswordUpkeep,
  passwordUpkeep,
} from "#features/authenticators/index.ts";
import { deviceTokenOf } from "#features/devices/index.ts";
import { wayInFor } from "#features/identity-providers/index.ts";
import { record } from "#platform/audit/record.ts";
import { randomToken } from "#platform/crypto/token.ts";
import { isUnjudged } from "#platform/passwords/hasher.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { DeviceId } from "#src/ids.ts";
import { passwordRefused } from "../events.ts";
import { countPassword, countRefused, isFlooded, releasePassword, type Trier } from "../limits.ts";
import { countForPerson, hitForPerson } from "../person-limit.ts";
import { policyFor } from "../policy-for.ts";
import { type Claimed, findClaimed, findSignIn, isAt, lockPerson, lockSignIn } from "../queries.ts";
import type { ResetCause, SignIn } from "../schema.ts";
import { handleOf, type Visit, visitor } from "../visit.ts";
import { advance, type Moved } from "./advance.ts";
import { askLink } from "./ask-link.ts";
import { askForProof } from "./prove-mailbox.ts";

export type PasswordOutcome =
  | Moved
  /** Right, but it opens nothing until another one is chosen. */
  | { readonly kind: "to_replace"; readonly handle: string }
  /** Somebody is guessing all over the tenant: first the mailbox. Nothing was judged. */
  | { readonly kind: "proof_first" }
  | { readonly kind: "refused" }
  /** Right: the page that asks to be let in again is theirs. */
  | { readonly kind: "deactivated"; readonly ask: string }
  | { readonly kind: "expired"; readonly returnTo: string };

/**
 * Judges a password. Three separate transactions, because hashing waits outside of them: the try is counted first, so that
 * tries in parallel cannot all be judged before one of them counts.
 */
export async function tryPassword(
  visit: Visit,
  password: string,
  state: AtState = "password",
): Promise<PasswordOutcome> {
  const { tenant } = visit;
  const opened = await tenant.write((db) => openTry(db, visit, state));
  if (opened.kind !== "counted") return opened;
  const { claimed, measured } = opened;
  const stored = opened.isByProvider || opened.isTooOften ? null : (claimed?.passwordHash ?? null);
  const isRight = await judge(visit, opened, { password, stored });
  if (!isRight || claimed === null || measured === null || stored === null) {
    await tenant.write((db) => refuse(db, visit, claimed, causeOf(opened)));
    return { kind: "refused" };
  }
  const upkeep = await passwordUpkeep(visit, {
    userId: claimed.userId,
    password,
    stored,
    measured,
  });
  return tenant.write((db) => accept(db, visit, opened, { claimed, stored, upkeep }));
}

/**
 * Whether it is the right one. What nobody could judge counts for nothing: a machine that is busy must not lock people out who try again.
 * @throws {passwordsBusy}
 */
async function judge(
  { tenant, services: { passwords } }: Visit,
  opened: Opened,
  { password, stored }: { password: string; stored: string | null },
): Promise<boolean> {
  try {
    return await passwords.verify(password, stored);
  } catch (error) {
    if (isUnjudged(error, stored)) await tenant.write((db) => takeBack(db, opened));
    throw error;
  }
}

/** The try is none. */
const takeBack = (
  db: TenantDb,
  { trier, claimed, isTooOften }: Pick<Opened, "trier" | "claimed" | "isTooOften">,
): Promise<void> => {
  // Beyond the person's limit it was not counted there.
  const isCounted = trier.deviceId === null && !isTooOften;
  return releasePassword(
    db,
    trier,
    isCounted ? [hitForPerson({ claimed, email: trier.email })] : [],
  );
};

interface Opened {
  readonly kind: "counted";
  readonly signIn: SignIn;
  readonly trier: Trier;
  readonly claimed: Claimed | null;
  readonly measured: Measured | null;
  /** They come in by their identity provider, whatever password they have here. */
  readonly isByProvider: boolean;
  /** More was tried against them, by all of their addresses, than is judged (`person-limit.ts`). */
  readonly isTooOften: boolean;
}

/** The password as the first thing that is proven, or as what links somebody to an identity provider. */
type AtState = "password" | "link";

async function openTry(
  db: TenantDb,
  visit: Visit,
  state: AtState,
): Promise<Opened | Extract<PasswordOutcome, { kind: "expired" | "limited" | "proof_first" }>> {
  const { now, origin, cookies } = visit;
  const signIn = await findSignIn(db, handleOf(visit));
  if (!isAt(signIn, [state], now)) {
    return { kind: "expired", returnTo: signIn?.returnTo ?? "/" };
  }
  const { email } = signIn;
  const presented = { token: deviceTokenOf(cookies), now };
  const { claimed, asked, measured, deviceId } = await findClaimed(db, email, presented);
  const policy = await policyFor(db, signIn, now);
  const { isOnlyWay } = await wayInFor(db, asked, policy);
  const isByProvider = claimed !== null && isOnlyWay;
  if (await mustProveFirst(db, visit, { signIn, deviceId })) return proveFirst(db, visit);
  const trier = { email, ip: origin.ip, deviceId };
  const attempt = { db, actor: visitor(visit), now };
  const seconds = await countPassword(attempt, trier);
  if (seconds !== null) return { kind: "limited", seconds };
  const isTooOften = deviceId === null && !(await countForPerson(attempt, { claimed, email }));
  return { kind: "counted", signIn, trier, claimed, measured, isByProvider, isTooOften };
}

/**
 * While the tenant is flooded with guesses, a stranger's browser proves the mailbox before a password is judged: guesses cost a mailbox
 * each, and nobody is locked out. Whoever comes by a link to a new password has proven it.
 */
async function mustProveFirst(
  db: TenantDb,
  visit: Visit,
  { signIn, deviceId }: { signIn: SignIn; deviceId: DeviceId | null },
): Promise<boolean> {
  const { methods, mailboxProven } = signIn;
  const vouched = mailboxProven || methods.includes("email_code") || methods.includes("provider");
  return deviceId === null && !vouched && (await isFlooded(db, visit.now));
}

async function proveFirst(
  db: TenantDb,
  visit: Visit,
): Promise<Extract<PasswordOutcome, { kind: "proof_first" | "limited" }>> {
  const locked = await lockSignIn(db, handleOf(visit));
  if (!isAt(locked, ["password"], visit.now)) return { kind: "proof_first" };
  const seconds = await askForProof(db, visit, locked);
  return seconds === null ? { kind: "proof_first" } : { kind: "limited", seconds };
}

type Cause =
  | "unknown_address"
  | "no_password"
  | "wrong_password"
  | "deactivated"
  | "by_provider"
  | "person_limit";

function causeOf({ claimed, isByProvider, isTooOften }: Opened): Cause {
  if (claimed === null) return "unknown_address";
  if (isByProvider) return "by_provider";
  if (isTooOften) return "person_limit";
  return claimed.passwordHash === null ? "no_password" : "wrong_password";
}

async function refuse(
  db: TenantDb,
  visit: Visit,
  claimed: Claimed | null,
  cause: Cause,
): Promise<void> {
  const userId = claimed?.userId ?? null;
  const actor = visitor(visit, userId);
  await record(db, actor, passwordRefused, { userId, cause });
  if (cause !== "deactivated") await countRefused({ db, actor, now: visit.now });
}

async function accept(
  db: TenantDb,
  visit: Visit,
  { signIn: { returnTo, state }, trier, isTooOften }: Opened,
  { claimed, stored, upkeep }: { claimed: Claimed; stored: string; upkeep: PasswordUpkeep | null },
): Promise<PasswordOutcome> {
  const person = await lockPerson(db, claimed.userId);
  const signIn = await lockSignIn(db, handleOf(visit));
  if (!isAt(signIn, [state], visit.now)) return { kind: "expired", returnTo };
  // Whose word has come is who gives the password.
  if (signIn.userId !== null && signIn.userId !== claimed.userId)
    return { kind: "expired", returnTo };
  // Changed while the old one was being checked: it is the old one.
  if (person?.passwordHash !== stored) {
    await refuse(db, visit, claimed, "wrong_password");
    return { kind: "refused" };
  }
  if (person.state !== "active") {
    await refuse(db, visit, claimed, "deactivated");
    const { email } = signIn;
    const asking = { userId: person.userId, email, now: visit.now };
    return { kind: "deactivated", ask: await askLink(db, asking) };
  }
  await takeBack(db, { trier, claimed, isTooOften });
  const found = upkeep === null ? null : await keepPasswordUp(db, upkeep);
  const resetCause = person.resetCause ?? found;
  if (resetCause !== null) {
    const handle = await toNewPassword(db, signIn, { ...person, resetCause });
    return { kind: "to_replace", handle };
  }
  return advance(db, visit, signIn, { person, methods: [...signIn.methods, "password"] });
}

/** The password is known and proves nothing any more but that: another one is chosen, then the second step is asked for. */
async function toNewPassword(
  db: TenantDb,
  { id, methods }: SignIn,
  { userId, resetCause }: { userId: Claimed["userId"]; resetCause: ResetCause | null },
): Promise<string> {
  const { token, hash } = randomToken();
  await db
    .updateTable("sign_ins")
    .set({
      token_hash: hash,
      state: "new_password",
      user_id: userId,
      reset_cause: resetCause,
      methods: [...methods, "password"],
    })
    .where("id", "=", id)
    .execute();
  return token;
}
