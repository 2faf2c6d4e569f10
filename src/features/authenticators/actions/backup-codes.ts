// Backup codes: a set of ten, shown once, each good for one use.
import type { TenantDb } from "#platform/db/database.ts";
import { hashBackupCode, newBackupCodes } from "#protocols/backup-codes.ts";
import type { UserId } from "#src/ids.ts";
import { countBackupCodes } from "../queries.ts";

/** A new set in the place of the old one, as the person reads it. Only hashes are kept: it cannot be shown again. */
export async function replaceBackupCodes(db: TenantDb, userId: UserId): Promise<string[]> {
  const codes = newBackupCodes();
  const hashes = codes.flatMap((code) => hashBackupCode(code) ?? []);
  await dropBackupCodes(db, userId);
  await db
    .insertInto("backup_codes")
    .values(hashes.map((code_hash) => ({ user_id: userId, code_hash })))
    .execute();
  return codes;
}

/** Uses a code up: how many are left, or null when it is wrong or used. One statement: of two at once one wins. */
export async function useBackupCode(
  db: TenantDb,
  userId: UserId,
  { code, now }: { code: string; now: Date },
): Promise<number | null> {
  const hash = hashBackupCode(code);
  if (hash === null) return null;
  const { numUpdatedRows } = await db
    .updateTable("backup_codes")
    .set({ used_at: now })
    .where("user_id", "=", userId)
    .where("code_hash", "=", hash)
    .where("used_at", "is", null)
    .executeTakeFirst();
  return numUpdatedRows === 1n ? countBackupCodes(db, userId) : null;
}

export async function dropBackupCodes(db: TenantDb, userId: UserId): Promise<void> {
  await db.deleteFrom("backup_codes").where("user_id", "=", userId).execute();
}
