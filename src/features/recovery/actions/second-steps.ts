// The reset itself: everything that stands for a person besides the password goes, and a code by mail is the second step again.
import {
  countBackupCodes,
  dropAppAndCodes,
  findAuthenticators,
} from "#features/authenticators/index.ts";
import { notify } from "#features/notices/index.ts";
import { dropPasskeys, listPasskeys } from "#features/passkeys/index.ts";
import { endSessions } from "#features/sessions/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { FactorResetId, UserId } from "#src/ids.ts";
import { secondStepsResetMail } from "../emails.tsx";
import { nothingToReset } from "../errors.ts";
import { secondStepsReset } from "../events.ts";
import { takenText } from "../texts.ts";
import type { Acting } from "./acting.ts";

export interface SecondSteps {
  readonly hasTotp: boolean;
  /** Unused. */
  readonly backupCodes: number;
  readonly passkeys: readonly string[];
}

/** What a reset would take away. */
export async function readSecondSteps(db: TenantDb, userId: UserId): Promise<SecondSteps> {
  return {
    hasTotp: (await findAuthenticators(db, userId))?.totpConfirmedAt != null,
    backupCodes: await countBackupCodes(db, userId),
    passkeys: (await listPasskeys(db, userId)).map(({ name }) => name),
  };
}

export const isEmpty = ({ hasTotp, backupCodes, passkeys }: SecondSteps): boolean =>
  !hasTotp && backupCodes === 0 && passkeys.length === 0;

/** A person whose second step is a code by mail has nothing to lose, and a reset would only sign them out. @throws {nothingToReset} */
export async function assertSomethingToReset(db: TenantDb, userId: UserId): Promise<void> {
  if (isEmpty(await readSecondSteps(db, userId))) throw nothingToReset({ userId });
}

interface Why {
  readonly reason: "second_step_reset" | "recovered";
  /** The request that another administrator approved; null where none was needed. */
  readonly factorResetId: FactorResetId | null;
}

/**
 * Takes the second steps of a person away, ends their sessions and half sign-ins, which forgets their browsers. The days of grace begin anew:
 * who lost a device has them to get another one. Records each thing that goes, and the reset. The row must be locked.
 */
export async function dropSecondSteps(
  { db, actor }: Pick<Acting, "db" | "actor">,
  userId: UserId,
  { reason, factorResetId }: Why,
): Promise<SecondSteps> {
  const { hadTotp, backupCodes } = await dropAppAndCodes(db, actor, userId);
  const passkeys = await dropPasskeys(db, actor, userId);
  await db.updateTable("users").set({ strength_asked_at: null }).where("id", "=", userId).execute();
  await endSessions(db, actor, { userId, reason });
  await record(db, actor, secondStepsReset, {
    userId,
    totp: hadTotp,
    backupCodes,
    passkeys,
    factorResetId,
  });
  return { hasTotp: hadTotp, backupCodes, passkeys };
}

/** The same on an administrator's word, told to every verified address: whoever talked an administrator into it cannot keep it secret. */
export async function resetByAdmin(
  by: Acting,
  userId: UserId,
  factorResetId: FactorResetId | null,
): Promise<void> {
  const { db, actor, post, now } = by;
  const taken = takenText(
    await dropSecondSteps(by, userId, { reason: "second_step_reset", factorResetId }),
  );
  const happening = { userId, now };
  await notify(db, post, actor, { happening, template: secondStepsResetMail, more: { taken } });
}
