// Taking away what a person proves themselves with besides the password, on somebody else's word.
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Actor } from "#src/actor.ts";
import type { UserId } from "#src/ids.ts";
import { backupCodesDropped, totpRemoved } from "../events.ts";
import { countBackupCodes, findAuthenticators } from "../queries.ts";
import { dropBackupCodes } from "./backup-codes.ts";
import { dropTotp } from "./totp.ts";

/** What was there before `dropAppAndCodes`. */
export interface DroppedSteps {
  readonly hadTotp: boolean;
  /** Unused ones. */
  readonly backupCodes: number;
}

/**
 * Takes the authenticator app (a half set-up one too) and the backup codes away: codes by e-mail are the second step from then on.
 * Records what there was. The person's row must be locked; telling them, and ending sessions, is the caller's.
 */
export async function dropAppAndCodes(
  db: TenantDb,
  actor: Actor,
  userId: UserId,
): Promise<DroppedSteps> {
  const hadTotp = (await findAuthenticators(db, userId))?.totpConfirmedAt != null;
  await dropTotp(db, userId);
  if (hadTotp) await record(db, actor, totpRemoved, { userId });
  return { hadTotp, backupCodes: await dropCodes(db, actor, userId) };
}

/** Takes the backup codes away, and records it where there were unused ones; answers how many. */
export async function dropCodes(db: TenantDb, actor: Actor, userId: UserId): Promise<number> {
  const unused = await countBackupCodes(db, userId);
  await dropBackupCodes(db, userId);
  if (unused > 0) await record(db, actor, backupCodesDropped, { userId, unused });
  return unused;
}
