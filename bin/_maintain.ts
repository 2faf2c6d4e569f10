// The frame of commands that work on the whole database, as the superuser: settings, the place of backups, refusals in one line.
import { readFile } from "node:fs/promises";
import { type BackupConfig, parseBackupConfig, passphraseLeast } from "#src/config/backup.ts";
import { ConfigError, exitWith } from "#src/config.ts";
import { ArchiveError } from "#src/operations/backup/archive.ts";
import { folderPlace } from "#src/operations/backup/folder.ts";
import { RestoreError } from "#src/operations/backup/load.ts";
import {
  type BackupPlace,
  BackupNotFound,
  BusyError,
  NoSpaceError,
} from "#src/operations/backup/place.ts";
import { MigrationError } from "#platform/db/migrate/failure.ts";
import { SchemaMismatchError } from "#platform/db/migrate/compare.ts";
import { runningEnvironment } from "./local/environment.ts";
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
  const isSet = Bun.env["POSTGRES_PASSWORD"] || Bun.env["SECRET_KEY"];
  const local = isSet
    ? null
    : await runningEnvironment(Bun.env["WEFT_HOME"], { asSuperuser: true });
  try {
    return parseBackupConfig({ ...Bun.env, ...local });
  } catch (error) {
    if (error instanceof ConfigError) exitWith(error);
    throw error;
  }
}

/** `local` is BACKUP_PATH, `s3` the bucket of BACKUP_S3_…. */
export function placeNamed(config: BackupConfig, name: string | undefined): BackupPlace {
  if (name === undefined || name === "local") return folderPlace(config.folder);
  return refuse(`there is no place "${name}": local is one`);
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
