// What the migration runner and the start say about the schema: an operator reads it in a terminal or a container's log.
import { defineTexts } from "#platform/texts.ts";

const few = (versions: readonly string[]) =>
  versions.length <= 3
    ? versions.join(", ")
    : `${versions.slice(0, 3).join(", ")} and ${versions.length - 3} more`;

export const texts = defineTexts("migrate", {
  empty: "The database has not been set up. Run weft migrate, then start again",
  current: "The database is at the schema of this WeftID",
  ahead: (unknown: readonly string[]) =>
    `The database is ahead of this WeftID by ${few(unknown)}, which keeps serving it`,
  older: (missing: readonly string[]) =>
    `The database is older than this WeftID: it lacks ${few(missing)}. Run weft migrate, then start again`,
  newer: (unknown: readonly string[]) =>
    `The database is newer than this WeftID, which does not know ${few(unknown)}. Start the version that made it, or restore the backup from before the upgrade`,
  diverged: (missing: readonly string[], unknown: readonly string[]) =>
    `The database belongs to another line of versions: it lacks ${few(missing)} and has ${few(unknown)}, which this WeftID does not know. Start the version that made it`,
  changed: (versions: readonly string[]) =>
    `The database was made by another build: ${few(versions)} was applied with other contents than this WeftID has. Start the build that made it`,
  outOfOrder: (missing: readonly string[], last: string) =>
    `${few(missing)} comes before ${last}, which is applied already. Give it a number after that`,
  unboundLogin: (login: string) =>
    `The database login ${login} is not bound by row-level security. Set POSTGRES_USER to appuser`,

  mayNotMakeRoles: (login: string) =>
    `The login ${login} may not make roles. Use a superuser, or the database's owner with CREATEROLE: alter role ${login} createrole`,
  notTheOwner: (login: string) =>
    `The login ${login} does not own the database. As its present owner: alter database … owner to ${login}`,
  foreignRoles: (login: string, roles: readonly string[]) =>
    `The login ${login} has no say in the roles ${roles.join(", ")}, which somebody else has made: run as that login, or let it grant them with admin option`,
  busy: (seconds: number) =>
    `Another migration has been running on this database for more than ${seconds} seconds. Wait for it, then run weft migrate again`,
  failed: (file: string, where: string, reason: string) => `${file} failed${where}: ${reason}`,
  atLine: (line: number) => ` at line ${line}`,
  atCommit: " when its transaction was to be committed",
  nothingKept: "Nothing of this file was kept. The migrations before it are applied",
  endsTransaction: (file: string) =>
    `${file} begins or ends a transaction, which is the runner's to do: take that statement out`,
  badFileName: (file: string) =>
    `${file} is not a migration's name: it has four digits, an underscore, lower-case words and .sql`,
  badServes: (file: string) =>
    `${file} has a line "-- Serves:" that is neither "-- Serves: 0007 and later" (with the number of the migration that a release must know to work beside it) nor "-- Serves: none"`,
  servesItself: (file: string) =>
    `${file} says that it serves a release that knows it already: name an earlier migration`,
  twice: (first: string, second: string) => `${first} and ${second} have the same number`,
});
