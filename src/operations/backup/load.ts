// Puts an archive's rows into a new database: the schema by its migrations, up to the level the backup was made at, then every
// table in one transaction with the foreign keys asleep, then a check of what they guard.
import type { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { DatabaseSettings } from "#platform/db/database.ts";
import { migrate } from "#platform/db/migrate.ts";
import { inTransaction } from "#platform/db/migrate/apply.ts";
import { connected } from "#platform/db/migrate/connect.ts";
import { readMigrations } from "#platform/db/migrate/files.ts";
import { type ArchiveEntry, ArchiveError, bytesOfEntry } from "./archive.ts";
import { type BackupKeys, fitsKey } from "./keys.ts";
import {
  fileOfName,
  Manifest,
  manifestName,
  parsed,
  tableOfPiece,
  Totals,
  totalsName,
} from "./manifest.ts";
import { columnList, quoted } from "./snapshot.ts";
import { texts } from "./texts.ts";

/** Why a backup cannot be restored here; nothing was changed. */
export class RestoreError extends Error {
  override readonly name = "RestoreError";
}

/** Takes a stored file's contents, and answers which backend has them now: another one where the file's own is not there any more. */
export type FileWriter = (
  file: { readonly backend: string; readonly key: string },
  content: AsyncIterable<Uint8Array>,
) => Promise<string>;

export interface LoadOptions {
  readonly appuserPassword: string;
  readonly appVersion: string;
  /** Null: files are passed over, as in a drill. */
  readonly writeFile: FileWriter | null;
}

export interface Loaded {
  readonly manifest: Manifest;
  readonly totals: Totals;
}

/**
 * Whether this release and this key can restore the backup.
 * @throws {RestoreError} another SECRET_KEY; a newer release; another build
 */
export async function checkFits(manifest: Manifest, keys: BackupKeys): Promise<void> {
  if (!fitsKey(manifest.keyCheck, keys))
    throw new RestoreError(texts.otherKey(manifest.keyCheck.keyId));
  const known = new Map((await readMigrations()).map((file) => [file.version, file.checksum]));
  const unknown = manifest.migrations.filter(({ version }) => !known.has(version));
  if (unknown.length > 0) {
    throw new RestoreError(
      texts.newerBackup(
        manifest.version,
        unknown.map(({ version }) => version),
      ),
    );
  }
  const changed = manifest.migrations.filter(
    ({ version, checksum }) => known.get(version) !== checksum,
  );
  if (changed.length > 0) {
    throw new RestoreError(texts.otherBuild(changed.map(({ version }) => version)));
  }
}

/**
 * Loads all entries into the database of `target`, which exists and is empty. On an error it is left half full: the caller drops it.
 * @throws {RestoreError} @throws {ArchiveError}
 */
export async function loadArchive(
  entries: AsyncIterable<ArchiveEntry>,
  target: DatabaseSettings,
  keys: BackupKeys,
  options: LoadOptions,
): Promise<Loaded> {
  const iterator = entries[Symbol.asyncIterator]();
  const rest = { [Symbol.asyncIterator]: () => iterator };
  try {
    const manifest = await readManifest(await iterator.next());
    await checkFits(manifest, keys);
    const { appuserPassword, appVersion } = options;
    const level = manifest.migrations
      .map(({ version }) => version)
      .toSorted()
      .at(-1);
    await migrate(target, { appuserPassword, appVersion, ...(level ? { upTo: level } : {}) });
    const totals = await connected(
      target,
      async (client) => {
        await client.query("set client_connection_check_interval = '1s'");
        return inTransaction(client, () => loadRows(client, manifest, rest, options.writeFile));
      },
      "weft restore",
    );
    return { manifest, totals };
  } finally {
    await iterator.return?.();
  }
}

/** The first entry of an archive. */
export async function readManifest(first: IteratorResult<ArchiveEntry>): Promise<Manifest> {
  if (first.done || first.value.name !== manifestName) {
    throw new ArchiveError("the archive does not begin with a manifest", {});
  }
  return parsed(Manifest, await bytesOfEntry(first.value), manifestName);
}

async function loadRows(
  client: Client,
  manifest: Manifest,
  entries: AsyncIterable<ArchiveEntry>,
  writeFile: FileWriter | null,
): Promise<Totals> {
  await client.query(
    "set local statement_timeout = 0; set local session_replication_role = replica",
  );
  await checkTables(client, manifest);
  // What migrations have written is in the backup, too, as it was there: the log of migrations above all.
  for (const { name } of manifest.tables) await client.query(`delete from ${quoted(client, name)}`);
  let totals: Totals | null = null;
  for await (const entry of entries) {
    const table = tableOfPiece(entry.name);
    const file = fileOfName(entry.name);
    if (entry.name === totalsName) totals = parsed(Totals, await bytesOfEntry(entry), totalsName);
    else if (table !== null) await copyIn(client, manifest, table, entry.content);
    else if (file === null) throw new ArchiveError(`unexpected entry ${entry.name}`, {});
    else if (writeFile) await putFile(client, file, entry.content, writeFile);
  }
  if (!totals) throw new ArchiveError("the archive has no totals at its end", {});
  for (const { name, lastValue, isCalled } of manifest.sequences) {
    await client.query("select setval($1::regclass, $2, $3)", [
      quoted(client, name),
      lastValue,
      isCalled,
    ]);
  }
  await checkCounts(client, totals);
  await checkForeignKeys(client);
  return totals;
}

/** Rows come before files in an archive: the file's row is there. */
async function putFile(
  client: Client,
  file: { readonly backend: string; readonly key: string },
  content: AsyncIterable<Uint8Array>,
  writeFile: FileWriter,
): Promise<void> {
  const backend = await writeFile(file, content);
  if (backend === file.backend) return;
  await client.query("update app.files set backend = $1 where backend = $2 and key = $3", [
    backend,
    file.backend,
    file.key,
  ]);
}

/** Each table and column of the backup is there, and no column without a default is left out. */
async function checkTables(client: Client, manifest: Manifest): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select n.nspname || '.' || c.relname || '.' || a.attname as name
     from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('app', 'public') and a.attnum > 0 and not a.attisdropped`,
  );
  const there = new Set(rows.map(({ name }) => name));
  const lacking = manifest.tables.flatMap(({ name, columns }) =>
    columns.map((column) => `${name}.${column}`).filter((column) => !there.has(column)),
  );
  if (lacking.length > 0) throw new RestoreError(texts.lacking(lacking));
}

async function copyIn(
  client: Client,
  manifest: Manifest,
  name: string,
  content: AsyncIterable<Uint8Array>,
): Promise<void> {
  const table = manifest.tables.find((entry) => entry.name === name);
  if (!table) throw new ArchiveError(`rows of ${name}, which the manifest does not know`, {});
  const target = `${quoted(client, name)} (${columnList(client, table.columns)})`;
  const stream = client.query(copyFrom(`copy ${target} from stdin`));
  const finished = new Promise<void>((resolve, reject) => {
    stream.once("finish", resolve);
    stream.once("error", reject);
  });
  finished.catch(() => undefined); // awaited below, unless reading the archive fails first
  try {
    for await (const chunk of content) {
      if (!stream.write(chunk)) {
        await Promise.race([new Promise((resolve) => stream.once("drain", resolve)), finished]);
      }
    }
  } catch (error) {
    stream.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
  stream.end();
  await finished;
}

/** How many rows each table of a database has. */
export async function countRows(
  client: Client,
  names: readonly string[],
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of names) {
    const { rows } = await client.query<{ count: string }>(
      `select count(*) as count from ${quoted(client, name)}`,
    );
    counts[name] = Number(rows[0]?.count);
  }
  return counts;
}

async function checkCounts(client: Client, totals: Totals): Promise<void> {
  const counts = await countRows(client, Object.keys(totals.rows));
  const wrong = Object.entries(totals.rows).filter(([name, count]) => counts[name] !== count);
  if (wrong.length > 0) {
    throw new RestoreError(
      texts.wrongCounts(wrong.map(([name, count]) => `${name} ${counts[name]} of ${count}`)),
    );
  }
}

interface ForeignKey {
  readonly name: string;
  readonly source: string;
  readonly target: string;
  readonly own: string[];
  readonly theirs: string[];
}

/** The keys slept while rows came in, in whatever order: each row must have the one it refers to (all columns set: MATCH SIMPLE). */
async function checkForeignKeys(client: Client): Promise<void> {
  const { rows: keys } = await client.query<ForeignKey>(`
    select k.conname as name, k.conrelid::regclass::text as source, k.confrelid::regclass::text as target,
           array(select a.attname::text from unnest(k.conkey) with ordinality as c (num, at)
                 join pg_attribute a on a.attrelid = k.conrelid and a.attnum = c.num order by c.at) as own,
           array(select a.attname::text from unnest(k.confkey) with ordinality as c (num, at)
                 join pg_attribute a on a.attrelid = k.confrelid and a.attnum = c.num order by c.at) as theirs
    from pg_constraint k
    where k.contype = 'f' and k.connamespace = 'app'::regnamespace and k.conparentid = 0 and k.convalidated`);
  for (const { name, source, target, own, theirs } of keys) {
    const column = (table: string, columnName: string) =>
      `${table}.${client.escapeIdentifier(columnName)}`;
    const isSet = own.map((columnName) => `${column("s", columnName)} is not null`);
    const isSame = own.map(
      (columnName, at) => `${column("t", theirs[at] ?? "")} = ${column("s", columnName)}`,
    );
    const { rowCount } = await client.query(
      `select from ${source} s where ${isSet.join(" and ")}
       and not exists (select from ${target} t where ${isSame.join(" and ")}) limit 1`,
    );
    if (rowCount) throw new RestoreError(texts.brokenReference(name, source, target));
  }
}
