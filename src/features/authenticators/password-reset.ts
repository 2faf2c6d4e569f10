// Passwords that open nothing until they are replaced: because a policy asks for more than they are known to be.
import { sql } from "kysely";
import type { Policy } from "#features/policy/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Actor } from "#src/actor.ts";
import { superAdminMinLength } from "./schema.ts";

/**
 * Marks everybody whose password is less than the policy asks for, or not known to be enough, deactivated people too: they choose
 * another one at the next sign-in. Who has none, must replace it anyway, or brought it from elsewhere (it is measured when it is
 * first used) is left alone. Answers how many were marked; the caller records it.
 */
export async function flagWeakPasswords(
  db: TenantDb,
  _actor: Actor,
  { passwordMinLength, passwordMinScore }: Policy,
): Promise<number> {
  const superAdminLength = Math.max(superAdminMinLength, passwordMinLength);
  const { numUpdatedRows } = await db
    .updateTable("users")
    .set({ password_reset_cause: "policy" })
    .where("password_reset_cause", "is", null)
    .where("password_hash", "is not", null)
    // Never set here and never used here: nothing is known of it but a hash.
    .where(sql<boolean>`(password_changed_at is not null or password_length is not null)`)
    .where(
      sql<boolean>`(password_length is null or password_score is null
        or password_length < case when role = 'super_admin' then ${superAdminLength}::integer else ${passwordMinLength}::integer end
        or password_score < ${passwordMinScore})`,
    )
    .executeTakeFirst();
  return Number(numUpdatedRows);
}
