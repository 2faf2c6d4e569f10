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

/** Whether a role holds a permission. The only reader of the table. */
export function roleMay(role: Role | null, permission: Permission): boolean {
  const roles: readonly Role[] = rolesByPermission[permission];
  return role !== null && roles.includes(role);
}

/** Whether `actor` may give, take or act on a person holding `target`: nobody acts above their own role. */
export function outranks(role: Role | null, target: Role): boolean {
  const order: readonly Role[] = everyone;
  return role !== null && order.indexOf(role) >= order.indexOf(target);
}
