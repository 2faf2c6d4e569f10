// Brings a database to the schema of this release, reports how far it is, and keeps a process away from one it does not match.
// Forward only: one transaction a file, one runner at a time, every attempt in public.schema_migration_log (sql/README.md).
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { type Client, DatabaseError } from "pg";
import type { Database, DatabaseSettings } from "./database.ts";
import { connected } from "./migrate/connect.ts";
import {
  type Applied,
  compareSchema,
  SchemaMismatchError,
  type SchemaState,
} from "./migrate/compare.ts";
import { apply, inTransaction } from "./migrate/apply.ts";
import { type MigrationFile, readMigrations, sqlFolder } from "./migrate/files.ts";
import { type Attempt, createLog, readAttempts } from "./migrate/log.ts";
import { requireRights } from "./migrate/rights.ts";
import { isVerifierOf, scramVerifier } from "./migrate/scram.ts";
import { texts } from "./migrate/texts.ts";

export interface MigrateOptions {
  /** Given to the role `appuser`; may hold any character. */
  readonly appuserPassword: string;
  /** Kept with every attempt. */
  readonly appVersion: string;
  /** Where roles.sql and migrations/ are; default: those of this release. */
  readonly folder?: string;
  /** Make the database first where the server does not have it. Default: no, since its name may be a typing error. */
  readonly createDatabase?: boolean;
  /** How long to wait for another runner; default 300. */
  readonly runnerWaitSeconds?: number;
  /** How long a statement waits for a lock before the file fails and can be tried again; default 10. */
  readonly lockWaitSeconds?: number;
  /** Apply no file behind this version: for a restored backup, which is at the level it was made at. Default: apply all. */
  readonly upTo?: string;
  /** Hears of every file that was applied, at once, and of waiting for another runner. */
  readonly onProgress?: (event: MigrationProgress) => void;
}

export type MigrationProgress =
  | { readonly kind: "waiting" }
  | { readonly kind: "applied"; readonly version: string; readonly durationMs: number };

export interface MigrationRun {
  /** What this run applied, in order; empty when there was nothing to do. */
  readonly applied: readonly { readonly version: string; readonly durationMs: number }[];
  /** The newest version of ours that the database has now. */
  readonly version: string | null;
  /** Versions of a newer release that the database has, all declared to serve this one: nothing is to be done. */
  readonly ahead: readonly string[];
}

export interface MigrationStatus {
  readonly state: SchemaState;
  readonly migrations: readonly {
    readonly version: string;
    readonly state: "applied" | "pending" | "changed" | "unknown";
    /** The attempt that succeeded; null while pending. */
    readonly attempt: Attempt | null;
  }[];
  /** Every failed attempt, oldest first, those that succeeded later included. */
  readonly failures: readonly Attempt[];
}

/** Any number would do; it must be the same in every release. */
const runnerLock = 8_367_193_205;

/**
 * Applies what is pending, connected as a superuser or as the database's owner with CREATEROLE. Roles, memberships, ownership and the runtime role's password are
 * asserted every time.
 * @throws {MigrationError} when a file fails: the files before it are applied, the attempt is in the log.
 * @throws {SchemaMismatchError} when the database is newer or was made by another build; nothing is touched then.
 * @throws {Error} when the login may not make roles, or is not the database's owner; nothing is touched then either.
 */
export async function migrate(
  settings: DatabaseSettings,
  options: MigrateOptions,
): Promise<MigrationRun> {
  const folder = options.folder ?? sqlFolder;
  const files = (await readMigrations(folder)).filter(
    ({ version }) => options.upTo === undefined || version <= options.upTo,
  );
  const roles = await readFile(join(folder, "roles.sql"), "utf8");
  if (options.createDatabase) await createDatabase(settings);
  return connected(settings, async (client) => {
    await becomeOnlyRunner(client, options);
    const attempts = await readAttempts(client);
    const { pending, ahead } = pendingOf(files, attempts);
    await requireRights(client);
    await inTransaction(client, async () => {
      // What a newer release has asserted is its own: this one must not take a part of it back.
      if (ahead.length === 0) {
        await client.query(roles);
        await createLog(client);
      }
      await setPassword(client, options.appuserPassword);
    });
    const applied = [];
    for (const file of pending) {
      const { version, durationMs } = await apply(client, file, options.appVersion);
      applied.push({ version, durationMs });
      options.onProgress?.({ kind: "applied", version, durationMs });
    }
    return { applied, version: files.at(-1)?.version ?? null, ahead };
  });
}

/** How far a database is, connected as `migrate` is. Reads only. */
export async function migrationStatus(
  settings: DatabaseSettings,
  folder: string = sqlFolder,
): Promise<MigrationStatus> {
  const files = await readMigrations(folder);
  const attempts = await connected(settings, readAttempts);
  const successes = attempts.filter(({ status }) => status === "success");
  const { state, changed } = compareSchema(files, successes);
  const known = files.map(({ version }) => {
    const attempt = successes.find((success) => success.version === version) ?? null;
    if (!attempt) return { version, state: "pending" as const, attempt };
    const isChanged = changed.includes(version);
    return { version, state: isChanged ? ("changed" as const) : ("applied" as const), attempt };
  });
  const unknown = successes
    .filter(({ version }) => !files.some((file) => file.version === version))
    .map((attempt) => ({ version: attempt.version, state: "unknown" as const, attempt }));
  return {
    state,
    migrations: [...known, ...unknown].toSorted((a, b) => a.version.localeCompare(b.version)),
    failures: attempts.filter(({ status }) => status === "failed"),
  };
}

/**
 * Lets a process go on only where the database has the schema of this release, or is ahead of it by migrations alone that are
 * declared to serve it; and where its login is bound by row-level security: as a superuser every policy would be silently off.
 * @returns the versions by which the database is ahead
 * @throws {SchemaMismatchError} saying which of the two is older.
 */
export async function assertSchemaMatches(
  database: Database,
  folder: string = sqlFolder,
): Promise<{ readonly ahead: readonly string[] }> {
  const files = await readMigrations(folder);
  const { login, applied } = await readAsRuntime(database, files);
  if (login) throw new Error(texts.unboundLogin(login));
  const comparison = compareSchema(files, applied);
  if (comparison.state !== "current" && comparison.state !== "ahead") {
    throw new SchemaMismatchError(comparison);
  }
  return { ahead: comparison.unknown };
}

async function readAsRuntime(database: Database, files: readonly MigrationFile[]) {
  try {
    return await database.system(async (db) => {
      const unbound = await sql<{ name: string }>`
        select rolname as name from pg_roles
        where rolname = session_user and (rolsuper or rolbypassrls)`.execute(db);
      // A database that is older by this column has a log without it.
      const column = await sql`
        select from pg_attribute where attrelid = to_regclass('public.schema_migration_log')
          and attname = 'compatible_from'`.execute(db);
      const compatibleFrom = column.rows.length > 0 ? sql`compatible_from` : sql`null::text`;
      const applied = await sql<Applied>`
        select version, checksum, ${compatibleFrom} as "compatibleFrom"
        from public.schema_migration_log where status = 'success'`.execute(db);
      return { login: unbound.rows[0]?.name, applied: applied.rows };
    });
  } catch (error) {
    if (!saysNothingIsThere(error)) throw error;
    throw new SchemaMismatchError(compareSchema(files, []), error);
  }
}

/** Undefined table, no privilege on it, role app_system unknown: a database that `migrate` has not seen. */
const saysNothingIsThere = (error: unknown): boolean =>
  hasCode(error, "42P01") || hasCode(error, "42501") || hasCode(error, "22023");

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof DatabaseError && error.code === code;

async function createDatabase(settings: DatabaseSettings): Promise<void> {
  await connected({ ...settings, name: "postgres" }, async (client) => {
    const { rowCount } = await client.query("select from pg_database where datname = $1", [
      settings.name,
    ]);
    if (rowCount === 0) {
      await client.query(`create database ${client.escapeIdentifier(settings.name)}`);
    }
  });
}

/**
 * Takes a lock that ends with the connection, so that a killed runner leaves none behind. The server looks for a lost
 * connection while it works, too: a long statement would else go on for nobody and hold the lock until it ends.
 */
async function becomeOnlyRunner(
  client: Client,
  { runnerWaitSeconds = 300, lockWaitSeconds = 10, onProgress }: MigrateOptions,
): Promise<void> {
  const setLockTimeout = (seconds: number) =>
    client.query("select set_config('lock_timeout', $1, false)", [`${seconds}s`]);
  await client.query("set client_connection_check_interval = '1s'");
  const { rows } = await client.query<{ got: boolean }>("select pg_try_advisory_lock($1) as got", [
    runnerLock,
  ]);
  if (!rows[0]?.got) {
    onProgress?.({ kind: "waiting" });
    await setLockTimeout(runnerWaitSeconds);
    try {
      await client.query("select pg_advisory_lock($1)", [runnerLock]);
    } catch (cause) {
      if (!hasCode(cause, "55P03")) throw cause;
      throw new Error(texts.busy(runnerWaitSeconds), { cause });
    }
  }
  await setLockTimeout(lockWaitSeconds);
}

/** What is to be applied, or a refusal: only a database that is behind on our own line goes forward. */
function pendingOf(files: readonly MigrationFile[], attempts: readonly Attempt[]) {
  const applied = attempts.filter(({ status }) => status === "success");
  const comparison = compareSchema(files, applied);
  if (["newer", "diverged", "changed"].includes(comparison.state)) {
    throw new SchemaMismatchError(comparison);
  }
  const last = applied
    .map(({ version }) => version)
    .toSorted()
    .at(-1);
  const early = comparison.pending.filter((version) => last !== undefined && version < last);
  if (last !== undefined && early.length > 0) throw new Error(texts.outOfOrder(early, last));
  return {
    pending: files.filter(({ version }) => comparison.pending.includes(version)),
    ahead: comparison.state === "ahead" ? comparison.unknown : [],
  };
}

/**
 * Sets the runtime role's password where it is another one, or where this login may not see which it is. The server gets a verifier
 * only: its log may keep statements.
 */
async function setPassword(client: Client, password: string): Promise<void> {
  const { rows } = await client.query<{ may: boolean }>(
    "select has_table_privilege('pg_catalog.pg_authid', 'select') as may",
  );
  if (rows[0]?.may && isVerifierOf(password, await currentVerifier(client))) return;
  const verifier = client.escapeLiteral(scramVerifier(password));
  await client.query(`alter role appuser password ${verifier}`);
}

async function currentVerifier(client: Client): Promise<string | null> {
  const { rows } = await client.query<{ verifier: string | null }>(
    "select rolpassword as verifier from pg_authid where rolname = 'appuser'",
  );
  return rows[0]?.verifier ?? null;
}
