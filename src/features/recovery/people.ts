// Who is concerned, who asked, who may decide: look-ups of people that several actions share.
import type { TenantDb } from "#platform/db/database.ts";
import type { Actor } from "#src/actor.ts";
import type { UserId } from "#src/ids.ts";
import { outranks, Role, roleMay } from "#src/permissions.ts";
import { texts } from "./texts.ts";

/** The roles that decide about people. */
export const decidingRoles: readonly Role[] = Role.options.filter((role) =>
  roleMay(role, "users.manage"),
);

/** Administrators that are told or asked at the most. */
const adminsMost = 100;

export interface Admin {
  readonly userId: UserId;
  readonly role: Role;
  readonly firstName: string;
  readonly email: string;
}

/** Active people with one of the roles, the oldest account first, with their primary address. */
export function activeWithRole(db: TenantDb, roles: readonly Role[]): Promise<Admin[]> {
  return db
    .selectFrom("users as u")
    .innerJoin("user_emails as e", (join) =>
      join.onRef("e.user_id", "=", "u.id").on("e.is_primary", "=", true),
    )
    .select(["u.id as userId", "u.role", "u.first_name as firstName", "e.email"])
    .where("u.role", "in", roles)
    .where("u.state", "=", "active")
    .orderBy("u.id")
    .limit(adminsMost)
    .execute();
}

interface Request {
  readonly user: { readonly id: UserId; readonly role: Role };
  readonly requestedBy: UserId | null;
}

/** Whether somebody may agree to a request: not who made it, not whom it is about, nobody below their role. */
export const mayAgree = (
  { userId, role }: Pick<Admin, "userId" | "role">,
  { user, requestedBy }: Request,
): boolean => userId !== requestedBy && userId !== user.id && outranks(role, user.role);

/** The person an actor is; null for scripts, operators and jobs. */
export const personOf = (actor: Actor): UserId | null =>
  actor.kind === "user" ? actor.userId : null;

/** Who does it, as a mail calls them. */
export async function nameOf(db: TenantDb, actor: Actor): Promise<string> {
  const userId = personOf(actor);
  if (userId === null) return actor.kind === "operator" ? texts.anOperator : texts.aScript;
  const { firstName, lastName } = await db
    .selectFrom("users")
    .select(["first_name as firstName", "last_name as lastName"])
    .where("id", "=", userId)
    .executeTakeFirstOrThrow();
  return `${firstName} ${lastName}`;
}
