import { z } from "zod";
import type { TenantDb } from "#platform/db/database.ts";
import { decodeCursor, type Paging, toPage } from "#platform/http/input.ts";
import type { ApiClientId } from "#src/ids.ts";
import { apiClientNotFound } from "./errors.ts";

const columns = [
  "id",
  "name",
  "role",
  "created_at as createdAt",
  "last_used_at as lastUsedAt",
  "revoked_at as revokedAt",
] as const;

/** API clients, newest first, the revoked ones too. */
export async function listApiClients(db: TenantDb, { limit, cursor }: Paging) {
  let query = db
    .selectFrom("api_clients")
    .select(columns)
    .orderBy("id", "desc")
    .limit(limit + 1);
  if (cursor) {
    const [after] = decodeCursor(z.tuple([z.uuid()]), cursor);
    query = query.where("id", "<", after as ApiClientId);
  }
  return toPage(await query.execute(), limit, (row) => [row.id]);
}

/** @throws {apiClientNotFound} */
export function findApiClient(db: TenantDb, clientId: ApiClientId) {
  return db
    .selectFrom("api_clients")
    .select(columns)
    .where("id", "=", clientId)
    .executeTakeFirstOrThrow(() => apiClientNotFound({ clientId }));
}

/** The client that a live token belongs to, or null. */
export async function findByToken(db: TenantDb, tokenHash: Buffer, now: Date) {
  const row = await db
    .selectFrom("api_tokens as token")
    .innerJoin("api_clients as client", "client.id", "token.client_id")
    .select(["client.id", "client.name", "client.role"])
    .where("token.token_hash", "=", tokenHash)
    .where("token.expires_at", ">", now)
    .where("client.revoked_at", "is", null)
    .executeTakeFirst();
  return row ?? null;
}
