// Whom a feature tells what changes for the whole tenant.
import type { TenantDb } from "#platform/db/database.ts";

const superAdminsMost = 100;

/** Every active super administrator with the primary address, oldest first; at most 100. */
export const activeSuperAdmins = (db: TenantDb) =>
  db
    .selectFrom("users as u")
    .innerJoin("user_emails as e", (join) =>
      join.onRef("e.user_id", "=", "u.id").on("e.is_primary", "=", true),
    )
    .select(["u.id as userId", "u.first_name as firstName", "e.email"])
    .where("u.role", "=", "super_admin")
    .where("u.state", "=", "active")
    .orderBy("u.id")
    .limit(superAdminsMost)
    .execute();
