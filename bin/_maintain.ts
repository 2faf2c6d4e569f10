// The frame of commands that work on the whole database, as the superuser: settings, the place of backups, refusals in one line.
import { readFile } from "node:fs/promises";
import { type BackupConfig, parseBackupConfig, passphraseLeast } from "#src/config/backup.ts";
import { ConfigError, exitWith } from "#src/config.ts";
import { ArchiveError } from "#src/operations/backup/archive.ts";
import { bucketPlace } from "#src/operations/backup/bucket.ts";
import { fileReader, fileWriter } from "#src/operations/backup/files.ts";
import { folderPlace } from "#src/operations/backup/folder.ts";
import { type FileWriter, RestoreError } from "#src/operations/backup/load.ts";
import type { FileReader } from "#src/operations/backup/snapshot.ts";
import {
  type BackupPlace,
  BackupNotFound,
  BusyError,
  NoSpaceError,
} from "#src/operations/backup/place.ts";
import { createStorage } from "#platform/storage/storage.ts";
import { MigrationError } from "#platform/db/migrate/failure.ts";
import { SchemaMismatchError } from "#platform/db/migrate/compare.ts";
import { environment } from "./_operate.ts";
import { exitCodes } from "./_strict.ts";

export const placeArg = (description: string) => ({ type: "string", description }) as const;
export const passphraseArg = {
  type: "string",
  description:
    "file that holds the passphrase of the archive, instead of BACKUP_PASSPHRASE (default: a key derived from SECRET_KEY)",
} as const;
export const jsonArg = { type: "boolean", description: "print JSON" } as const;

/** A refusal of the command line or the settings. */
class Refusal extends Error {}
export const refuse = (problem: string): never => {
  throw new Refusal(problem);
};

/** Runs one command. A refusal is one line on stderr and exit 1; anything unexpected is thrown on. */
export async function maintain(body: (config: BackupConfig) => Promise<void>): Promise<void> {
  const config = await loadConfig();
  try {
    await body(config);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    console.error(error.message);
    process.exitCode = exitCodes.refused;
  }
}

const refusals = [
  Refusal,
  ArchiveError,
  RestoreError,
  BackupNotFound,
  BusyError,
  NoSpaceError,
  MigrationError,
  SchemaMismatchError,
] as const;

/** Those that an operator can act on; what the network and the database say by themselves is of that kind, too. */
const isRefusal = (error: unknown): error is Error =>
  refusals.some((kind) => error instanceof kind) ||
  (error instanceof Error && typeof Reflect.get(error, "code") === "string");

/** This process's own settings; without them, those of the local installation that runs here (`weft start`), if any. */
async function loadConfig(): Promise<BackupConfig> {
  const variables = await environment({ asSuperuser: true });
  try {
    return parseBackupConfig({ ...Bun.env, ...variables });
  } catch (error) {
    if (error instanceof ConfigError) exitWith(error);
    throw error;
  }
}

/** `local` is BACKUP_PATH, `s3` the bucket of BACKUP_S3_…. */
export function placeNamed(config: BackupConfig, name: string | undefined): BackupPlace {
  if (name === undefined || name === "local") return folderPlace(config.folder);
  if (name !== "s3") return refuse(`there is no place "${name}": it is local or s3`);
  return config.s3
    ? bucketPlace(config.s3)
    : refuse(
        "no bucket is configured: set BACKUP_S3_ENDPOINT, BACKUP_S3_BUCKET, BACKUP_S3_KEY and BACKUP_S3_SECRET",
      );
}

/** The storage of files, as an archive reads and writes it. */
export function storedFiles(config: BackupConfig): { readFile: FileReader; writeFile: FileWriter } {
  const storage = createStorage(config.storage);
  const isThere = { local: true, spaces: config.storage.spaces !== null };
  const named = (name: string) =>
    (name === "local" || name === "spaces") && isThere[name] ? storage.backend(name) : null;
  return { readFile: fileReader(named), writeFile: fileWriter(named, storage.current.kind) };
}

/** The configuration with the passphrase of a file, where one is named. */
export async function withPassphrase(
  config: BackupConfig,
  file: string | undefined,
): Promise<BackupConfig> {
  if (file === undefined) return config;
  const text = await readFile(file, "utf8").catch((error: unknown) =>
    refuse(`--passphrase-file: ${error instanceof Error ? error.message : String(error)}`),
  );
  const passphrase = text.replace(/\r?\n$/, "");
  if (passphrase.length < passphraseLeast) {
    return refuse(`--passphrase-file: ${file} must hold at least ${passphraseLeast} characters`);
  }
  return { ...config, keys: { ...config.keys, passphrase } };
}
