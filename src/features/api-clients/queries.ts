// Reads of API clients: with the role they act with now, which is never above that of the person who made them.
import { z } from "zod";
import type { TenantDb } from "#platform/db/database.ts";
import { decodeCursor, type Paging, toPage } from "#platform/http/input.ts";
import { ApiClientId, type UserId } from "#src/ids.ts";
import { lowerRole, type Role } from "#src/permissions.ts";
import { apiClientNotFound } from "./errors.ts";

const clients = (db: TenantDb) =>
  db
    .selectFrom("api_clients as client")
    .leftJoin("users as maker", "maker.id", "client.created_by")
    .select([
      "client.id",
      "client.name",
      "client.role",
      "client.access",
      "client.areas",
      "client.created_at as createdAt",
      "client.last_used_at as lastUsedAt",
      "client.revoked_at as revokedAt",
      "client.made_by_person as madeByPerson",
      "maker.id as makerId",
      "maker.first_name as makerFirstName",
      "maker.last_name as makerLastName",
      "maker.role as makerRole",
      "maker.state as makerState",
    ]);

interface Made {
  readonly role: Role;
  readonly madeByPerson: boolean;
  readonly makerRole: Role | null;
  readonly makerState: "invited" | "active" | "deactivated" | null;
}

/**
 * The role that a client acts with: its own, but no more than what the person who made it has now, whatever that was then; null where that
 * person is deactivated or gone. Who leaves knew the secret, and must not keep by it what was taken from them. Another super administrator
 * keeps the script going by giving it another secret.
 */
export function actsAs({ role, madeByPerson, makerRole, makerState }: Made): Role | null {
  if (!madeByPerson) return role;
  return makerRole === null || makerState !== "active" ? null : lowerRole(role, makerRole);
}

type Row = Awaited<ReturnType<ReturnType<typeof clients>["executeTakeFirstOrThrow"]>>;

function toApiClient(row: Row) {
  const { makerId, makerFirstName, makerLastName } = row;
  const createdBy: { id: UserId; name: string } | null =
    makerId === null ? null : { id: makerId, name: `${makerFirstName} ${makerLastName}` };
  const { id, name, role, access, areas, createdAt, lastUsedAt, revokedAt } = row;
  const acting = revokedAt === null ? actsAs(row) : null;
  return {
    id,
    name,
    role,
    access,
    areas,
    createdBy,
    actsAs: acting,
    createdAt,
    lastUsedAt,
    revokedAt,
  };
}

/** API clients, newest first, the revoked ones too. */
export async function listApiClients(db: TenantDb, { limit, cursor }: Paging) {
  let query = clients(db)
    .orderBy("client.id", "desc")
    .limit(limit + 1);
  if (cursor) {
    const [after] = decodeCursor(z.tuple([ApiClientId]), cursor);
    query = query.where("client.id", "<", after);
  }
  const rows = await query.execute();
  return toPage(rows.map(toApiClient), limit, (row) => [row.id]);
}

/** @throws {apiClientNotFound} */
export async function findApiClient(db: TenantDb, clientId: ApiClientId) {
  const row = await clients(db)
    .where("client.id", "=", clientId)
    .executeTakeFirstOrThrow(() => apiClientNotFound({ clientId }));
  return toApiClient(row);
}

/** The client that a live token belongs to, with the role it acts with now; null: none, or one that is stopped. */
export async function findByToken(db: TenantDb, tokenHash: Buffer, now: Date) {
  const row = await clients(db)
    // Not a join: the token is looked up first, and once, whatever the planner thinks of the tables.
    .where("client.id", "=", (eb) =>
      eb
        .selectFrom("api_tokens as token")
        .select("token.client_id")
        .where("token.token_hash", "=", tokenHash)
        .where("token.expires_at", ">", now),
    )
    .where("client.revoked_at", "is", null)
    .executeTakeFirst();
  const role = row ? actsAs(row) : null;
  return row && role
    ? { id: row.id, name: row.name, role, access: row.access, areas: row.areas }
    : null;
}

/** A client with the hash of its secret, for who presents one; undefined: none. */
export const findForSecret = (db: TenantDb, clientId: ApiClientId) =>
  clients(db)
    .select("client.secret_hash as secretHash")
    .where("client.id", "=", clientId)
    .executeTakeFirst();
