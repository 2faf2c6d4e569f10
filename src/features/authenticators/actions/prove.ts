// Proving again who one is, before a change that would let a thief of the session stay: the password, and a code where there is an app.
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Handling } from "#platform/http/context.ts";
import { clear, defineLimit, hit } from "#platform/limits.ts";
import type { UserId } from "#src/ids.ts";
import { proofLimited, proofWrong } from "../errors.ts";
import { proofRefused } from "../events.ts";
import { type FoundAuthenticators, findAuthenticators } from "../queries.ts";
import { texts } from "../texts.ts";
import { waitText } from "../wait.ts";
import { useBackupCode } from "./backup-codes.ts";
import { backupCodeUsed } from "./notices.ts";
import { useTotpCode } from "./totp.ts";

/** A request of a signed-in person. */
export type Visit = Pick<
  Handling<unknown, unknown>,
  "tenant" | "services" | "post" | "site" | "actor" | "now" | "signal"
> & { readonly userId: UserId };

export interface Proof {
  readonly password: string;
  /** Of the authenticator app, or a backup code; asked for when the person has an app. */
  readonly code?: string | undefined;
}

/** Names of the fields the problems are told at. */
export const proofFields = { password: "currentPassword", code: "code" } as const;

// With a stolen session neither the password nor, with that, the six digits must be guessable.
const proofs = [
  defineLimit("authenticators.proof", { most: 10, windowSeconds: 15 * 60 }),
  defineLimit("authenticators.proof_day", { most: 40, windowSeconds: 24 * 60 * 60 }),
] as const;

type Problem = Readonly<Record<string, string>>;
type Outcome<T> = { readonly problem: Problem } | { readonly problem: null; readonly value: T };
type Change<R> = (db: TenantDb, person: FoundAuthenticators) => Promise<R>;

/** Runs `change` in one transaction once password and, where there is an app, code hold. @throws {proofWrong} @throws {proofLimited} */
export async function withProof<T>(visit: Visit, proof: Proof, change: Change<T>): Promise<T> {
  const { userId, actor } = visit;
  const proven = await provePassword(visit, proof.password);
  return commitProven(visit, proven, async (db, person): Promise<Outcome<T>> => {
    if (person.totpConfirmedAt !== null && !(await isCodeRight(db, visit, proof.code ?? ""))) {
      await record(db, actor, proofRefused, { userId, cause: "wrong_code" });
      return { problem: wrongCode };
    }
    await forgiveProofs(db, userId);
    return { problem: null, value: await change(db, person) };
  });
}

/** Runs `change` in one transaction if what was proven still holds in it. A problem is thrown after the commit, so that its event stays. */
export async function commitProven<T>(
  { tenant, userId }: Visit,
  proven: FoundAuthenticators,
  change: Change<Outcome<T>>,
): Promise<T> {
  const outcome = await tenant.write(async (db): Promise<Outcome<T>> => {
    const person = await lockAuthenticators(db, userId);
    // Changed while it was being checked: the one that was typed is the old one.
    if (person?.passwordHash !== proven.passwordHash || person.state !== "active") {
      return { problem: wrongPassword };
    }
    return change(db, person);
  });
  if (outcome.problem !== null) throw proofWrong({ errors: outcome.problem });
  return outcome.value;
}

const wrongPassword: Problem = { [proofFields.password]: texts.passwordNotCurrent };
const wrongCode: Problem = { [proofFields.code]: texts.codeNotRight };

/** Checks the password of the person who is signed in; each try counts. @throws {proofWrong} @throws {proofLimited} */
export async function provePassword(visit: Visit, password: string): Promise<FoundAuthenticators> {
  const { tenant, services, userId, now, actor } = visit;
  const { seconds, person } = await tenant.write(async (db) => ({
    seconds: await countProof(db, userId, now),
    person: await findAuthenticators(db, userId),
  }));
  if (seconds !== null) {
    const wait = texts.tryAgainIn(waitText(seconds));
    throw proofLimited({ retryAfterSeconds: seconds, errors: { "": wait } });
  }
  const isRight = await services.passwords.verify(password, person?.passwordHash ?? null);
  if (isRight && person) return person;
  await tenant.write((db) => record(db, actor, proofRefused, { userId, cause: "wrong_password" }));
  throw proofWrong({ errors: wrongPassword });
}

/** Counts one try; the seconds to wait when it is one too many. */
async function countProof(db: TenantDb, userId: UserId, now: Date): Promise<number | null> {
  for (const limit of proofs) {
    const { allowed, retryAfterSeconds } = await hit(db, limit, userId, now);
    if (!allowed) return retryAfterSeconds;
  }
  return null;
}

/** The proof held: tries before it do not count any more. */
export async function forgiveProofs(db: TenantDb, userId: UserId): Promise<void> {
  for (const limit of proofs) await clear(db, limit, userId);
}

/** The person's row is locked, so that of two changes at once the second sees what the first did. */
async function lockAuthenticators(
  db: TenantDb,
  userId: UserId,
): Promise<FoundAuthenticators | null> {
  await db.selectFrom("users").select("id").where("id", "=", userId).forNoKeyUpdate().execute();
  return findAuthenticators(db, userId);
}

async function isCodeRight(db: TenantDb, visit: Visit, code: string): Promise<boolean> {
  const { services, site, userId, now, post, actor } = visit;
  const owner = { tenantId: site.tenantId, userId, keys: services.keys };
  if (await useTotpCode(db, owner, { code, now })) return true;
  const left = await useBackupCode(db, userId, { code, now });
  if (left !== null) await backupCodeUsed(db, post, actor, { userId, left, now });
  return left !== null;
}
