// Vocabulary: permission → roles, once. A route names a permission; nothing else asks for a role by name.
import { z } from "zod";

export const Role = z.enum(["member", "admin", "super_admin"]);
export type Role = z.infer<typeof Role>;

const everyone = ["member", "admin", "super_admin"] as const;
const admins = ["admin", "super_admin"] as const;
const superAdmins = ["super_admin"] as const;

const rolesByPermission = {
  "account.manage": everyone,
  "apps.launch": everyone,
  "users.read": admins,
  "users.manage": admins,
  "users.change_role": superAdmins,
  "users.import": superAdmins,
  "users.delete": admins,
  "users.anonymise": superAdmins,
  "groups.read": admins,
  "groups.manage": admins,
  "domains.read": admins,
  "domains.manage": admins,
  "applications.read": admins,
  "applications.grant": admins,
  "applications.manage": superAdmins,
  "identity_providers.manage": superAdmins,
  "sessions.read": admins,
  "sessions.end": admins,
  "sessions.end_all": superAdmins,
  "events.read": admins,
  "limits.manage": admins,
  "api_clients.read": superAdmins,
  "api_clients.manage": superAdmins,
  "settings.manage": superAdmins,
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof rolesByPermission;
export const permissions = Object.keys(rolesByPermission) as readonly Permission[];

/** Whether a role holds a permission. The only reader of the table; of who acts, `actorMay` (actor.ts) is asked, which knows a script's scope too. */
export function roleMay(role: Role | null, permission: Permission): boolean {
  const roles: readonly Role[] = rolesByPermission[permission];
  return role !== null && roles.includes(role);
}

/** Whether `actor` may give, take or act on a person holding `target`: nobody acts above their own role. */
export function outranks(role: Role | null, target: Role): boolean {
  const order: readonly Role[] = everyone;
  return role !== null && order.indexOf(role) >= order.indexOf(target);
}

/** Whether a role is higher than another: for what nobody does to their equals. */
export const isAbove = (role: Role | null, other: Role): boolean =>
  outranks(role, other) && role !== other;

/** The lower of two roles. */
export const lowerRole = (one: Role, other: Role): Role => (outranks(one, other) ? other : one);

type FirstWord<P> = P extends `${infer A}.${string}` ? A : never;
/** What a permission is about: its first word. */
export type Area = FirstWord<Permission>;
export const areaOf = (permission: Permission): Area =>
  permission.slice(0, permission.indexOf(".")) as Area;
/** What a script may be limited to: everything but what it reads about itself, and what only a person opens. */
export const areas: readonly Area[] = [...new Set(permissions.map(areaOf))].filter(
  (area) => area !== "account" && area !== "apps",
);

/** What of its role's rights a script may use. */
export const ScopeAccess = z.enum(["read", "write"]);
export interface Scope {
  /** `read`: requests that change nothing. */
  readonly access: z.infer<typeof ScopeAccess>;
  /** Null: all areas. */
  readonly areas: readonly string[] | null;
}

/** Whether a scope covers a permission, or what any caller may do, for a request that writes or not. */
export function scopeCovers(
  { access, areas: own }: Scope,
  permit: Permission | "signed-in",
  writes: boolean,
): boolean {
  if (writes && access === "read") return false;
  if (own === null || permit === "signed-in") return true;
  const area = areaOf(permit);
  return area === "account" || own.includes(area);
}

/** Whether one scope is no wider than another: nobody gives away more than they have. */
export const isWithin = (inner: Scope, outer: Scope): boolean =>
  (outer.access === "write" || inner.access === "read") &&
  (outer.areas === null ||
    (inner.areas !== null && inner.areas.every((area) => outer.areas?.includes(area))));
