// Reads of a connection's keys. A key is prepared (its certificate is published), then signs, then is retired.
import { sql } from "kysely";
import type { TenantDb } from "#platform/db/database.ts";
import { readCertificate } from "#protocols/saml/keys.ts";
import type { KeyKind } from "./kind.ts";

const order = { active: 0, next: 1, retired: 2 } as const;
export type KeyState = keyof typeof order;

/** A signing key, sealed. */
export interface KeyRow {
  readonly id: string;
  readonly sealedKey: Buffer;
  readonly certificate: string;
}

interface Published {
  readonly certificate: string;
  readonly state: KeyState;
}

/** The keys that metadata publishes: the one that signs first, then the one that will. */
export async function publishedKeys<Owner extends string, Id extends string>(
  { table, ownedBy }: KeyKind<Owner, Id>,
  db: TenantDb,
  owner: Owner,
): Promise<Published[]> {
  const { rows } = await sql<Published>`
    select certificate, state from ${sql.table(table)}
    where ${sql.ref(ownedBy)} = ${owner} and state in ('active', 'next') limit 2`.execute(db);
  return rows.sort((a, b) => order[a.state] - order[b.state]);
}

interface Listed<Id> extends Published {
  readonly id: Id;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly retiredAt: Date | null;
}

/** Every key that is still known: the one that signs, the prepared one, then the latest twenty that were retired. */
export async function listKeys<Owner extends string, Id extends string>(
  { table, ownedBy }: KeyKind<Owner, Id>,
  db: TenantDb,
  owner: Owner,
) {
  const { rows } = await sql<Listed<Id>>`
    select id, state, certificate, created_at as "createdAt", expires_at as "expiresAt", retired_at as "retiredAt"
    from ${sql.table(table)} where ${sql.ref(ownedBy)} = ${owner}
    order by retired_at desc nulls first limit 22`.execute(db);
  return rows
    .sort((a, b) => order[a.state] - order[b.state])
    .map((row) => ({
      ...row,
      fingerprintSha256: readCertificate(row.certificate).fingerprintSha256,
    }));
}

/** The sealed key that signs for a connection. */
export async function activeKey<Owner extends string, Id extends string>(
  { table, ownedBy }: KeyKind<Owner, Id>,
  db: TenantDb,
  owner: Owner,
): Promise<KeyRow> {
  const { rows } = await sql<KeyRow | { sealedKey: null }>`
    select id, sealed_key as "sealedKey", certificate from ${sql.table(table)}
    where ${sql.ref(ownedBy)} = ${owner} and state = 'active'`.execute(db);
  const [row] = rows;
  if (!row) throw new Error(`${owner} has no active key in ${table}`);
  if (row.sealedKey === null) throw new Error(`the active key of ${owner} is erased`);
  return row;
}
