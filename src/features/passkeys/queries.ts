// Reads of passkeys. Public keys are no secret, but nobody needs them outside of a ceremony.
import { type RawBuilder, sql } from "kysely";
import type { TenantDb } from "#platform/db/database.ts";
import { modelName } from "#protocols/webauthn/models.ts";
import type { KnownCredential } from "#protocols/webauthn/options.ts";
import type { UserId } from "#src/ids.ts";
import { type Passkey, passkeysMost } from "./schema.ts";

/** A person's passkeys, the oldest first, suspended ones too: `passkeysMost` by construction. */
export async function listPasskeys(db: TenantDb, userId: UserId): Promise<Passkey[]> {
  const rows = await db
    .selectFrom("passkeys")
    .select([
      "id",
      "name",
      "aaguid",
      "backup_eligible as isSyncable",
      "backed_up as isBackedUp",
      "created_at as createdAt",
      "last_used_at as lastUsedAt",
      "suspended_at as suspendedAt",
    ])
    .where("user_id", "=", userId)
    .orderBy("id")
    .limit(passkeysMost)
    .execute();
  return rows.map(({ createdAt, lastUsedAt, suspendedAt, ...row }) => ({
    ...row,
    model: modelName(row.aaguid),
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
    suspendedAt: suspendedAt?.toISOString() ?? null,
  }));
}

/** How many passkeys a person can sign in with: suspended ones do not count. */
export async function countPasskeys(db: TenantDb, userId: UserId): Promise<number> {
  const { count } = await db
    .selectFrom("passkeys")
    .select(({ fn }) => fn.countAll<string>().as("count"))
    .where("user_id", "=", userId)
    .where("suspended_at", "is", null)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** What a person's passkeys are good for: suspended ones open nothing. As a part of a statement that knows more about them. */
export const passkeyUsability = (
  userId: UserId,
): RawBuilder<"usable" | "suspended" | "none"> => sql<"usable" | "suspended" | "none">`(
  select case
    when count(*) = 0 then 'none'
    when bool_and(suspended_at is not null) then 'suspended'
    else 'usable'
  end
  from passkeys where user_id = ${userId}
)`;

/** What a browser needs to find a person's passkeys on their devices. */
export async function knownCredentials(
  db: TenantDb,
  userId: UserId,
  { suspendedToo }: { suspendedToo: boolean },
): Promise<KnownCredential[]> {
  return db
    .selectFrom("passkeys")
    .select(["credential_id as credentialId", "transports"])
    .where("user_id", "=", userId)
    .$if(!suspendedToo, (query) => query.where("suspended_at", "is", null))
    .orderBy("id")
    .limit(passkeysMost)
    .execute();
}
