// An application's signing keys: made, prepared, switched to, retired. The next certificate is published before it signs, so that the
// other side knows it by then.
import type { Actor } from "#src/actor.ts";
import { type FederationSettings, findFederationSettings } from "#features/federation/index.ts";
import { record } from "#platform/audit/record.ts";
import type { Keyring } from "#platform/crypto/keyring.ts";
import type { TenantDb, TenantScope } from "#platform/db/database.ts";
import { createSigningKey, type CreatedSigningKey, readCertificate } from "#protocols/saml/keys.ts";
import { type ApplicationId, SamlKeyId } from "#src/ids.ts";
import { keyIsPrepared, keyNotFound, keyNotPrepared } from "../errors.ts";
import { keyDiscarded, keyPrepared, keySwitched } from "../events.ts";
import { findApplication, lockApplication } from "../queries.ts";

/** A fresh key pair with its certificate. Takes a while: made before a transaction, never inside it. */
export const createKey = (
  name: string,
  { certificateYears: years }: Pick<FederationSettings, "certificateYears">,
  now: Date,
): Promise<CreatedSigningKey> => createSigningKey({ commonName: name, now, years });

interface Keeping {
  readonly tenant: TenantScope;
  readonly keys: Keyring;
  readonly now: Date;
}

interface NewKey {
  readonly applicationId: ApplicationId;
  readonly key: CreatedSigningKey;
  readonly state: "active" | "next";
  /** Nobody asked for it: super administrators are to be told. */
  readonly isNews?: boolean;
}

export async function insertKey(
  db: TenantDb,
  { keys, tenant, now }: Keeping,
  { applicationId, key, state, isNews = false }: NewKey,
): Promise<SamlKeyId> {
  const id = SamlKeyId.parse(Bun.randomUUIDv7());
  await db
    .insertInto("saml_keys")
    .values({
      id,
      application_id: applicationId,
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

/** Where a sealed signing key belongs: bound into the ciphertext, so that it opens nowhere else. */
export const keyPlace = (tenant: TenantScope, keyId: string) => ({
  tenantId: tenant.id,
  table: "saml_keys",
  row: keyId,
  column: "sealed_key",
});

export interface Preparing extends Keeping {
  readonly actor: Actor;
  /** By itself, for the key that comes to its end: not when another signs by now. Super administrators are to be told. */
  readonly after?: SamlKeyId;
}

/** Makes the key that will sign next, and publishes its certificate. @throws {applicationNotFound} @throws {keyIsPrepared} */
export async function prepareKey(by: Preparing, applicationId: ApplicationId): Promise<SamlKeyId> {
  const { found, settings } = await by.tenant.read(async (db) => ({
    found: await findApplication(db, applicationId),
    settings: await findFederationSettings(db),
  }));
  const key = await createKey(found.name, settings, by.now);
  return by.tenant.write(async (db) => {
    const { name } = await lockApplication(db, applicationId);
    if ((await keyAt(db, applicationId, "next")) !== null) throw keyIsPrepared();
    const isNews = by.after !== undefined;
    if (isNews && (await keyAt(db, applicationId, "active"))?.id !== by.after)
      throw keyIsPrepared();
    const keyId = await insertKey(db, by, { applicationId, key, state: "next", isNews });
    await record(db, by.actor, keyPrepared, {
      applicationId,
      name,
      keyId,
      fingerprint: key.fingerprintSha256,
      expiresAt: key.notAfter.toISOString(),
    });
    return keyId;
  });
}

interface ByWhom {
  readonly actor: Actor;
  readonly now: Date;
}

/**
 * Signs with a prepared key from now on. The one that signed until now is retired, and its private half erased: whoever found it
 * could go on signing for applications that have not read the new metadata.
 * @throws {applicationNotFound} @throws {keyNotFound} @throws {keyNotPrepared}
 */
export async function switchKey(
  db: TenantDb,
  { actor, now }: ByWhom,
  applicationId: ApplicationId,
  keyId: SamlKeyId,
): Promise<void> {
  const { name } = await lockApplication(db, applicationId);
  const next = await requirePrepared(db, applicationId, keyId);
  const former = await keyAt(db, applicationId, "active");
  if (former === null) throw new Error(`application ${applicationId} has no active key`);
  await db
    .updateTable("saml_keys")
    .set({ state: "retired", retired_at: now, sealed_key: null })
    .where("id", "=", former.id)
    .execute();
  await db.updateTable("saml_keys").set({ state: "active" }).where("id", "=", keyId).execute();
  await record(db, actor, keySwitched, {
    applicationId,
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
  applicationId: ApplicationId,
  keyId: SamlKeyId,
): Promise<void> {
  const { name } = await lockApplication(db, applicationId);
  const key = await requirePrepared(db, applicationId, keyId);
  await db.deleteFrom("saml_keys").where("id", "=", keyId).execute();
  await record(db, actor, keyDiscarded, {
    applicationId,
    name,
    keyId,
    fingerprint: fingerprintOf(key),
  });
}

const fingerprintOf = ({ certificate }: { certificate: string }) =>
  readCertificate(certificate).fingerprintSha256;

const keysOf = (db: TenantDb, applicationId: ApplicationId) =>
  db
    .selectFrom("saml_keys")
    .select(["id", "state", "certificate"])
    .where("application_id", "=", applicationId);

async function keyAt(db: TenantDb, applicationId: ApplicationId, state: "active" | "next") {
  return (await keysOf(db, applicationId).where("state", "=", state).executeTakeFirst()) ?? null;
}

/** What was true when a page was shown need not be now: another key may have been prepared since, or this one switched to. */
async function requirePrepared(db: TenantDb, applicationId: ApplicationId, keyId: SamlKeyId) {
  const key = await keysOf(db, applicationId)
    .where("id", "=", keyId)
    .executeTakeFirstOrThrow(() => keyNotFound({ keyId }));
  if (key.state !== "next") throw keyNotPrepared();
  return key;
}
