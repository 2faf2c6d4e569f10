// Reads of one's own account.
import { emailsOf, userNotFound } from "#features/users/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Actor } from "#src/actor.ts";
import type { ApiClientId, UserId } from "#src/ids.ts";
import { peopleOnly } from "./errors.ts";
import type { ClientProfile, Me, Profile } from "./schema.ts";

/** Who an actor is. @throws {peopleOnly} for actors that are neither a person nor an API client */
export async function getMe(db: TenantDb, actor: Actor): Promise<Me> {
  if (actor.kind === "user") return getProfile(db, actor.userId);
  if (actor.kind === "client") return getClientProfile(db, actor.clientId);
  throw peopleOnly();
}

/** A person's own profile. Two statements. @throws {userNotFound} */
export async function getProfile(db: TenantDb, userId: UserId): Promise<Profile> {
  const user = await db
    .selectFrom("users")
    .select([
      "id",
      "first_name as firstName",
      "last_name as lastName",
      "role",
      "time_zone as timeZone",
      "theme",
    ])
    .where("id", "=", userId)
    .executeTakeFirstOrThrow(() => userNotFound({ userId }));
  const emails = await emailsOf(db, userId);
  const email = emails.find(({ isPrimary }) => isPrimary)?.email ?? "";
  return { kind: "user", ...user, email, emails };
}

async function getClientProfile(db: TenantDb, clientId: ApiClientId): Promise<ClientProfile> {
  const client = await db
    .selectFrom("api_clients")
    .select(["id", "name", "role"])
    .where("id", "=", clientId)
    .executeTakeFirstOrThrow(() => userNotFound({ clientId }));
  return { kind: "client", ...client };
}
