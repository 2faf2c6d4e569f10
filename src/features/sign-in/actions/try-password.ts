// The password step. Known and unknown addresses cost the same queries, the same hash and the same event (no enumeration).
import { rehashPassword } from "#features/authenticators/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { passwordRefused } from "../events.ts";
import { countPassword, releasePassword } from "../limits.ts";
import { type Claimed, findByEmail, findSignIn, isAt, lockPerson, lockSignIn } from "../queries.ts";
import type { SignIn } from "../schema.ts";
import { handleOf, type Visit, visitor } from "../visit.ts";
import { toSecondStep } from "./second-step.ts";

export type PasswordOutcome =
  | {
      readonly kind: "second_step";
      readonly handle: string;
      readonly step: "email_code" | "totp";
    }
  | { readonly kind: "refused" }
  | { readonly kind: "deactivated" }
  | { readonly kind: "limited"; readonly seconds: number }
  | { readonly kind: "expired"; readonly returnTo: string };

/**
 * Judges a password. Three separate transactions, because hashing waits outside of them: the try is counted first, so that
 * tries in parallel cannot all be judged before one of them counts.
 */
export async function tryPassword(visit: Visit, password: string): Promise<PasswordOutcome> {
  const { tenant, services } = visit;
  const opened = await tenant.write((db) => openTry(db, visit));
  if (opened.kind !== "counted") return opened;
  const { signIn, claimed } = opened;
  const stored = claimed?.passwordHash ?? null;
  const isRight = await services.passwords.verify(password, stored);
  if (!isRight || claimed === null || stored === null) {
    await tenant.write((db) => refuse(db, visit, claimed, causeOf(claimed)));
    return { kind: "refused" };
  }
  const isOld = services.passwords.needsRehash(stored);
  const rehashed = isOld ? await services.passwords.hash(password) : null;
  return tenant.write((db) => accept(db, visit, signIn, { claimed, stored, rehashed }));
}

async function openTry(db: TenantDb, visit: Visit) {
  const { now, origin } = visit;
  const signIn = await findSignIn(db, handleOf(visit));
  if (!isAt(signIn, ["password"], now)) {
    return { kind: "expired" as const, returnTo: signIn?.returnTo ?? "/" };
  }
  const seconds = await countPassword({ db, actor: visitor(visit), now }, signIn.email, origin.ip);
  if (seconds !== null) return { kind: "limited" as const, seconds };
  return { kind: "counted" as const, signIn, claimed: await findByEmail(db, signIn.email) };
}

type Cause = "unknown_address" | "no_password" | "wrong_password" | "deactivated";

const causeOf = (claimed: Claimed | null): Cause =>
  claimed === null
    ? "unknown_address"
    : claimed.passwordHash === null
      ? "no_password"
      : "wrong_password";

async function refuse(
  db: TenantDb,
  visit: Visit,
  claimed: Claimed | null,
  cause: Cause,
): Promise<void> {
  const userId = claimed?.userId ?? null;
  await record(db, visitor(visit, userId), passwordRefused, { userId, cause });
}

async function accept(
  db: TenantDb,
  visit: Visit,
  { email, returnTo }: SignIn,
  { claimed, stored, rehashed }: { claimed: Claimed; stored: string; rehashed: string | null },
): Promise<PasswordOutcome> {
  const { now, origin } = visit;
  const person = await lockPerson(db, claimed.userId);
  const signIn = await lockSignIn(db, handleOf(visit));
  if (!isAt(signIn, ["password"], now)) return { kind: "expired", returnTo };
  // Changed while the old one was being checked: it is the old one.
  if (person?.passwordHash !== stored) {
    await refuse(db, visit, claimed, "wrong_password");
    return { kind: "refused" };
  }
  if (person.state !== "active") {
    await refuse(db, visit, claimed, "deactivated");
    return { kind: "deactivated" };
  }
  await releasePassword(db, email, origin.ip);
  if (rehashed) await rehashPassword(db, { userId: person.userId, from: stored, to: rehashed });
  const gone = await toSecondStep(db, visit, signIn, person);
  return "wait" in gone
    ? { kind: "limited", seconds: gone.wait }
    : { kind: "second_step", ...gone };
}
