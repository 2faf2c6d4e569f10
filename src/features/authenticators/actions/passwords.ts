// Storing a password's hash. Hashing and judging happen before the transaction.
import type { TenantDb } from "#platform/db/database.ts";
import type { UserId } from "#src/ids.ts";
import type { PasswordStamp } from "../password-stamp.ts";

/** Sets the hash of a new password, and what is remembered of it. False when the person is gone or deactivated by now. */
export async function storePassword(
  db: TenantDb,
  { userId, hash, stamp, now }: { userId: UserId; hash: string; stamp: PasswordStamp; now: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("users")
    .set({
      ...stamp,
      password_hash: hash,
      password_changed_at: now,
      password_reset_cause: null,
      state: "active",
    })
    .where("id", "=", userId)
    .where("state", "<>", "deactivated")
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}
