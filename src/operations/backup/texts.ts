// What backup, restore and the drill say to an operator.
import { defineTexts } from "#platform/texts.ts";

const few = (names: readonly string[]) =>
  names.length <= 3
    ? names.join(", ")
    : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;

export const texts = defineTexts("backup", {
  notAName: (name: string) => `${name} is not the name of a backup: see weft backup list`,
  unreadableFile: (path: string, reason: string) => `${path} cannot be read: ${reason}`,
  noSpace: (folder: string, needed: string, free: string) =>
    `The backup does not fit: it takes ${needed}, and ${folder} has ${free} free. Nothing of it was left there. Make room, or let BACKUP_KEEP keep fewer, and run it again`,
  notEmpty: (database: string, tenants: number) =>
    `The database ${database} holds ${tenants === 1 ? "a tenant" : `${tenants} tenants`}: nothing was changed. To put the backup in its place, run this again with --replace`,
  foreign: (database: string, tables: readonly string[]) =>
    `The database ${database} has tables that are not ours (${few(tables)}): nothing was changed. Name another database in POSTGRES_DB`,
  anotherDrill: "Another drill of this database is under way: wait for it",
  noBackup: (name: string | null, place: string) =>
    name === null ? `there is no backup in ${place}` : `there is no backup ${name} in ${place}`,
  madeAgo: (age: string) => `made ${age} ago`,
  loaded: "opened to its end, loaded, every reference whole",
  migrated: (count: number) =>
    count === 0 ? "at the schema of this version" : `${count} migrations applied on top`,
  rowsRight: (rows: number, tables: number) =>
    `${rows} rows in ${tables} tables, as counted in the backup`,
  rowsWrong: (tables: readonly string[]) =>
    `another number of rows than in the backup: ${few(tables)}`,
  filesRight: (files: number) => `${files} stored files`,
  filesMissing: (files: number) =>
    `${files} stored files were missing or damaged when the backup was made`,
  secretsOpen: (kinds: readonly string[]) =>
    kinds.length === 0 ? "there are none" : `opened one each of ${kinds.join(", ")}`,
  secretsWrong: (kinds: readonly string[]) =>
    `do not open with the keys that are set: ${few(kinds)}`,
  noSigningKey: "there is no application with a signing key",
  signed: "signed with a restored key and verified with its certificate",
  notVerified: "the signature of a restored key is not verified by its certificate",
  notSigned: (reason: string) => `no assertion could be signed: ${reason}`,
  bucketSilent: (seconds: number) => `the storage server has not answered for ${seconds} seconds`,
  boundLogin: (login: string) =>
    `The login ${login} is bound by row-level security and would see no row: a backup needs a superuser, or a role with BYPASSRLS. With a hosting service, use the backups of that service`,
  noSuperuser: (login: string) =>
    `The login ${login} is no superuser: a restore and its drill need one. With a hosting service, use the backups of that service`,
  anotherBackup: "Another backup of this database is being made: wait for it",
  otherKey: (keyId: string) =>
    `This backup was made under another SECRET_KEY (key ${keyId}): nothing that is encrypted in it could be read here. Put the SECRET_KEY it was made under into .env, as SECRET_KEY or as SECRET_KEY_PREVIOUS, and run this again`,
  noKeyOpens:
    "No key that is set opens this archive. It was encrypted under another SECRET_KEY or with a passphrase: set that SECRET_KEY, or BACKUP_PASSPHRASE or --passphrase-file",
  newerBackup: (version: string, unknown: readonly string[]) =>
    `This backup was made by WeftID ${version}, which is newer: it has ${few(unknown)}, which this version does not know. Restore it with that version`,
  otherBuild: (versions: readonly string[]) =>
    `This backup was made by another build: ${few(versions)} was applied with other contents than this WeftID has. Restore it with the build that made it`,
  lacking: (columns: readonly string[]) =>
    `The schema of this backup's level has no ${few(columns)}. Restore it with the version that made it`,
  wrongCounts: (tables: readonly string[]) =>
    `Not every row came back (${few(tables)}): the restored database was removed again`,
  brokenReference: (name: string, source: string, target: string) =>
    `A row of ${source} refers to none of ${target} (${name}): the restored database was removed again`,
});

const units = ["bytes", "KB", "MB", "GB", "TB"] as const;

/** `1.4 GB`; decimal units, as disks are sold and `df -H` shows them. */
export function sizeText(bytes: number): string {
  const at = Math.min(
    units.length - 1,
    Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)),
  );
  const value = bytes / 1000 ** at;
  return `${at === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[at] ?? ""}`;
}

/** `3 days`, `5 hours`, `40 seconds`: the largest unit of which there are at least two. */
export function ageText(seconds: number): string {
  for (const [name, size] of [
    ["days", 86_400],
    ["hours", 3_600],
    ["minutes", 60],
  ] as const) {
    if (seconds >= 2 * size) return `${Math.floor(seconds / size)} ${name}`;
  }
  return `${Math.max(0, Math.round(seconds))} seconds`;
}
