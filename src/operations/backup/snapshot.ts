// Reads a whole database into an archive: one transaction that sees one instant, however long it takes and whatever is written
// meanwhile. As the superuser, whom row-level security does not bind.
import type { Client } from "pg";
import { to as copyTo } from "pg-copy-streams";
import type { ArchiveWriter } from "./archive.ts";
import { type KeyCheck } from "./keys.ts";
import {
  fileName,
  type Manifest,
  manifestName,
  pieceName,
  type TableEntry,
  type Totals,
  totalsName,
} from "./manifest.ts";

const pieceBytes = 4 * 1024 * 1024;

export interface StoredFile {
  readonly backend: string;
  readonly key: string;
  readonly sizeBytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** Hands out a stored file's contents; null when they are gone or are not what was stored. */
export type FileReader = (file: StoredFile) => Promise<AsyncIterable<Uint8Array> | null>;

export interface SnapshotOptions {
  readonly version: string;
  readonly keyCheck: KeyCheck;
  readonly readFile: FileReader;
  readonly onTable?: (name: string, rows: number) => void;
}

/** Writes manifest, rows, files and totals; answers the first and the last. */
export async function takeSnapshot(
  client: Client,
  archive: ArchiveWriter,
  options: SnapshotOptions,
): Promise<{ manifest: Manifest; totals: Totals }> {
  // A server that times out idle transactions or long statements must not do so to a backup.
  await client.query("set statement_timeout = 0; set idle_in_transaction_session_timeout = 0");
  // A row that a policy hides must be an error, never a row less.
  await client.query("set row_security = off");
  await client.query("begin isolation level repeatable read read only");
  try {
    const manifest = await describe(client, options);
    await archive.add(manifestName, jsonOf(manifest));
    const rows: Record<string, number> = {};
    for (const table of manifest.tables) {
      rows[table.name] = await copyOut(client, archive, table);
      options.onTable?.(table.name, rows[table.name] ?? 0);
    }
    const totals: Totals = { rows, ...(await copyFiles(client, archive, options.readFile)) };
    await archive.add(totalsName, jsonOf(totals));
    return { manifest, totals };
  } finally {
    await client.query("rollback").catch(() => undefined); // it only read
  }
}

const jsonOf = (value: unknown) => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);

async function describe(client: Client, options: SnapshotOptions): Promise<Manifest> {
  const { rows: facts } = await client.query<{ at: Date; name: string; server: string }>(
    "select now() as at, current_database() as name, current_setting('server_version') as server",
  );
  const { rows: migrations } = await client.query<{ version: string; checksum: string }>(
    "select version, checksum from public.schema_migration_log where status = 'success' order by version",
  );
  const [fact] = facts;
  if (!fact) throw new Error("the database told nothing about itself");
  return {
    format: 1,
    takenAt: fact.at.toISOString(),
    version: options.version,
    database: fact.name,
    serverVersion: fact.server,
    migrations,
    keyCheck: options.keyCheck,
    tables: await readTables(client),
    sequences: await readSequences(client),
  };
}

/** What belongs to us: schema app, and the log of migrations. Partitions are read through their table. */
async function readTables(client: Client): Promise<TableEntry[]> {
  const { rows } = await client.query<TableEntry>(`
    select n.nspname || '.' || c.relname as name,
           array(select a.attname::text from pg_attribute a
                 where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
                 order by a.attnum) as columns
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition
      and (n.nspname = 'app' or (n.nspname = 'public' and c.relname = 'schema_migration_log'))
    order by 1`);
  return rows;
}

async function readSequences(client: Client): Promise<Manifest["sequences"]> {
  const { rows: names } = await client.query<{ name: string }>(`
    select s.schemaname || '.' || s.sequencename as name from pg_sequences s
    where s.schemaname = 'app' or (s.schemaname = 'public' and s.sequencename like 'schema\\_migration\\_log%')
    order by 1`);
  const sequences = [];
  for (const { name } of names) {
    const { rows } = await client.query<{ lastValue: string; isCalled: boolean }>(
      `select last_value::text as "lastValue", is_called as "isCalled" from ${quoted(client, name)}`,
    );
    if (rows[0]) sequences.push({ name, ...rows[0] });
  }
  return sequences;
}

/** `app.users` as `"app"."users"`. */
export const quoted = (client: Client, name: string): string =>
  name
    .split(".")
    .map((part) => client.escapeIdentifier(part))
    .join(".");

export const columnList = (client: Client, columns: readonly string[]): string =>
  columns.map((column) => client.escapeIdentifier(column)).join(", ");

/** Answers how many rows there were. */
async function copyOut(
  client: Client,
  archive: ArchiveWriter,
  { name, columns }: TableEntry,
): Promise<number> {
  const source = `select ${columnList(client, columns)} from ${quoted(client, name)}`;
  const stream = client.query(copyTo(`copy (${source}) to stdout`));
  let pending: Buffer[] = [];
  let size = 0;
  let piece = 0;
  const flush = async () => {
    if (size === 0) return;
    await archive.add(pieceName(name, piece++), Buffer.concat(pending));
    pending = [];
    size = 0;
  };
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    pending.push(chunk);
    size += chunk.length;
    if (size >= pieceBytes) await flush();
  }
  await flush();
  return stream.rowCount;
}

const filesPerPage = 500;

/** The contents of every kept file, in the order of their keys. The table comes with a migration; before it there are none. */
async function copyFiles(client: Client, archive: ArchiveWriter, readFile: FileReader) {
  const found = { files: 0, fileBytes: 0, missingFiles: [] as string[] };
  const { rows: tables } = await client.query<{ there: boolean }>(
    "select to_regclass('app.files') is not null as there",
  );
  if (!tables[0]?.there) return found;
  for (let after = ""; ;) {
    const { rows } = await client.query<StoredFile>(
      `select backend::text, key, size_bytes::float8 as "sizeBytes", encode(sha256, 'hex') as sha256
       from app.files where state = 'kept' and key > $1 order by key limit ${filesPerPage}`,
      [after],
    );
    for (const file of rows) {
      const isWhole = await copyFile(archive, file, readFile);
      if (!isWhole) found.missingFiles.push(file.key);
      else {
        found.files += 1;
        found.fileBytes += file.sizeBytes;
      }
    }
    const last = rows.at(-1);
    if (!last || rows.length < filesPerPage) return found;
    after = last.key;
  }
}

/** Answers whether the file was there as it was stored. */
async function copyFile(
  archive: ArchiveWriter,
  file: StoredFile,
  readFile: FileReader,
): Promise<boolean> {
  const content = await readFile(file);
  if (content === null) return false;
  await archive.addStream(fileName(file.backend, file.key), file.sizeBytes, content);
  return true;
}
