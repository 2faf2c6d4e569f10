// Storing a password's hash. Hashing itself happens before the transaction; whoever calls this has checked the policy.
import type { TenantDb } from "#platform/db/database.ts";
import type { UserId } from "#src/ids.ts";

/** Sets the hash of a new password. False when the person is gone or deactivated by now. */
export async function storePassword(
  db: TenantDb,
  { userId, hash, now }: { userId: UserId; hash: string; now: Date },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("users")
    .set({
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

/** Puts a hash with today's parameters in the place of an older one of the same password; not when it was changed meanwhile. */
export async function rehashPassword(
  db: TenantDb,
  { userId, from, to }: { userId: UserId; from: string; to: string },
): Promise<void> {
  await db
    .updateTable("users")
    .set({ password_hash: to })
    .where("id", "=", userId)
    .where("password_hash", "=", from)
    .execute();
}
