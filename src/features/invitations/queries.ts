// Who invited somebody, as the audit trail knows it.
import type { TenantDb } from "#platform/db/database.ts";
import type { Actor } from "#src/actor.ts";
import { UserId } from "#src/ids.ts";
import { invitationAccepted, invitationSent } from "./events.ts";
import { texts } from "./texts.ts";

export interface Inviter {
  readonly userId: UserId;
  readonly email: string;
  readonly firstName: string;
  readonly invitee: { readonly name: string; readonly email: string };
}

/**
 * The administrator who sent somebody the newest invitation. Null when that was an operator, a script or an import, and when they are
 * no administrator any more.
 */
export async function findInviter(db: TenantDb, userId: UserId): Promise<Inviter | null> {
  const sent = await db
    .selectFrom("audit_events")
    .select("actor_id as inviterId")
    .where("subject_id", "=", userId)
    .where("name", "=", invitationSent.name)
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  if (!sent?.inviterId) return null;
  const inviterId = UserId.parse(sent.inviterId);
  const people = await db
    .selectFrom("users as u")
    .innerJoin("user_emails as e", (join) =>
      join.onRef("e.user_id", "=", "u.id").on("e.is_primary", "=", true),
    )
    .select(["u.id", "u.first_name as firstName", "u.last_name as lastName", "u.state", "u.role"])
    .select("e.email")
    .where("u.id", "in", [userId, inviterId])
    .execute();
  const inviter = people.find(({ id }) => id === inviterId);
  const invitee = people.find(({ id }) => id === userId);
  if (!invitee || inviter?.state !== "active" || inviter.role === "member") return null;
  return {
    userId: inviterId,
    email: inviter.email,
    firstName: inviter.firstName,
    invitee: { name: `${invitee.firstName} ${invitee.lastName}`, email: invitee.email },
  };
}

/** Whether somebody has opened the link of an invitation before. */
export async function wasAccepted(db: TenantDb, userId: UserId): Promise<boolean> {
  const row = await db
    .selectFrom("audit_events")
    .select("id")
    .where("subject_id", "=", userId)
    .where("name", "=", invitationAccepted.name)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Who sends invitations, in words for administrators: a person by the address, a script by its name. */
export async function nameOfActor(
  db: TenantDb,
  actor: Extract<Actor, { kind: "user" | "client" }>,
): Promise<string> {
  if (actor.kind === "user") {
    const row = await db
      .selectFrom("user_emails")
      .select("email")
      .where("user_id", "=", actor.userId)
      .where("is_primary", "=", true)
      .executeTakeFirst();
    return row?.email ?? actor.userId;
  }
  const row = await db
    .selectFrom("api_clients")
    .select("name")
    .where("id", "=", actor.clientId)
    .executeTakeFirst();
  return texts.client(row?.name ?? actor.clientId);
}
