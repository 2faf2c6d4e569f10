// Brings a database to the schema of this release, reports how far it is, and keeps a process away from one it does not match.
// Forward only: one transaction a file, one runner at a time, every attempt in public.schema_migration_log (sql/README.md).
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { Client, DatabaseError } from "pg";
import type { Database, DatabaseSettings } from "./database.ts";
import { compareSchema, SchemaMismatchError, type SchemaState } from "./migrate/compare.ts";
import { apply, inTransaction } from "./migrate/apply.ts";
import { type MigrationFile, readMigrations, sqlFolder } from "./migrate/files.ts";
import { type Attempt, createLog, readAttempts } from "./migrate/log.ts";
import { isVerifierOf, scramVerifier } from "./migrate/scram.ts";
import { texts } from "./migrate/texts.ts";
import { tlsOf } from "./tls.ts";

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
  /** Hears of every file that was applied, at once, and of waiting for another runner. */
  readonly onProgress?: (event: MigrationProgress) => void;
}

export type MigrationProgress =
  | { readonly kind: "waiting" }
  | { readonly kind: "applied"; readonly version: string; readonly durationMs: number };

export interface MigrationRun {
  /** What this run applied, in order; empty when there was nothing to do. */
  readonly applied: readonly { readonly version: string; readonly durationMs: number }[];
  /** The newest version the database has now. */
  readonly version: string | null;
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
  const files = await readMigrations(folder);
  const roles = await readFile(join(folder, "roles.sql"), "utf8");
  if (options.createDatabase) await createDatabase(settings);
  return connected(settings, async (client) => {
    await becomeOnlyRunner(client, options);
    const attempts = await readAttempts(client);
    const pending = pendingOf(files, attempts);
    await requireRights(client);
    await inTransaction(client, async () => {
      await client.query(roles);
      await createLog(client);
      await setPassword(client, options.appuserPassword);
    });
    const applied = [];
    for (const file of pending) {
      const { version, durationMs } = await apply(client, file, options.appVersion);
      applied.push({ version, durationMs });
      options.onProgress?.({ kind: "applied", version, durationMs });
    }
    return { applied, version: files.at(-1)?.version ?? null };
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
 * Lets a process go on only where the database has exactly the schema of this release, and its login is bound by
 * row-level security: as a superuser every policy would be silently off.
 * @throws {SchemaMismatchError} saying which of the two is older.
 */
export async function assertSchemaMatches(
  database: Database,
  folder: string = sqlFolder,
): Promise<void> {
  const files = await readMigrations(folder);
  const { login, applied } = await readAsRuntime(database, files);
  if (login) throw new Error(texts.unboundLogin(login));
  const comparison = compareSchema(files, applied);
  if (comparison.state !== "current") throw new SchemaMismatchError(comparison);
}

async function readAsRuntime(database: Database, files: readonly MigrationFile[]) {
  try {
    return await database.system(async (db) => {
      const unbound = await sql<{ name: string }>`
        select rolname as name from pg_roles
        where rolname = session_user and (rolsuper or rolbypassrls)`.execute(db);
      const applied = await sql<{ version: string; checksum: string }>`
        select version, checksum from public.schema_migration_log where status = 'success'`.execute(
        db,
      );
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

async function connected<T>(
  settings: DatabaseSettings,
  body: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({
    host: settings.host,
    port: settings.port,
    database: settings.name,
    user: settings.user,
    password: settings.password,
    ssl: tlsOf(settings),
    connectionTimeoutMillis: 10_000,
    application_name: "weft migrate",
    keepAlive: true,
  });
  // A lost connection fails the query that is under way; without one it would be an unhandled event.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await body(client);
  } finally {
    await client.end();
  }
}

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
function pendingOf(files: readonly MigrationFile[], attempts: readonly Attempt[]): MigrationFile[] {
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
  return files.filter(({ version }) => comparison.pending.includes(version));
}

interface Rights {
  readonly login: string;
  readonly isSuperuser: boolean;
  readonly mayMakeRoles: boolean;
  readonly isOwner: boolean;
  /** Roles of ours that are there, and that this login may neither alter nor grant. */
  readonly foreign: readonly string[];
}

/** Says it before anything is tried, rather than by the error of one statement among many. */
async function requireRights(client: Client): Promise<void> {
  const { rows } = await client.query<Rights>(
    `select current_user as login, me.rolsuper as "isSuperuser", me.rolcreaterole as "mayMakeRoles",
            pg_has_role(d.datdba, 'usage') as "isOwner",
            array(select rolname::text from pg_roles
                  where rolname in ('app_owner', 'app_tenant', 'app_system', 'appuser')
                    and not pg_has_role(oid, 'member with admin option') order by 1) as foreign
     from pg_roles me, pg_database d
     where me.rolname = current_user and d.datname = current_database()`,
  );
  const [rights] = rows;
  if (!rights || rights.isSuperuser) return;
  if (!rights.mayMakeRoles) throw new Error(texts.mayNotMakeRoles(rights.login));
  if (!rights.isOwner) throw new Error(texts.notTheOwner(rights.login));
  if (rights.foreign.length > 0) throw new Error(texts.foreignRoles(rights.login, rights.foreign));
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
