// Restores a backup: read to its end first, loaded into a new database beside the one in use, brought to the schema of this release,
// and only then put in its place. Until that moment, nothing that is in use is touched.
import type { DatabaseSettings } from "#platform/db/database.ts";
import { migrate } from "#platform/db/migrate.ts";
import { connected } from "#platform/db/migrate/connect.ts";
import { ArchiveError, bytesOfEntry, readArchive } from "./archive.ts";
import { type BackupKeys, readingKeys } from "./keys.ts";
import { checkFits, type FileWriter, loadArchive, readManifest, RestoreError } from "./load.ts";
import {
  type Manifest,
  parsed,
  type Totals,
  Totals as TotalsShape,
  totalsName,
} from "./manifest.ts";
import { recordRun } from "./record.ts";
import { createScratch, dropReplaced, onServer, swapIn } from "./scratch.ts";
import { texts } from "./texts.ts";

/** Opens the archive from its beginning; called twice. */
export type ArchiveSource = () => Promise<ReadableStream<Uint8Array>>;

export interface Verified {
  readonly manifest: Manifest;
  readonly totals: Totals;
  /** Of the archive, encrypted. */
  readonly bytes: number;
}

/**
 * Reads an archive to its end: whole, unchanged, and with a manifest and totals.
 * @throws {ArchiveError}
 */
export async function verifyArchive(source: ArchiveSource, keys: BackupKeys): Promise<Verified> {
  let bytes = 0;
  const counted = (await source()).pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.length;
        controller.enqueue(chunk);
      },
    }),
  );
  const entries = readArchive(counted, readingKeys(keys));
  const manifest = await readManifest(await entries.next().catch(sayKey));
  let totals: Totals | null = null;
  for await (const entry of entries) {
    if (totals) throw new ArchiveError("the archive goes on behind its totals", {});
    if (entry.name === totalsName) {
      totals = parsed(TotalsShape, await bytesOfEntry(entry), totalsName);
    } else for await (const _ of entry.content);
  }
  if (!totals) throw new ArchiveError("the archive has no totals at its end", {});
  return { manifest, totals, bytes };
}

function sayKey(error: unknown): never {
  if (error instanceof ArchiveError && error.isWrongKey) {
    throw new ArchiveError(texts.noKeyOpens, { isWrongKey: true, cause: error });
  }
  throw error;
}

export interface RestoreOptions {
  /** As the superuser: the database to be filled or replaced. */
  readonly database: DatabaseSettings;
  readonly source: ArchiveSource;
  /** For the record. */
  readonly archive: { readonly name: string; readonly place: string };
  readonly keys: BackupKeys;
  readonly appuserPassword: string;
  readonly version: string;
  readonly writeFile: FileWriter;
  /** Asked before a database with tenants in it is replaced. */
  readonly mayReplace: (there: {
    readonly database: string;
    readonly tenants: number;
  }) => Promise<boolean>;
  readonly onStep?: (step: RestoreStep) => void;
  readonly now?: () => Date;
}

export type RestoreStep =
  | { readonly kind: "verified"; readonly verified: Verified }
  | { readonly kind: "loaded"; readonly totals: Totals }
  | { readonly kind: "migrated"; readonly applied: readonly string[] };

export interface Restored {
  readonly takenAt: string;
  readonly rows: number;
  readonly files: number;
  /** Migrations of this release that the backup was older than. */
  readonly applied: readonly string[];
  /** The database that was in use, kept under this name; null where there was none, or none with anything in it. */
  readonly kept: string | null;
  readonly durationMs: number;
}

/**
 * @throws {RestoreError} and {ArchiveError}, before anything that is in use was changed
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { database, source, keys, onStep, now = () => new Date() } = options;
  const startedAt = now();
  const verified = await verifyArchive(source, keys);
  await checkFits(verified.manifest, keys);
  onStep?.({ kind: "verified", verified });
  const there = await occupants(database);
  if (there.foreign.length > 0) throw new RestoreError(texts.foreign(database.name, there.foreign));
  if (
    there.tenants > 0 &&
    !(await options.mayReplace({ database: database.name, tenants: there.tenants }))
  ) {
    throw new RestoreError(texts.notEmpty(database.name, there.tenants));
  }
  const scratch = await createScratch("restore", database);
  try {
    const { appuserPassword, version: appVersion, writeFile } = options;
    const entries = readArchive(await source(), readingKeys(keys));
    const loadOptions = { appuserPassword, appVersion, writeFile };
    const { manifest, totals } = await loadArchive(entries, scratch.settings, keys, loadOptions);
    onStep?.({ kind: "loaded", totals });
    const run = await migrate(scratch.settings, { appuserPassword, appVersion });
    const applied = run.applied.map(({ version }) => version);
    onStep?.({ kind: "migrated", applied });
    const rows = Object.values(totals.rows).reduce((sum, count) => sum + count, 0);
    await connected(scratch.settings, (client) =>
      recordRun(client, {
        kind: "restore",
        archive: options.archive.name,
        place: options.archive.place,
        takenAt: new Date(manifest.takenAt),
        bytes: verified.bytes,
        startedAt,
        succeeded: true,
        detail: { rows, files: totals.files, applied },
      }),
    );
    const { replaced } = await swapIn(scratch, database, now());
    const isWorthKeeping = replaced !== null && there.tenants > 0;
    if (replaced !== null && !isWorthKeeping) await dropReplaced(database, replaced);
    return {
      takenAt: manifest.takenAt,
      rows,
      files: totals.files,
      applied,
      kept: isWorthKeeping ? replaced : null,
      durationMs: now().getTime() - startedAt.getTime(),
    };
  } catch (error) {
    await scratch.drop();
    throw error;
  }
}

interface Occupants {
  readonly tenants: number;
  /** Tables that are none of ours: somebody else's database. */
  readonly foreign: readonly string[];
}

/** What is in the database that is to be filled; nothing where it is not there yet. */
async function occupants(database: DatabaseSettings): Promise<Occupants> {
  const isThere = await onServer(database, async (client) => {
    const { rowCount } = await client.query("select from pg_database where datname = $1", [
      database.name,
    ]);
    return Boolean(rowCount);
  });
  if (!isThere) return { tenants: 0, foreign: [] };
  return connected(database, async (client) => {
    const { rows: foreign } = await client.query<{ name: string }>(
      `select schemaname || '.' || tablename as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema', 'app')
         and not (schemaname = 'public' and tablename = 'schema_migration_log') order by 1 limit 4`,
    );
    const { rows: tables } = await client.query<{ there: boolean }>(
      "select to_regclass('app.tenants') is not null as there",
    );
    if (!tables[0]?.there) return { tenants: 0, foreign: foreign.map(({ name }) => name) };
    const { rows } = await client.query<{ count: number }>(
      "select count(*)::int as count from app.tenants",
    );
    return { tenants: rows[0]?.count ?? 0, foreign: foreign.map(({ name }) => name) };
  });
}
