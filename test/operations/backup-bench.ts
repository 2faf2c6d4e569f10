// A workshop for tests of backups: folders, databases that go at the end, and how two databases are compared.
import { afterAll } from "bun:test";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSettings } from "#platform/db/database.ts";
import { type BackupOptions, makeBackup } from "#src/operations/backup/create.ts";
import { folderPlace, readBackupFile } from "#src/operations/backup/folder.ts";
import { restoreBackup, type RestoreOptions } from "#src/operations/backup/restore.ts";
import type { TestApp } from "../support/a-tenant.ts";
import { query } from "../support/server.ts";

/** Call it at the file's top level. */
export function backupBench(house: TestApp) {
  const { current } = house.services.config.keys;
  const keys = { current, previous: null, passphrase: null };
  const appuserPassword = house.settings.password;
  const server: DatabaseSettings = { ...house.superuser, name: "postgres" };
  const folders: string[] = [];
  const databases: string[] = [];
  const prefix = `weft_test_${process.pid}_${randomBytes(3).toString("hex")}`;
  afterAll(async () => {
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
    for (const name of databases)
      await query(server, `drop database if exists "${name}" with (force)`);
  });

  const backup = (folder: string, more: Partial<BackupOptions> = {}) =>
    makeBackup({
      database: house.superuser,
      place: folderPlace(folder),
      keys,
      version: "1.2.3",
      keep: "all",
      readFile: () => Promise.resolve(null),
      ...more,
    });

  const restore = (path: string, database: DatabaseSettings, more: Partial<RestoreOptions> = {}) =>
    restoreBackup({
      database,
      source: () => readBackupFile(path),
      archive: { name: "a", place: "b" },
      keys,
      appuserPassword,
      version: "1.2.3",
      writeFile: () => Promise.reject(new Error("there are no files")),
      mayReplace: () => Promise.resolve(false),
      ...more,
    });

  return {
    keys,
    appuserPassword,
    server,
    databases,
    backup,
    restore,
    async aFolder(): Promise<string> {
      const folder = await mkdtemp(join(tmpdir(), "weft-test-backups-"));
      folders.push(folder);
      return folder;
    },
    /** A database that is not there yet. */
    anotherDatabase(): DatabaseSettings {
      const name = `${prefix}_${randomBytes(6).toString("hex")}`;
      databases.push(name);
      return { ...house.superuser, name };
    },
    /** What restores of this bench have left on the server: databases beside those that it asked for. */
    async strays(): Promise<string[]> {
      const marks = databases.map((name) =>
        new Bun.CryptoHasher("sha256").update(name).digest("hex").slice(0, 8),
      );
      const rows = await query<{ name: string }>(
        server,
        `select datname as name from pg_database
         where datname ~ ('^weft_restore_(' || array_to_string($1::text[], '|') || ')_') or starts_with(datname, $2)`,
        [marks, prefix],
      );
      return rows.map(({ name }) => name).filter((name) => !databases.includes(name));
    },
  };
}

export const tablesOf = (database: DatabaseSettings) =>
  query<{ name: string }>(
    database,
    `select schemaname || '.' || tablename as name from pg_tables
     where schemaname = 'app' or tablename = 'schema_migration_log' order by 1`,
  );

/** Every row of every table as text, but for what the restore itself writes down. */
export async function contents(database: DatabaseSettings): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const { name } of await tablesOf(database)) {
    if (name === "app.backup_runs") continue;
    const rows = await query<{ row: string }>(
      database,
      `select t::text as row from ${name} t order by 1`,
    );
    found[name] = rows.map(({ row }) => row);
  }
  return found;
}

/** What a refusal says. */
export const refusal = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "not refused",
    (error: Error) => error.message,
  );
