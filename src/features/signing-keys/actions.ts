// The life of a connection's keys: made, prepared, switched to, retired. The next certificate is published before it signs, so that the
// other side knows it by then.
import { sql } from "kysely";
import { type FederationSettings, findFederationSettings } from "#features/federation/index.ts";
import type { Keyring } from "#platform/crypto/keyring.ts";
import type { TenantDb, TenantScope } from "#platform/db/database.ts";
import { createSigningKey, type CreatedSigningKey, readCertificate } from "#protocols/saml/keys.ts";
import type { Actor } from "#src/actor.ts";
import type { KeyKind } from "./kind.ts";
import { keyPlace } from "./open.ts";
import type { KeyState } from "./queries.ts";

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

interface NewKey<Owner> {
  readonly owner: Owner;
  readonly key: CreatedSigningKey;
  readonly state: "active" | "next";
  /** Nobody asked for it: super administrators are to be told. */
  readonly isNews?: boolean;
}

/** Keeps a key that `createKey` made. */
export async function insertKey<Owner extends string, Id extends string>(
  kind: KeyKind<Owner, Id>,
  { db, keys, tenant, now }: Keeping & { readonly db: TenantDb },
  { owner, key, state, isNews = false }: NewKey<Owner>,
): Promise<Id> {
  const id = kind.id.parse(Bun.randomUUIDv7());
  const sealed = keys.seal("saml-key", keyPlace(kind.table, tenant.id, id), key.privateKeyPem);
  await sql`
    insert into ${sql.table(kind.table)}
      (id, ${sql.ref(kind.ownedBy)}, state, sealed_key, certificate, created_at, expires_at, is_news)
    values (${id}, ${owner}, ${state}, ${sealed}, ${key.certificatePem}, ${now}, ${key.notAfter}, ${isNews})`.execute(
    db,
  );
  return id;
}

export interface Preparing<Id> extends Keeping {
  readonly actor: Actor;
  /** By itself, for the key that comes to its end: not when another signs by now. Super administrators are to be told. */
  readonly after?: Id;
}

/** Makes the key that will sign next, and publishes its certificate. @throws that there is no connection @throws `isPrepared` */
export async function prepareKey<Owner extends string, Id extends string>(
  kind: KeyKind<Owner, Id>,
  by: Preparing<Id>,
  owner: Owner,
): Promise<Id> {
  const { found, settings } = await by.tenant.read(async (db) => ({
    found: await kind.find(db, owner),
    settings: await findFederationSettings(db),
  }));
  const key = await createKey(found.name, settings, by.now);
  return by.tenant.write(async (db) => {
    const { name } = await kind.lock(db, owner);
    if (await keyAt(kind, db, { owner, state: "next" })) throw kind.refusals.isPrepared();
    const isNews = by.after !== undefined;
    if (isNews && (await keyAt(kind, db, { owner, state: "active" }))?.id !== by.after)
      throw kind.refusals.isPrepared();
    const keyId = await insertKey(kind, { ...by, db }, { owner, key, state: "next", isNews });
    const expiresAt = key.notAfter.toISOString();
    const about = { owner, name, keyId, fingerprint: key.fingerprintSha256, expiresAt };
    await kind.record.prepared(db, by.actor, about);
    return keyId;
  });
}

export interface Changing {
  readonly db: TenantDb;
  readonly actor: Actor;
  readonly now: Date;
}

export interface Which<Owner, Id> {
  readonly owner: Owner;
  readonly keyId: Id;
}

/**
 * Signs with a prepared key from now on. The one that signed until now is retired, and its private half erased: whoever found it
 * could go on signing for a side that has not read the new metadata.
 * @throws that there is no connection @throws `notFound` @throws `notPrepared`
 */
export async function switchKey<Owner extends string, Id extends string>(
  kind: KeyKind<Owner, Id>,
  { db, actor, now }: Changing,
  { owner, keyId }: Which<Owner, Id>,
): Promise<void> {
  const { name } = await kind.lock(db, owner);
  const next = await requirePrepared(kind, db, { owner, keyId });
  const former = await keyAt(kind, db, { owner, state: "active" });
  if (!former) throw new Error(`${owner} has no active key in ${kind.table}`);
  await sql`update ${sql.table(kind.table)} set state = 'retired', retired_at = ${now}, sealed_key = null
    where id = ${former.id}`.execute(db);
  await sql`update ${sql.table(kind.table)} set state = 'active' where id = ${keyId}`.execute(db);
  await kind.record.switched(db, actor, {
    owner,
    name,
    keyId,
    fingerprint: fingerprintOf(next),
    formerKeyId: former.id,
    formerFingerprint: fingerprintOf(former),
  });
}

/** Takes back a prepared key: it never signs, and its certificate leaves the metadata. @throws as `switchKey` */
export async function discardKey<Owner extends string, Id extends string>(
  kind: KeyKind<Owner, Id>,
  { db, actor }: Omit<Changing, "now">,
  { owner, keyId }: Which<Owner, Id>,
): Promise<void> {
  const { name } = await kind.lock(db, owner);
  const key = await requirePrepared(kind, db, { owner, keyId });
  await sql`delete from ${sql.table(kind.table)} where id = ${keyId}`.execute(db);
  await kind.record.discarded(db, actor, { owner, name, keyId, fingerprint: fingerprintOf(key) });
}

const fingerprintOf = ({ certificate }: { certificate: string }) =>
  readCertificate(certificate).fingerprintSha256;

interface Found<Id> {
  readonly id: Id;
  readonly state: KeyState;
  readonly certificate: string;
}

async function keyAt<Owner extends string, Id extends string>(
  { table, ownedBy }: KeyKind<Owner, Id>,
  db: TenantDb,
  { owner, state }: { owner: Owner; state: "active" | "next" },
): Promise<Found<Id> | undefined> {
  const { rows } = await sql<Found<Id>>`
    select id, state, certificate from ${sql.table(table)}
    where ${sql.ref(ownedBy)} = ${owner} and state = ${state}`.execute(db);
  return rows[0];
}

/** What was true when a page was shown need not be now: another key may have been prepared since, or this one switched to. */
async function requirePrepared<Owner extends string, Id extends string>(
  { table, ownedBy, refusals }: KeyKind<Owner, Id>,
  db: TenantDb,
  { owner, keyId }: Which<Owner, Id>,
): Promise<Found<Id>> {
  const { rows } = await sql<Found<Id>>`
    select id, state, certificate from ${sql.table(table)}
    where ${sql.ref(ownedBy)} = ${owner} and id = ${keyId}`.execute(db);
  const [key] = rows;
  if (!key) throw refusals.notFound({ keyId });
  if (key.state !== "next") throw refusals.notPrepared();
  return key;
}
