// Values that are asked for and missing: as parts of statements, and the flag of people who are led to their profile until it has them.
import { type RawBuilder, sql } from "kysely";
import type { TenantDb } from "#platform/db/database.ts";
import type { UserId } from "#src/ids.ts";
import { Role, roleMay } from "#src/permissions.ts";
import { attributeKeys } from "./registry.ts";

/** The page to which people are led who were asked to complete their profile. */
export const completionPath = "/profile/completion";

/** Keys that the tenant asks for and the person `u` has no value of, as rows of `m`: `key`, `is_locked`. */
export const missingOf = sql`(
  select s.key, s.locked_for_users as is_locked
  from attribute_settings as s
  where s.enabled and s.required and s.key = any(${[...attributeKeys]}::text[])
    and not exists (select from user_attributes as a where a.user_id = u.id and a.key = s.key)
)`;

/** Roles that edit their own profile whatever the tenant's policy says. */
const free = Role.options.filter((role) => roleMay(role, "settings.manage"));

/**
 * Whether the person `u` was asked to complete their profile and can do something about it now: an attribute that was locked or is no more
 * asked for since then holds nobody, nor does a tenant that has come to keep profiles itself. `editing`: whether people edit theirs.
 */
export const isLedToProfile = (editing: RawBuilder<boolean>): RawBuilder<boolean> => sql<boolean>`(
  u.profile_asked_at is not null
  and (${editing} or u.role::text = any(${free}::text[]))
  and exists (select from ${missingOf} as m where not m.is_locked))`;

/** Forgets having asked those (or the one) who have nothing left to fill in themselves. */
export async function clearAsked(
  db: TenantDb,
  { userId }: { userId?: UserId } = {},
): Promise<void> {
  await sql`
    update users as u set profile_asked_at = null
    where u.profile_asked_at is not null
      ${userId === undefined ? sql`` : sql`and u.id = ${userId}`}
      and not exists (select from ${missingOf} as m where not m.is_locked)`.execute(db);
}
