// Passwords that open nothing until they are replaced: because a policy asks for more than they are known to be.
import { type RawBuilder, sql } from "kysely";
import { findPolicy, type Policy } from "#features/policy/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Actor } from "#src/actor.ts";
import type { UserId } from "#src/ids.ts";
import type { Role } from "#src/permissions.ts";
import { rulesFor } from "./password-policy.ts";

/**
 * Marks everybody whose password is less than the policy asks for, or not known to be enough, deactivated people too: they choose
 * another one at the next sign-in. Who has none, must replace it anyway, or brought it from elsewhere (it is measured when it is
 * first used) is left alone. Answers how many were marked; the caller records it.
 */
export async function flagWeakPasswords(
  db: TenantDb,
  _actor: Actor,
  policy: Policy,
): Promise<number> {
  const { numUpdatedRows } = await db
    .updateTable("users")
    // Nobody has told them yet: a job does.
    .set({ password_reset_cause: "policy", password_reset_told_at: null })
    .where("password_reset_cause", "is", null)
    .where("password_hash", "is not", null)
    // Never set here and never used here: nothing is known of it but a hash.
    .where(sql<boolean>`(password_changed_at is not null or password_length is not null)`)
    .where(isLess(minLengthOf(policy), policy.passwordMinScore))
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/**
 * Lets passwords go on that settings asked too much of, and that are enough for these: nobody is to replace theirs for a setting that is gone.
 * One that was brought from elsewhere stays marked: beside its length and strength it may be common, or made of the person's own names, which
 * is looked at where a password is chosen.
 */
export async function spareGoodPasswords(db: TenantDb, policy: Policy): Promise<void> {
  await db
    .updateTable("users")
    .set({ password_reset_cause: null })
    .where("password_reset_cause", "=", "policy")
    .where("password_changed_at", "is not", null)
    // What is not known is measured at the next sign-in.
    .where(
      sql<boolean>`not coalesce(password_length < ${minLengthOf(policy)}
        or password_score < ${policy.passwordMinScore}, false)`,
    )
    .execute();
}

/** By the role of the row. */
const minLengthOf = (policy: Policy): RawBuilder<unknown> => sql`case when role = 'super_admin'
  then ${rulesFor(policy, "super_admin").minLength}::integer else ${policy.passwordMinLength}::integer end`;

/**
 * The same of one person, by what is asked of this role: also where nothing is known of the password but a hash, or (`isMeasured`) only
 * where it is known to be less. Answers whether another one must be chosen because of it. The caller locks the person and tells them.
 */
export async function flagShortPassword(
  db: TenantDb,
  {
    userId,
    role,
    now,
    isMeasured = false,
  }: { userId: UserId; role: Role; now: Date; isMeasured?: boolean },
): Promise<boolean> {
  const { minLength, minScore } = rulesFor(await findPolicy(db, now), role);
  const { numUpdatedRows } = await db
    .updateTable("users")
    .set({ password_reset_cause: "policy", password_reset_told_at: now })
    .where("id", "=", userId)
    .where("password_reset_cause", "is", null)
    .where("password_hash", "is not", null)
    .where(isLess(sql`${minLength}::integer`, minScore))
    .$if(isMeasured, (query) => query.where("password_length", "is not", null))
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Whether a person's password is shorter or weaker than so much, or not known to be enough. */
const isLess = (minLength: RawBuilder<unknown>, minScore: number): RawBuilder<boolean> =>
  sql<boolean>`(password_length is null or password_score is null
    or password_length < ${minLength} or password_score < ${minScore})`;
