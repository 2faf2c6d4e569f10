// Vocabulary: who does something. Every write names one; the audit trail stores it as it is.
import { type Permission, type Role, roleMay, type Scope, scopeCovers } from "./permissions.ts";
import type { ApiClientId, SessionId, UserId } from "./ids.ts";

/** Where a request came from, as the audit trail keeps it. */
export interface Origin {
  readonly requestId: string;
  readonly ip: string;
  readonly userAgent: string;
}

export type Actor =
  | {
      readonly kind: "user";
      readonly userId: UserId;
      readonly role: Role;
      readonly sessionId: SessionId;
      readonly origin: Origin;
    }
  | {
      readonly kind: "client";
      readonly clientId: ApiClientId;
      readonly role: Role;
      /** What of its role's rights it may use. */
      readonly scope: Scope;
      readonly origin: Origin;
    }
  /** Nobody signed in: a sign-in attempt, an invitation link. `userId` when the attempt is about a known person. */
  | { readonly kind: "visitor"; readonly userId: UserId | null; readonly origin: Origin }
  | { readonly kind: "job"; readonly job: string }
  | { readonly kind: "operator"; readonly command: string };

/** The role an actor acts with; jobs and operators act for the installation itself. */
export function roleOf(actor: Actor): Role | null {
  switch (actor.kind) {
    case "user":
    case "client":
      return actor.role;
    case "job":
    case "operator":
      return "super_admin";
    case "visitor":
      return null;
  }
}

/**
 * Whether an actor may do something: its role may, and where it is a script its scope covers it too. For every check beyond the route's own: a
 * script that is limited to an area has the rights of its role in no other, wherever an action of that area leads.
 */
export function actorMay(actor: Actor, permission: Permission): boolean {
  if (!roleMay(roleOf(actor), permission)) return false;
  return actor.kind !== "client" || scopeCovers(actor.scope, permission, !isReading(permission));
}

const isReading = (permission: Permission): boolean => permission.endsWith(".read");
