// Clients and their tokens. Secrets have 256 random bits, so SHA-256 is enough to keep them (no guessing to slow down).
import { type Actor, type Origin, roleOf } from "#src/actor.ts";
import { record } from "#platform/audit/record.ts";
import { secondsLater } from "#platform/clock.ts";
import { equalBytes, hashToken, randomToken } from "#platform/crypto/token.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { defineLimit, hitNoted, networkOf } from "#platform/limits.ts";
import { ApiClientId } from "#src/ids.ts";
import { isWithin, outranks, type Role, type Scope } from "#src/permissions.ts";
import { apiClientNotFound, apiClientRevokedAlready, roleTooHigh, scopeTooWide } from "./errors.ts";
import {
  apiClientCreated,
  apiClientRevoked,
  apiClientSecretReplaced,
  clientRefused,
  tokenIssued,
} from "./events.ts";
import { actsAs, findForSecret } from "./queries.ts";
import { type CreatedApiClient, type NewApiClient, tokenSeconds } from "./schema.ts";
import { texts } from "./texts.ts";

/**
 * Wrong secrets from one network: every refusal is an event. Asked only where one more is to be refused: a script that goes on with an old
 * secret, or a neighbour behind the same address, would else keep every other script there from its token.
 */
const wrongSecrets = defineLimit("api_clients.wrong_secret", {
  most: 20,
  windowSeconds: 300,
});

/** A token is good for an hour: a script that asks for one with each call is told so, before it fills the table. */
const tokens = defineLimit("api_clients.tokens", { most: 120, windowSeconds: 300 });

/** Creates a client; its secret is in this answer and nowhere else. @throws {roleTooHigh} @throws {scopeTooWide} */
export async function createApiClient(
  db: TenantDb,
  actor: Actor,
  { name, role, access, areas }: NewApiClient,
): Promise<CreatedApiClient> {
  assertMayGive(actor, { role, access, areas });
  const { token: clientSecret, hash } = randomToken();
  const scope = { access, areas: areas === null ? null : [...areas] };
  const { id } = await db
    .insertInto("api_clients")
    .values({ name, role, secret_hash: hash, ...scope, ...(await makerOf(db, actor)) })
    .returning("id")
    .executeTakeFirstOrThrow();
  await record(db, actor, apiClientCreated, { clientId: id, name, role, ...scope });
  return { clientId: id, clientSecret, name, role, ...scope };
}

/**
 * Another secret in the place of one that somebody knew who left, or that leaked: the old one and every token are worth nothing at once, and
 * the client acts by the right of who did this. @throws {apiClientNotFound} @throws {apiClientRevokedAlready} @throws {roleTooHigh}
 * @throws {scopeTooWide}
 */
export async function replaceSecret(
  db: TenantDb,
  actor: Actor,
  clientId: ApiClientId,
): Promise<CreatedApiClient> {
  const client = await db
    .selectFrom("api_clients")
    .select(["name", "role", "access", "areas", "revoked_at as revokedAt"])
    .where("id", "=", clientId)
    .forUpdate()
    .executeTakeFirstOrThrow(() => apiClientNotFound({ clientId }));
  const { name, role, access, areas } = client;
  if (client.revokedAt) throw apiClientRevokedAlready({ clientId });
  assertMayGive(actor, { role, access, areas });
  const { token: clientSecret, hash } = randomToken();
  await db
    .updateTable("api_clients")
    .set({ secret_hash: hash, ...(await makerOf(db, actor)) })
    .where("id", "=", clientId)
    .execute();
  await db.deleteFrom("api_tokens").where("client_id", "=", clientId).execute();
  await record(db, actor, apiClientSecretReplaced, { clientId, name });
  return { clientId, clientSecret, name, role, access, areas };
}

/** Nobody gives what they do not have: neither a role nor, as a script with limits, more than those. */
function assertMayGive(actor: Actor, { role, ...scope }: Scope & { readonly role: Role }): void {
  if (!outranks(roleOf(actor), role)) throw roleTooHigh({ role });
  if (actor.kind === "client" && !isWithin(scope, actor.scope)) throw scopeTooWide();
}

/** By whose right a client acts: a person's; what a script makes, by that of whoever made the script; an operator's by nobody's. */
async function makerOf(db: TenantDb, actor: Actor) {
  if (actor.kind === "user") return { created_by: actor.userId, made_by_person: true };
  if (actor.kind !== "client") return { created_by: null, made_by_person: false };
  return db
    .selectFrom("api_clients")
    .select(["created_by", "made_by_person"])
    .where("id", "=", actor.clientId)
    .executeTakeFirstOrThrow();
}

/** Ends a client and its tokens for good; once is enough. @throws {apiClientNotFound} */
export async function revokeApiClient(
  db: TenantDb,
  actor: Actor,
  clientId: ApiClientId,
  now: Date,
) {
  const client = await db
    .selectFrom("api_clients")
    .select(["name", "revoked_at as revokedAt"])
    .where("id", "=", clientId)
    .forUpdate()
    .executeTakeFirstOrThrow(() => apiClientNotFound({ clientId }));
  if (client.revokedAt) return;
  await db.updateTable("api_clients").set({ revoked_at: now }).where("id", "=", clientId).execute();
  await db.deleteFrom("api_tokens").where("client_id", "=", clientId).execute();
  await record(db, actor, apiClientRevoked, { clientId, name: client.name });
}

type Presented = Awaited<ReturnType<typeof findForSecret>>;

function causeOf(client: Presented, secret: string) {
  if (!client) return "unknown";
  if (!equalBytes(hashToken(secret), client.secretHash)) return "secret";
  if (client.revokedAt) return "revoked";
  return actsAs(client) === null ? "maker_gone" : null;
}

export type TokenOutcome = { readonly kind: "issued"; readonly token: string } | Refused;
type Refused =
  | { readonly kind: "refused" }
  | { readonly kind: "limited"; readonly retryAfterSeconds: number };

interface Asking {
  readonly origin: Origin;
  readonly now: Date;
}

/**
 * Exchanges a client's id and secret for a bearer token (RFC 6749 §4.4). Refusals are returned, not thrown: the count and the event must
 * be committed. The answer is the same for an unknown client, a wrong secret and a revoked one.
 */
export async function issueToken(
  db: TenantDb,
  actor: Actor,
  credentials: { clientId: string; clientSecret: string },
  { origin, now }: Asking,
): Promise<TokenOutcome> {
  const id = ApiClientId.safeParse(credentials.clientId);
  const client = id.success ? await findForSecret(db, id.data) : undefined;
  const cause = causeOf(client, credentials.clientSecret);
  if (!client || cause) {
    return refuse(db, actor, { client, cause: cause ?? "unknown" }, { origin, now });
  }
  const counter = { limit: tokens, key: client.id, about: texts.clientNamed(client.name) };
  const { allowed, retryAfterSeconds } = await hitNoted(db, counter, now);
  if (!allowed) return { kind: "limited", retryAfterSeconds };
  // The row is locked from here on: a secret that is being replaced, or a client that is being revoked, gets no token that outlives it.
  const used = await db
    .updateTable("api_clients")
    .set({ last_used_at: now })
    .where("id", "=", client.id)
    .where("secret_hash", "=", client.secretHash)
    .where("revoked_at", "is", null)
    .executeTakeFirst();
  if (used.numUpdatedRows === 0n) {
    return refuse(db, actor, { client, cause: "secret" }, { origin, now });
  }
  const { token, hash } = randomToken();
  const expiresAt = secondsLater(now, tokenSeconds);
  await db
    .insertInto("api_tokens")
    .values({ token_hash: hash, client_id: client.id, expires_at: expiresAt })
    .execute();
  const role = actsAs(client) ?? client.role;
  const scope = { access: client.access, areas: client.areas };
  const self: Actor = { kind: "client", clientId: client.id, role, scope, origin };
  await record(db, self, tokenIssued, { clientId: client.id, expiresAt: expiresAt.toISOString() });
  return { kind: "issued", token };
}

/** It stops the network. Whose secret was tried last says where the old one may still be in use. */
async function refuse(
  db: TenantDb,
  actor: Actor,
  { client, cause }: { client: Presented; cause: NonNullable<ReturnType<typeof causeOf>> },
  { origin, now }: Asking,
): Promise<Refused> {
  const network = networkOf(origin.ip);
  const about = client ? texts.triesOf(network, client.name) : network;
  const counter = { limit: wrongSecrets, key: network, about };
  const { allowed, retryAfterSeconds } = await hitNoted(db, counter, now);
  if (!allowed) return { kind: "limited", retryAfterSeconds };
  await record(db, actor, clientRefused, { clientId: client?.id ?? null, cause });
  return { kind: "refused" };
}
