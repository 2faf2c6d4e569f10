// The keys that sign requests to one provider: made, prepared, switched to, retired. The next certificate is published before it signs.
import { type FederationSettings, findFederationSettings } from "#features/federation/index.ts";
import { record } from "#platform/audit/record.ts";
import type { Keyring } from "#platform/crypto/keyring.ts";
import type { TenantDb, TenantScope } from "#platform/db/database.ts";
import type { Handling } from "#platform/http/context.ts";
import {
  createSigningKey,
  type CreatedSigningKey,
  loadSigningKey,
  readCertificate,
} from "#protocols/saml/keys.ts";
import type { SigningKey as SamlKey } from "#protocols/saml/signature/sign.ts";
import type { Actor } from "#src/actor.ts";
import { type IdentityProviderId, IdentityProviderKeyId } from "#src/ids.ts";
import { keyIsPrepared, keyNotFound, keyNotPrepared } from "./errors.ts";
import { keyDiscarded, keyPrepared, keySwitched } from "./events.ts";
import { findProvider, lockProvider } from "./queries.ts";
import type { SigningKey } from "./schema.ts";

const order = { active: 0, next: 1, retired: 2 } as const;

/** A fresh key pair with its certificate. Takes a while: made before a transaction, never inside it. */
export const createKey = (
  name: string,
  { certificateYears: years }: Pick<FederationSettings, "certificateYears">,
  now: Date,
): Promise<CreatedSigningKey> => createSigningKey({ commonName: name, now, years });

export interface Keeping {
  readonly tenant: TenantScope;
  readonly keys: Keyring;
  readonly now: Date;
}

interface NewKey {
  readonly providerId: IdentityProviderId;
  readonly key: CreatedSigningKey;
  readonly state: "active" | "next";
  /** Nobody asked for it: super administrators are to be told. */
  readonly isNews?: boolean;
}

export async function insertKey(
  db: TenantDb,
  { keys, tenant, now }: Keeping,
  { providerId, key, state, isNews = false }: NewKey,
): Promise<IdentityProviderKeyId> {
  const id = IdentityProviderKeyId.parse(Bun.randomUUIDv7());
  await db
    .insertInto("identity_provider_keys")
    .values({
      id,
      identity_provider_id: providerId,
      state,
      sealed_key: keys.seal("saml-key", keyPlace(tenant, id), key.privateKeyPem),
      certificate: key.certificatePem,
      created_at: now,
      expires_at: key.notAfter,
      is_news: isNews,
    })
    .execute();
  return id;
}

/** Where a sealed key belongs: bound into the ciphertext, so that it opens nowhere else. */
export const keyPlace = (tenant: Pick<TenantScope, "id">, keyId: string) => ({
  tenantId: tenant.id,
  table: "identity_provider_keys",
  row: keyId,
  column: "sealed_key",
});

export interface Preparing extends Keeping {
  readonly actor: Actor;
  /** By itself, for the key that comes to its end: not when another signs by now. Super administrators are to be told. */
  readonly after?: IdentityProviderKeyId;
}

/** Makes the key that will sign next, and publishes its certificate. @throws {providerNotFound} @throws {keyIsPrepared} */
export async function prepareKey(
  by: Preparing,
  providerId: IdentityProviderId,
): Promise<IdentityProviderKeyId> {
  const { found, settings } = await by.tenant.read(async (db) => ({
    found: await findProvider(db, providerId),
    settings: await findFederationSettings(db),
  }));
  const key = await createKey(found.name, settings, by.now);
  return by.tenant.write(async (db) => {
    const { name } = await lockProvider(db, providerId);
    if ((await keyAt(db, providerId, "next")) !== null) throw keyIsPrepared();
    const isNews = by.after !== undefined;
    if (isNews && (await keyAt(db, providerId, "active"))?.id !== by.after) throw keyIsPrepared();
    const keyId = await insertKey(db, by, { providerId, key, state: "next", isNews });
    await record(db, by.actor, keyPrepared, {
      identityProviderId: providerId,
      name,
      keyId,
      fingerprint: key.fingerprintSha256,
      expiresAt: key.notAfter.toISOString(),
    });
    return keyId;
  });
}

/**
 * Signs with a prepared key from now on. The one that signed until now is retired, and its private half erased.
 * @throws {providerNotFound} @throws {keyNotFound} @throws {keyNotPrepared}
 */
export async function switchKey(
  db: TenantDb,
  { actor, now }: { readonly actor: Actor; readonly now: Date },
  providerId: IdentityProviderId,
  keyId: IdentityProviderKeyId,
): Promise<void> {
  const { name } = await lockProvider(db, providerId);
  const next = await requirePrepared(db, providerId, keyId);
  const former = await keyAt(db, providerId, "active");
  if (former === null) throw new Error(`identity provider ${providerId} has no active key`);
  await db
    .updateTable("identity_provider_keys")
    .set({ state: "retired", retired_at: now, sealed_key: null })
    .where("id", "=", former.id)
    .execute();
  await db
    .updateTable("identity_provider_keys")
    .set({ state: "active" })
    .where("id", "=", keyId)
    .execute();
  await record(db, actor, keySwitched, {
    identityProviderId: providerId,
    name,
    keyId,
    fingerprint: fingerprintOf(next),
    formerKeyId: former.id,
    formerFingerprint: fingerprintOf(former),
  });
}

/** Takes back a prepared key: it never signs, and its certificate leaves the metadata. @throws as `switchKey` */
export async function discardKey(
  db: TenantDb,
  actor: Actor,
  providerId: IdentityProviderId,
  keyId: IdentityProviderKeyId,
): Promise<void> {
  const { name } = await lockProvider(db, providerId);
  const key = await requirePrepared(db, providerId, keyId);
  await db.deleteFrom("identity_provider_keys").where("id", "=", keyId).execute();
  await record(db, actor, keyDiscarded, {
    identityProviderId: providerId,
    name,
    keyId,
    fingerprint: fingerprintOf(key),
  });
}

const fingerprintOf = ({ certificate }: { certificate: string }) =>
  readCertificate(certificate).fingerprintSha256;

const keysOf = (db: TenantDb, providerId: IdentityProviderId) =>
  db
    .selectFrom("identity_provider_keys")
    .select(["id", "state", "certificate"])
    .where("identity_provider_id", "=", providerId);

async function keyAt(db: TenantDb, providerId: IdentityProviderId, state: "active" | "next") {
  return (await keysOf(db, providerId).where("state", "=", state).executeTakeFirst()) ?? null;
}

/** What was true when a page was shown need not be now. */
async function requirePrepared(
  db: TenantDb,
  providerId: IdentityProviderId,
  keyId: IdentityProviderKeyId,
) {
  const key = await keysOf(db, providerId)
    .where("id", "=", keyId)
    .executeTakeFirstOrThrow(() => keyNotFound({ keyId }));
  if (key.state !== "next") throw keyNotPrepared();
  return key;
}

/** The keys that metadata publishes: the one that signs first, then the one that will. */
export async function publishedKeys(db: TenantDb, providerId: IdentityProviderId) {
  const rows = await keysOf(db, providerId)
    .where("state", "in", ["active", "next"])
    .limit(2)
    .execute();
  return rows.sort((a, b) => order[a.state] - order[b.state]);
}

/** Every key that is still known: the one that signs, the prepared one, then the latest twenty that were retired. */
export async function listKeys(
  db: TenantDb,
  providerId: IdentityProviderId,
): Promise<SigningKey[]> {
  const rows = await keysOf(db, providerId)
    .select(["created_at as createdAt", "expires_at as expiresAt", "retired_at as retiredAt"])
    .orderBy("retired_at", (by) => by.desc().nullsFirst())
    .limit(22)
    .execute();
  return rows
    .sort((a, b) => order[a.state] - order[b.state])
    .map((row) => ({ ...row, fingerprintSha256: fingerprintOf(row) }));
}

/** The sealed key that signs requests to a provider. */
export async function activeKey(db: TenantDb, providerId: IdentityProviderId) {
  const { sealedKey, ...key } = await db
    .selectFrom("identity_provider_keys")
    .select(["id", "sealed_key as sealedKey", "certificate"])
    .where("identity_provider_id", "=", providerId)
    .where("state", "=", "active")
    .executeTakeFirstOrThrow(() => new Error(`identity provider ${providerId} has no active key`));
  if (sealedKey === null)
    throw new Error(`the active key of identity provider ${providerId} is erased`);
  return { ...key, sealedKey };
}

/** The key that `activeKey` found, ready to sign. */
export function openKey(
  { services, tenant }: Pick<Handling, "services" | "tenant">,
  { id, sealedKey, certificate }: Awaited<ReturnType<typeof activeKey>>,
): SamlKey {
  const place = keyPlace(tenant, id);
  const privateKeyPem = services.keys.open("saml-key", place, sealedKey).toString();
  return loadSigningKey({ privateKeyPem, certificatePem: certificate });
}
