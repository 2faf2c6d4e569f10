// What is known of a person's authenticators. Secrets stay sealed here.
import { sql } from "kysely";
import type { TenantDb } from "#platform/db/database.ts";
import type { UserId } from "#src/ids.ts";

/** A person with what proves them, by id; null when there is no such person. */
export async function findAuthenticators(db: TenantDb, userId: UserId) {
  const row = await db
    .selectFrom("users as u")
    .innerJoin("user_emails as e", (join) =>
      join.onRef("e.user_id", "=", "u.id").on("e.is_primary", "=", true),
    )
    .leftJoin("totp_authenticators as t", "t.user_id", "u.id")
    .select([
      "u.id as userId",
      "u.first_name as firstName",
      "u.last_name as lastName",
      "u.state",
      "u.time_zone as zone",
      "e.email",
      "u.password_hash as passwordHash",
      "u.password_changed_at as passwordChangedAt",
      "u.password_reset_cause as resetCause",
      "u.second_step as secondStep",
      "t.confirmed_at as totpConfirmedAt",
      // Suspended ones too: a sign of a stronger factor that a thief must not get around.
      sql<number>`(select count(*)::int from passkeys as p where p.user_id = u.id)`.as("passkeys"),
    ])
    .where("u.id", "=", userId)
    .executeTakeFirst();
  return row ?? null;
}
export type FoundAuthenticators = NonNullable<Awaited<ReturnType<typeof findAuthenticators>>>;

/** How many backup codes a person has left. */
export async function countBackupCodes(db: TenantDb, userId: UserId): Promise<number> {
  const { left } = await db
    .selectFrom("backup_codes")
    .select(({ fn }) => fn.countAll<string>().as("left"))
    .where("user_id", "=", userId)
    .where("used_at", "is", null)
    .executeTakeFirstOrThrow();
  return Number(left);
}
