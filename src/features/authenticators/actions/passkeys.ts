// Adding, renaming and removing one's own passkeys.
import { endRemembering } from "#features/devices/index.ts";
import {
  beginRegistration,
  countPasskeys,
  finishRegistration,
  listPasskeys,
  type Passkey,
  passkeyNotFound,
  type PresentedAttestation,
  removePasskey,
  renamePasskey,
} from "#features/passkeys/index.ts";
import type { SessionCookie } from "#features/sessions/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { PasskeyId } from "#src/ids.ts";
import { passkeyNotAdded } from "../errors.ts";
import { countBackupCodes, findAuthenticators } from "../queries.ts";
import { replaceBackupCodes } from "./backup-codes.ts";
import { dropCodes } from "./drop.ts";
import { type Changed, goOnAlone, type OwnVisit } from "./alone.ts";
import { assertEnoughIsLeft, problemOf } from "./enough.ts";
import { backupCodesMade } from "./notices.ts";
import { type Proof, type Visit, withProof } from "./prove.ts";

/**
 * Begins to add a passkey; answers the handle for the browser's cookie.
 * @throws {tooManyPasskeys} @throws {proofWrong} @throws {proofLimited}
 */
export const startPasskey = (visit: Visit, proof: Proof): Promise<string> =>
  withProof(visit, proof, async (db) => (await beginRegistration(db, visit)).handle);

export interface AddedPasskey {
  readonly name: string;
  /** New backup codes, when the person had none: whoever loses the passkey is not locked out. */
  readonly codes: readonly string[] | null;
  /** Of the session that goes on alone after the first passkey; null: it was ended meanwhile. */
  readonly cookie?: SessionCookie | null;
}

/** Keeps the passkey that the browser made. @throws {passkeyNotAdded} with the reason @throws {tooManyPasskeys} */
export async function takePasskey(
  visit: OwnVisit,
  presented: Omit<PresentedAttestation, "userId">,
): Promise<AddedPasskey> {
  const { userId } = visit;
  const outcome = await finishRegistration(visit, { ...presented, userId }, async (db) => {
    await endRemembering(db, userId);
    const codes = await firstBackupCodes(db, visit);
    const person = await findAuthenticators(db, userId);
    // The first one changes what a sign-in asks for. A further one takes nothing from anybody: the phone that has one stays signed in.
    const isFirst = person?.passkeys === 1;
    return isFirst ? goOnAlone(db, visit, codes) : { value: codes };
  });
  if (outcome.kind === "refused") throw passkeyNotAdded({ errors: { "": outcome.text } });
  const { value: codes, ...rest } = outcome.value;
  return { name: outcome.name, codes, ...rest };
}

/**
 * Backup codes for somebody who has none and now needs them; null when they have some. Those of a factor that an administrator took away
 * are none. Call it inside the change's transaction, after the new factor is there.
 */
export async function firstBackupCodes(
  db: TenantDb,
  { userId, now, post, actor }: Pick<Visit, "userId" | "now" | "post" | "actor">,
): Promise<string[] | null> {
  const hasTotp = (await findAuthenticators(db, userId))?.totpConfirmedAt != null;
  const factors = (await listPasskeys(db, userId)).length + (hasTotp ? 1 : 0);
  if (factors > 1 && (await countBackupCodes(db, userId)) > 0) return null;
  const codes = await replaceBackupCodes(db, userId);
  await backupCodesMade(db, post, actor, { userId, now, quietly: true });
  return codes;
}

/** Another name. It opens nothing, so no proof is asked for; it is told by mail all the same. @throws {passkeyNotFound} */
export const renameOwnPasskey = (
  visit: Visit,
  { passkeyId, name }: { passkeyId: PasskeyId; name: string },
): Promise<void> => visit.tenant.write((db) => renamePasskey({ ...visit, db, passkeyId }, name));

/**
 * Removes one; with the last factor beyond the mailbox go the backup codes.
 * @throws {passkeyNotFound} @throws {factorNeeded} @throws {suspendedInTheWay} @throws {proofWrong} @throws {proofLimited}
 */
export const removeOwnPasskey = (
  visit: OwnVisit,
  proof: Proof,
  passkeyId: PasskeyId,
): Promise<Changed<null>> =>
  withProof(visit, proof, async (db, person) => {
    const { userId, now } = visit;
    const hasTotp = person.totpConfirmedAt !== null;
    const passkey = (await listPasskeys(db, userId)).find(({ id }) => id === passkeyId);
    if (!passkey) throw passkeyNotFound({ passkeyId });
    if (passkey.suspendedAt === null) {
      const usable = await countPasskeys(db, userId);
      const left = { hasTotp, passkeys: usable - 1, suspended: person.passkeys - usable };
      await assertEnoughIsLeft(db, { userId, now, left });
    }
    await removePasskey({ ...visit, db, passkeyId });
    await endRemembering(db, userId);
    if (!hasTotp && person.passkeys === 1) await dropCodes(db, visit.actor, userId);
    return goOnAlone(db, visit, null);
  });

/** One of one's own, and what stands against removing it. @throws {passkeyNotFound} */
export async function passkeyToRemove(
  { tenant, userId, now }: Visit,
  passkeyId: PasskeyId,
): Promise<{
  passkey: Passkey;
  problem: "factor_needed" | "suspended" | null;
  isLastFactor: boolean;
}> {
  return tenant.read(async (db) => {
    const passkey = (await listPasskeys(db, userId)).find(({ id }) => id === passkeyId);
    const person = await findAuthenticators(db, userId);
    if (!passkey || !person) throw passkeyNotFound({ passkeyId });
    const hasTotp = person.totpConfirmedAt !== null;
    const usable = await countPasskeys(db, userId);
    const left = { hasTotp, passkeys: usable - 1, suspended: person.passkeys - usable };
    const problem =
      passkey.suspendedAt === null ? await problemOf(db, { userId, now, left }) : null;
    return { passkey, problem, isLastFactor: !hasTotp && person.passkeys === 1 };
  });
}
