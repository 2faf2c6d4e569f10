// What a signed-in person may change about their own proofs. Each needs proof first, is recorded, and is told by mail.
import { countPasskeys } from "#features/passkeys/index.ts";
import { endRemembering } from "#features/devices/index.ts";
import { dropLinks, dropPending } from "#features/one-time-links/index.ts";
import { endSessions, renewSession, type SessionCookie } from "#features/sessions/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { clear, defineLimit, hitNoted } from "#platform/limits.ts";
import {
  newPasswordRefused,
  noTotp,
  proofLimited,
  totpCodeWrong,
  totpNotPending,
} from "../errors.ts";
import { totpStarted } from "../events.ts";
import { findPasswordRules, judgeNewPassword } from "../password-policy.ts";
import { findAuthenticators } from "../queries.ts";
import { texts } from "../texts.ts";
import { waitText } from "../wait.ts";
import { replaceBackupCodes } from "./backup-codes.ts";
import { dropCodes } from "./drop.ts";
import { backupCodesMade, passwordChanged, totpGone, totpTaken } from "./notices.ts";
import { storePassword } from "./passwords.ts";
import { type Changed, goOnAlone, type OwnVisit } from "./alone.ts";
import { assertEnoughIsLeft } from "./enough.ts";
import {
  commitProven,
  forgiveProofs,
  needsCode,
  type Proof,
  provePassword,
  type Visit,
  withProof,
} from "./prove.ts";
import { confirmTotp, findPendingTotp, type PendingOwner, startTotp } from "./pending-totp.ts";
import { dropTotp } from "./totp.ts";

// A stolen session must not be able to try the six digits of a secret it does not see, nor to keep the server busy with them.
const firstCodes = defineLimit("authenticators.first_code", { most: 5, windowSeconds: 5 * 60 });

const ownerOf = ({ site, userId, services, session }: OwnVisit): PendingOwner => ({
  tenantId: site.tenantId,
  userId,
  keys: services.keys,
  sessionId: session.id,
});

/**
 * A new password in the place of the current one. Every other session ends; this one goes on under a new token, whose
 * cookie is answered (null when it was ended meanwhile).
 * @throws {newPasswordRefused} naming `password` @throws {proofWrong} @throws {proofLimited} @throws {sessionRenewed}
 */
export async function changePassword(
  visit: OwnVisit,
  { password, current }: { password: string; current: string },
): Promise<SessionCookie | null> {
  const { tenant, services, site, post, actor, session, userId, now } = visit;
  const refuse = (problem: string) => newPasswordRefused({ errors: { password: problem } });
  const person = await provePassword(visit, current);
  if (password.normalize("NFC") === current.normalize("NFC"))
    throw refuse(texts.passwordSameAsCurrent);
  const rules = await tenant.read((db) => findPasswordRules(db, visit));
  const candidate = { password, person, organisation: site.name, rules };
  const judged = await judgeNewPassword(visit, candidate, { tenantId: site.tenantId, userId });
  if (judged.problem !== null) throw refuse(judged.problem);
  const { stamp } = judged;
  const hash = await services.passwords.hash(password);
  // No code of the app: the new password opens nothing without it.
  return commitProven(visit, person, async (db) => {
    await forgiveProofs(db, userId);
    await storePassword(db, { userId, hash, stamp, now });
    await dropLinks(db, userId, "password_reset");
    await dropPending(db, userId);
    await passwordChanged(db, post, actor, { userId, now });
    await endSessions(db, actor, { userId, reason: "password_changed", except: session.id });
    return { problem: null, value: await renewSession(db, session) };
  });
}

/** Begins with an authenticator app, or with another one, in this session. @throws {proofWrong} @throws {proofLimited} */
export const setUpTotp = (visit: OwnVisit, proof: Proof): Promise<void> =>
  withProof(visit, proof, async (db) => {
    await startTotp(db, ownerOf(visit), visit.now);
    await record(db, visit.actor, totpStarted, { userId: visit.userId });
  });

/** The secret to be scanned or typed, in Base32; null when none waits to be confirmed in this session. */
export const pendingTotp = (visit: OwnVisit): Promise<string | null> =>
  visit.tenant.read((db) => findPendingTotp(db, ownerOf(visit), visit.now));

/**
 * Takes the app into use by its first code, and answers new backup codes.
 * @throws {totpNotPending} @throws {totpCodeWrong} @throws {proofLimited}
 */
export async function takeTotp(visit: OwnVisit, code: string): Promise<Changed<string[]>> {
  const { tenant, userId, now, post, actor } = visit;
  if ((await pendingTotp(visit)) === null) throw totpNotPending();
  await countFirstCode(visit);
  return tenant.write(async (db) => {
    const person = await findAuthenticators(db, userId);
    const outcome = await confirmTotp(db, ownerOf(visit), { code, now });
    if (outcome === "gone" || person === null) throw totpNotPending();
    if (outcome === "wrong") throw totpCodeWrong({ errors: { code: texts.totpCodeWrong } });
    await clear(db, firstCodes, userId);
    const replaced = person.totpConfirmedAt !== null;
    await endRemembering(db, userId);
    await totpTaken(db, post, actor, { userId, now, replaced });
    return goOnAlone(db, visit, await issueBackupCodes(db, visit, true));
  });
}

/** In a transaction of its own: a wrong code is thrown away with everything else, and must count. @throws {proofLimited} */
async function countFirstCode({ tenant, userId, now }: OwnVisit): Promise<void> {
  const { allowed, retryAfterSeconds } = await tenant.write((db) => {
    const about = async () => (await findAuthenticators(db, userId))?.email ?? userId;
    return hitNoted(db, { limit: firstCodes, key: userId, about }, now);
  });
  if (allowed) return;
  throw proofLimited({
    retryAfterSeconds,
    errors: { code: texts.tryAgainIn(waitText(retryAfterSeconds)) },
  });
}

/**
 * Takes the app away: passkeys are left, or codes by e-mail, and then backup codes go too.
 * @throws {noTotp} @throws {factorNeeded} @throws {suspendedInTheWay} @throws {proofWrong} @throws {proofLimited}
 */
export const removeTotp = (visit: OwnVisit, proof: Proof): Promise<Changed<null>> =>
  withProof(visit, proof, async (db, person) => {
    if (person.totpConfirmedAt === null) throw noTotp();
    const { userId, now, post, actor } = visit;
    const passkeys = await countPasskeys(db, userId);
    const suspended = person.passkeys - passkeys;
    await assertEnoughIsLeft(db, { userId, now, left: { hasTotp: false, passkeys, suspended } });
    await dropTotp(db, userId);
    if (person.passkeys === 0) await dropCodes(db, actor, userId);
    await endRemembering(db, userId);
    await totpGone(db, post, actor, { userId, now });
    return goOnAlone(db, visit, null);
  });

/** A new set of backup codes; the old one is worth nothing. @throws {noTotp} @throws {proofWrong} @throws {proofLimited} */
export const renewBackupCodes = (visit: Visit, proof: Proof): Promise<string[]> =>
  withProof(visit, proof, async (db, person) => {
    if (!needsCode(person)) throw noTotp();
    return issueBackupCodes(db, visit, false);
  });

async function issueBackupCodes(db: TenantDb, visit: Visit, quietly: boolean): Promise<string[]> {
  const { userId, now, post, actor } = visit;
  const codes = await replaceBackupCodes(db, userId);
  await backupCodesMade(db, post, actor, { userId, now, quietly });
  return codes;
}
