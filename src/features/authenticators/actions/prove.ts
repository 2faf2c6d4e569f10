// Proving again who one is, before a change that would let a thief of the session stay: a passkey, or the password, and a code where there
// is more than a password. Who has no password has the sign-in of a moment ago, by their identity provider, in its place.
import { countPasskeys, usePasskey, verifyPasskey } from "#features/passkeys/index.ts";
import type { Method } from "#features/policy/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Handling, SessionFacts } from "#platform/http/context.ts";
import { isFresh } from "#platform/http/fresh.ts";
import { clearAll, defineLimit, type Hit, hitNoted, releaseAll } from "#platform/limits.ts";
import { isUnjudged } from "#platform/passwords/hasher.ts";
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
  "tenant" | "services" | "post" | "site" | "actor" | "now" | "signal" | "session"
> & { readonly userId: UserId };

export interface PasswordProof {
  readonly password: string;
  /** Of the authenticator app, or a backup code; asked for when the person has an app or a passkey. */
  readonly code?: string | undefined;
}

/** An answer to a ceremony "proof": two factors in one, so nothing else is asked for. */
export interface PasskeyProof {
  readonly handle: string | undefined;
  readonly response: unknown;
}

/** For somebody who has no password: this session began a moment ago, by an identity provider. */
export interface SignInProof {
  readonly signedIn: true;
  readonly code?: string | undefined;
}

export type Proof = PasswordProof | SignInProof | { readonly passkey: PasskeyProof };

/** Names of the fields the problems are told at. */
export const proofFields = { password: "currentPassword", code: "code" } as const;

// With a stolen session neither the password nor, with that, the six digits must be guessable.
const proofs = [
  defineLimit("authenticators.proof", { most: 10, windowSeconds: 15 * 60 }),
  defineLimit("authenticators.proof_day", { most: 40, windowSeconds: 24 * 60 * 60 }),
  // At most a hundred wrong ones in a row, as at a sign-in (NIST SP 800-63B-4 §3.2.2).
  defineLimit("authenticators.proof_month", { most: 100, windowSeconds: 30 * 24 * 60 * 60 }),
] as const;

type Problem = Readonly<Record<string, string>>;
type Outcome<T> = { readonly problem: Problem } | { readonly problem: null; readonly value: T };
/** `methods`: what was proven just now. */
type Change<R> = (
  db: TenantDb,
  person: FoundAuthenticators,
  methods: readonly Method[],
) => Promise<R>;

/**
 * Runs `change` of what a person signs in with, in one transaction, once the proof holds: as `withPresence`, but for somebody who has a
 * passkey that can be used a code of the app is not enough. A false page gets password and code out of people, and not the passkey: with
 * a stolen session those would bind the thief's own and remove the owner's. A backup code is the way of recovery.
 * @throws {proofWrong} @throws {proofLimited}
 */
export const withProof = <T>(visit: Visit, proof: Proof, change: Change<T>): Promise<T> =>
  prove(visit, proof, { takesApp: async (db) => !(await hasPasskey(db, visit)), change });

/**
 * Runs `change` in one transaction once the person has proven that they are there: a passkey, or the password with, where there is an app
 * or a passkey, a code of the app or a backup code. Who has no password comes from their identity provider in its place. So nothing is
 * proven by the password alone where there is more. A password that must be replaced proves nothing here, as it opens nothing at a
 * sign-in: others may know it. It is good for replacing it (`changePassword`).
 * @throws {proofWrong} @throws {proofLimited}
 */
export const withPresence = <T>(visit: Visit, proof: Proof, change: Change<T>): Promise<T> =>
  prove(visit, proof, { takesApp: async () => true, change });

interface Proving<T> {
  /** Whether a code of the app is enough beside the password. */
  readonly takesApp: (db: TenantDb) => Promise<boolean>;
  readonly change: Change<T>;
}

async function prove<T>(visit: Visit, proof: Proof, { takesApp, change }: Proving<T>): Promise<T> {
  if ("passkey" in proof) return withPasskey(visit, proof.passkey, change);
  const { userId, actor } = visit;
  const isPassword = "password" in proof;
  const proven = isPassword ? await provePassword(visit, proof.password) : await proveSignIn(visit);
  return commitProven(visit, proven, async (db, person): Promise<Outcome<T>> => {
    if (isPassword && person.resetCause !== null) {
      await record(db, actor, proofRefused, { userId, cause: "password_to_replace" });
      return { problem: toReplace };
    }
    const isAppEnough = await takesApp(db);
    const typed = { code: proof.code ?? "", isAppEnough };
    const code = needsCode(person) ? await takeCode(db, visit, typed) : null;
    if (code === null && needsCode(person)) {
      await record(db, actor, proofRefused, { userId, cause: "wrong_code" });
      return { problem: isAppEnough ? wrongCode : noBackupCode };
    }
    await forgiveProofs(db, userId);
    const first: Method = isPassword ? "password" : "provider";
    const methods = code === null ? [first] : [first, code];
    return { problem: null, value: await change(db, person, methods) };
  });
}

/** Whether the sign-in that a session began with stands for the password, for somebody who has none. */
export const isSignInProof = (session: SessionFacts | null, now: Date): boolean =>
  session !== null && session.methods.includes("provider") && isFresh(session, now);

/** Each try counts, as with a password: what follows is a code. @throws {proofWrong} @throws {proofLimited} */
async function proveSignIn(visit: Visit): Promise<FoundAuthenticators> {
  const person = await countProof(visit);
  if (person?.passwordHash === null && isSignInProof(visit.session, visit.now)) return person;
  throw proofWrong({ errors: signInFirst });
}

const hasPasskey = async (db: TenantDb, { userId }: Visit): Promise<boolean> =>
  (await countPasskeys(db, userId)) > 0;

/** Whether the password alone proves too little. */
export const needsCode = ({ totpConfirmedAt, passkeys }: FoundAuthenticators): boolean =>
  totpConfirmedAt !== null || passkeys > 0;

async function withPasskey<T>(
  visit: Visit,
  { handle, response }: PasskeyProof,
  change: Change<T>,
): Promise<T> {
  const { tenant, userId, now } = visit;
  await countPasskeyProof(visit);
  const assertion = { handle, response, ceremony: "proof", userId } as const;
  const verified = await verifyPasskey(visit, assertion);
  if (verified.kind === "refused") throw proofWrong({ errors: wrongPasskey });
  const outcome = await tenant.write(async (db): Promise<Outcome<T>> => {
    const person = await lockAuthenticators(db, userId);
    if (person?.state !== "active" || !(await usePasskey(db, verified, now)))
      return { problem: wrongPasskey };
    await forgiveProofs(db, userId);
    return { problem: null, value: await change(db, person, ["passkey"]) };
  });
  return valueOf(outcome);
}

/** Runs `change` in one transaction if what was proven still holds in it. A problem is thrown after the commit, so that its event stays. */
export async function commitProven<T>(
  { tenant, userId }: Visit,
  proven: FoundAuthenticators,
  change: (db: TenantDb, person: FoundAuthenticators) => Promise<Outcome<T>>,
): Promise<T> {
  const outcome = await tenant.write(async (db): Promise<Outcome<T>> => {
    const person = await lockAuthenticators(db, userId);
    // Changed while it was being checked: the one that was typed is the old one.
    if (person?.passwordHash !== proven.passwordHash || person.state !== "active") {
      return { problem: wrongPassword };
    }
    return change(db, person);
  });
  return valueOf(outcome);
}

function valueOf<T>(outcome: Outcome<T>): T {
  if (outcome.problem !== null) throw proofWrong({ errors: outcome.problem });
  return outcome.value;
}

const wrongPassword: Problem = { [proofFields.password]: texts.passwordNotCurrent };
const signInFirst: Problem = { "": texts.signInFirst };
const toReplace: Problem = { "": texts.passwordToReplace };
const wrongCode: Problem = { [proofFields.code]: texts.codeNotRight };
const noBackupCode: Problem = { [proofFields.code]: texts.backupCodeNotRight };
const wrongPasskey: Problem = { "": texts.passkeyNotRight };

/** Checks the password of the person who is signed in; each try counts. @throws {proofWrong} @throws {proofLimited} */
export async function provePassword(visit: Visit, password: string): Promise<FoundAuthenticators> {
  const { tenant, userId, actor } = visit;
  const person = await countProof(visit);
  const isRight = await judge(visit, password, person?.passwordHash ?? null);
  if (isRight && person) return person;
  await tenant.write((db) => record(db, actor, proofRefused, { userId, cause: "wrong_password" }));
  throw proofWrong({ errors: wrongPassword });
}

/** What nobody could judge counts for nothing. @throws {passwordsBusy} */
async function judge(
  { tenant, services, userId }: Visit,
  password: string,
  stored: string | null,
): Promise<boolean> {
  try {
    return await services.passwords.verify(password, stored);
  } catch (error) {
    if (isUnjudged(error, stored)) await tenant.write((db) => releaseAll(db, proofHits(userId)));
    throw error;
  }
}

/**
 * Counts a passkey's try, for the session alone: nothing can be guessed there, so what a thief of another session uses up must not stand
 * between the owner and the passkey. @throws {proofLimited} when it is one too many
 */
async function countPasskeyProof({ tenant, userId, actor, now }: Visit): Promise<void> {
  const seconds = await tenant.write(async (db) => {
    const key = actor.kind === "user" ? actor.sessionId : userId;
    const about = async () => (await findAuthenticators(db, userId))?.email ?? userId;
    const { allowed, retryAfterSeconds } = await hitNoted(
      db,
      { limit: proofs[0], key, about },
      now,
    );
    return allowed ? null : retryAfterSeconds;
  });
  if (seconds !== null) throw tooMany(seconds);
}

const tooMany = (seconds: number) =>
  proofLimited({
    retryAfterSeconds: seconds,
    errors: { "": texts.tryAgainIn(waitText(seconds)) },
  });

/** Counts one try, and answers whose. @throws {proofLimited} when it is one too many */
async function countProof({ tenant, userId, now }: Visit): Promise<FoundAuthenticators | null> {
  const { seconds, person } = await tenant.write(async (db) => {
    const found = await findAuthenticators(db, userId);
    const about = found?.email ?? userId;
    return { seconds: await hitProofs(db, { userId, about, now }), person: found };
  });
  if (seconds === null) return person;
  throw tooMany(seconds);
}

async function hitProofs(
  db: TenantDb,
  { userId, about, now }: { userId: UserId; about: string; now: Date },
): Promise<number | null> {
  for (const limit of proofs) {
    const counter = { limit, key: userId, about };
    const { allowed, retryAfterSeconds } = await hitNoted(db, counter, now);
    if (!allowed) return retryAfterSeconds;
  }
  return null;
}

/** The proof held: tries before it do not count any more. */
export const forgiveProofs = (db: TenantDb, userId: UserId): Promise<void> =>
  clearAll(db, proofHits(userId));

/** What is counted of a person's proofs: a whole sign-in forgives it, too. */
export const proofHits = (userId: string) => proofs.map((limit): Hit => [limit, userId]);

/** The person's row is locked, so that of two changes at once the second sees what the first did. */
async function lockAuthenticators(
  db: TenantDb,
  userId: UserId,
): Promise<FoundAuthenticators | null> {
  await db.selectFrom("users").select("id").where("id", "=", userId).forNoKeyUpdate().execute();
  return findAuthenticators(db, userId);
}

/** Which kind of code this is, used up now; null: none of this person's. */
async function takeCode(
  db: TenantDb,
  visit: Visit,
  { code, isAppEnough }: { code: string; isAppEnough: boolean },
): Promise<"totp" | "backup_code" | null> {
  const { services, site, userId, now, post, actor } = visit;
  const owner = { tenantId: site.tenantId, userId, keys: services.keys };
  // Not even looked at where it is not enough: the answer would tell whether it was right.
  if (isAppEnough && (await useTotpCode(db, owner, { code, now }))) return "totp";
  const left = await useBackupCode(db, userId, { code, now });
  if (left === null) return null;
  await backupCodeUsed(db, post, actor, { userId, left, now });
  return "backup_code";
}
