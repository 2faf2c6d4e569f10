// Whether the secrets of a database open with the keys that are set: counted by key, and one of each kind tried.
import type { Client } from "pg";
import { type Keyring, UnreadableSecret } from "#platform/crypto/keyring.ts";
import { placeIn, type SealedColumn, sealedColumns } from "#platform/crypto/sealed-columns.ts";

export interface SecretsOfKind {
  readonly title: string;
  readonly rows: number;
  /** Sealed under a key that is not set. */
  readonly underOtherKeys: number;
  /** Whether the newest under a key that is set opened; null: there was none to try. */
  readonly opens: boolean | null;
}

/** Every kind of the database, connected as the superuser; a kind that came with a later migration has no rows. */
export async function checkSecrets(client: Client, keys: Keyring): Promise<SecretsOfKind[]> {
  const kinds = [];
  for (const column of sealedColumns) kinds.push(await checkKind(client, keys, column));
  return kinds;
}

async function checkKind(
  client: Client,
  keys: Keyring,
  column: SealedColumn,
): Promise<SecretsOfKind> {
  const { title } = column;
  const { rows: there } = await client.query(
    "select from pg_attribute where attrelid = to_regclass($1) and attname = $2",
    [`app.${column.table}`, column.column],
  );
  if (there.length === 0) return { title, rows: 0, underOtherKeys: 0, opens: null };
  const name = client.escapeIdentifier(column.column);
  const keyId = `encode(substring(${name} from 2 for 4), 'hex')`;
  const from = `from app.${client.escapeIdentifier(column.table)} where ${name} is not null`;
  const { rows } = await client.query<{ rows: number; others: number }>(
    `select count(*)::int as rows, count(*) filter (where ${keyId} <> all ($1))::int as others ${from}`,
    [keys.keyIds],
  );
  const row = client.escapeIdentifier(column.row);
  const { rows: newest } = await client.query<{ tenant: string; row: string; sealed: Buffer }>(
    `select tenant_id as tenant, ${row} as row, ${name} as sealed ${from} and ${keyId} = any ($1)
     order by ${row} desc limit 1`,
    [keys.keyIds],
  );
  const [one] = newest;
  const opens = one ? canOpen(keys, column, one) : null;
  return { title, rows: rows[0]?.rows ?? 0, underOtherKeys: rows[0]?.others ?? 0, opens };
}

function canOpen(
  keys: Keyring,
  column: SealedColumn,
  { tenant, row, sealed }: { tenant: string; row: string; sealed: Buffer },
): boolean {
  try {
    keys.open(column.purpose, placeIn(column, tenant, row), sealed);
    return true;
  } catch (error) {
    if (error instanceof UnreadableSecret) return false;
    throw error;
  }
}
