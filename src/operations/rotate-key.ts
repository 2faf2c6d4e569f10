// Brings every stored secret under the present SECRET_KEY, while the system runs. Each row is written only if it still holds
// what was read, so a change that comes in between wins; what is done already is not looked at again, so it can be stopped.
import { sql } from "kysely";
import { listTenants } from "#features/tenants/index.ts";
import { record } from "#platform/audit/record.ts";
import { type Keyring, UnreadableSecret } from "#platform/crypto/keyring.ts";
import {
  authenticatedColumns,
  placeIn,
  type SealedColumn,
  sealedColumns,
} from "#platform/crypto/sealed-columns.ts";
import type { Database, TenantDb, TenantScope } from "#platform/db/database.ts";
import type { Actor } from "#src/actor.ts";
import { secretsResealed } from "./events.ts";

/** One kind of secret in the whole installation. */
export interface RotatedKind {
  readonly table: string;
  readonly column: string;
  readonly title: string;
  /** Under the present key before this run. */
  readonly current: number;
  /** Brought under it by this run; in a dry run: that would be. */
  readonly resealed: number;
  /** Changed by somebody else in between, which put them under whichever key that process has. */
  readonly changedMeanwhile: number;
  /** Under no key that is set, or damaged. */
  readonly unreadable: number;
}

export interface Rotation {
  readonly dryRun: boolean;
  readonly tenants: number;
  readonly kinds: readonly RotatedKind[];
  /** What can be checked only: how many still count, and until when at most (null: until each is made again). */
  readonly authenticated: readonly {
    readonly title: string;
    readonly rows: number;
    readonly until: Date | null;
  }[];
  /** Secrets not under the present key, counted after the work. */
  readonly remaining: number;
}

interface RotateOptions {
  readonly database: Database;
  readonly keys: Keyring;
  readonly actor: Actor;
  readonly dryRun?: boolean;
  readonly batchRows?: number;
  readonly onTenant?: (subdomain: string) => void;
}

type Tally = { -readonly [K in keyof RotatedKind]: RotatedKind[K] };

/** Goes through all tenants, suspended ones too. Each batch is one transaction with its audit event. */
export async function rotateKey(options: RotateOptions): Promise<Rotation> {
  const { database, dryRun = false } = options;
  const kinds = sealedColumns.map(({ table, column, title }): Tally => {
    return { table, column, title, current: 0, resealed: 0, changedMeanwhile: 0, unreadable: 0 };
  });
  const authenticated = authenticatedColumns.map(({ title }) => ({
    title,
    rows: 0,
    until: null as Date | null,
  }));
  let tenants = 0;
  let remaining = 0;
  for await (const { scope, subdomain } of everyTenant(database)) {
    tenants += 1;
    for (const [at, column] of sealedColumns.entries()) {
      const tally = kinds[at];
      if (tally) remaining += await rotateColumn(options, scope, column, tally);
    }
    for (const [at, column] of authenticatedColumns.entries()) {
      const found = await scope.read((db) => stillCounting(db, column));
      const sum = authenticated[at];
      if (!sum) continue;
      sum.rows += found.rows;
      if (found.until && (sum.until === null || found.until > sum.until)) sum.until = found.until;
    }
    options.onTenant?.(subdomain);
  }
  return { dryRun, tenants, kinds, authenticated, remaining };
}

const tenantsPerPage = 500;

async function* everyTenant(database: Database) {
  for (let after = ""; ;) {
    const page = await database.system((db) => listTenants(db, after, tenantsPerPage));
    for (const { id, subdomain } of page) yield { scope: database.tenant(id), subdomain };
    const last = page.at(-1);
    if (!last || page.length < tenantsPerPage) return;
    after = last.subdomain;
  }
}

/** Answers how many of the tenant's are not under the present key when it is done. */
async function rotateColumn(
  { keys, actor, dryRun = false, batchRows = 200 }: RotateOptions,
  scope: TenantScope,
  column: SealedColumn,
  tally: Tally,
): Promise<number> {
  const before = await scope.read((db) => countByKey(db, column, keys));
  tally.current += before.current;
  if (before.others === 0) return 0;
  let after = "";
  for (;;) {
    const work = async (db: TenantDb) => {
      const rows = await readBatch(db, { column, keys, after, batchRows });
      const counts = dryRun
        ? tryOpening(keys, scope, column, rows)
        : await resealBatch(db, { keys, scope, column }, rows);
      if (!dryRun && counts.resealed > 0) {
        const { table, column: name } = column;
        await record(db, actor, secretsResealed, { table, column: name, rows: counts.resealed });
      }
      return { rows, counts };
    };
    const { rows, counts } = await (dryRun ? scope.read(work) : scope.write(work));
    tally.resealed += counts.resealed;
    tally.changedMeanwhile += counts.changedMeanwhile;
    tally.unreadable += counts.unreadable;
    const last = rows.at(-1);
    if (!last || rows.length < batchRows) break;
    after = last.row;
  }
  return (await scope.read((db) => countByKey(db, column, keys))).others;
}

interface SealedRow {
  readonly row: string;
  readonly sealed: Buffer;
}

/** The key's id in a ciphertext is behind its first byte (keyring.ts). */
const keyIdOf = (column: string) =>
  sql<string>`encode(substring(${sql.ref(column)} from 2 for 4), 'hex')`;

async function countByKey(db: TenantDb, { table, column }: SealedColumn, keys: Keyring) {
  const { rows } = await sql<{ current: number; others: number }>`
    select count(*) filter (where ${keyIdOf(column)} = ${keys.keyIds[0]})::int as current,
           count(*) filter (where ${keyIdOf(column)} <> ${keys.keyIds[0]})::int as others
    from ${sql.table(table)} where ${sql.ref(column)} is not null`.execute(db);
  return rows[0] ?? { current: 0, others: 0 };
}

/** The next rows that another key sealed, in the order of their ids. */
async function readBatch(
  db: TenantDb,
  by: { column: SealedColumn; keys: Keyring; after: string; batchRows: number },
): Promise<SealedRow[]> {
  const { table, column, row } = by.column;
  const behind = by.after === "" ? sql`true` : sql`${sql.ref(row)} > ${by.after}::uuid`;
  const { rows } = await sql<SealedRow>`
    select ${sql.ref(row)} as row, ${sql.ref(column)} as sealed
    from ${sql.table(table)}
    where ${sql.ref(column)} is not null and ${keyIdOf(column)} <> ${by.keys.keyIds[0]} and ${behind}
    order by ${sql.ref(row)} limit ${by.batchRows}`.execute(db);
  return rows;
}

interface BatchCounts {
  resealed: number;
  changedMeanwhile: number;
  unreadable: number;
}

function tryOpening(
  keys: Keyring,
  scope: TenantScope,
  column: SealedColumn,
  rows: readonly SealedRow[],
): BatchCounts {
  const opened = rows.filter((row) => reseal(keys, scope, column, row) !== null).length;
  return { resealed: opened, changedMeanwhile: 0, unreadable: rows.length - opened };
}

async function resealBatch(
  db: TenantDb,
  { keys, scope, column }: { keys: Keyring; scope: TenantScope; column: SealedColumn },
  rows: readonly SealedRow[],
): Promise<BatchCounts> {
  const counts: BatchCounts = { resealed: 0, changedMeanwhile: 0, unreadable: 0 };
  const changes = rows.flatMap((row) => {
    const sealed = reseal(keys, scope, column, row);
    return sealed ? [{ ...row, becomes: sealed }] : [];
  });
  counts.unreadable = rows.length - changes.length;
  if (changes.length === 0) return counts;
  // Compare and set: what a person or a job has replaced since stays theirs.
  const { rows: written } = await sql<{ row: string }>`
    update ${sql.table(column.table)} as kept set ${sql.ref(column.column)} = change.becomes
    from unnest(${changes.map(({ row }) => row)}::uuid[], ${changes.map(({ sealed }) => sealed)}::bytea[],
                ${changes.map(({ becomes }) => becomes)}::bytea[]) as change (id, was, becomes)
    where kept.${sql.ref(column.row)} = change.id and kept.${sql.ref(column.column)} = change.was
    returning kept.${sql.ref(column.row)} as row`.execute(db);
  counts.resealed = written.length;
  counts.changedMeanwhile = changes.length - written.length;
  return counts;
}

/** The same secret for the same place under the present key; null where no key opens it. */
function reseal(
  keys: Keyring,
  scope: TenantScope,
  column: SealedColumn,
  { row, sealed }: SealedRow,
): Buffer | null {
  const place = placeIn(column, scope.id, row);
  try {
    return keys.seal(column.purpose, place, keys.open(column.purpose, place, sealed));
  } catch (error) {
    if (error instanceof UnreadableSecret) return null;
    throw error;
  }
}

async function stillCounting(
  db: TenantDb,
  { table, column, until }: (typeof authenticatedColumns)[number],
) {
  const end = until === null ? sql`null::timestamptz` : sql.ref(until);
  const counts = until === null ? sql`true` : sql`${end} > now()`;
  const { rows } = await sql<{ rows: number; until: Date | null }>`
    select count(*)::int as rows, max(${end}) as until
    from ${sql.table(table)} where ${sql.ref(column)} is not null and ${counts}`.execute(db);
  return rows[0] ?? { rows: 0, until: null };
}
