// The only way to the database: a tenant's scope or the system's, each one transaction (sql/README.md).
import { AsyncLocalStorage } from "node:async_hooks";
import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresDriver,
  type Transaction,
} from "kysely";
import { Pool, types } from "pg";
import type { TenantId } from "#src/ids.ts";
import type { DB } from "./schema.ts";
import { tlsOf } from "./tls.ts";

/** What only the system scope touches; everything else belongs to tenants. */
type SystemTable = "backup_runs" | "schedule_runs" | "workers";

/** A tenant's tables without `tenant_id`: Postgres fills the column and checks it, so no statement can name another tenant. */
type TenantTables = { [T in Exclude<keyof DB, SystemTable>]: Omit<DB[T], "tenant_id"> };
type SystemTables = Pick<DB, SystemTable | "jobs">;

declare const scopeBrand: unique symbol;
/** A transaction under row-level security for one tenant. Handed out by `TenantScope` alone: the brand makes any other handle unassignable. */
export type TenantDb = Transaction<TenantTables> & { readonly [scopeBrand]: "tenant" };
/** A transaction that sees jobs, schedules and workers, and may call the named `security definer` functions. */
export type SystemDb = Transaction<SystemTables> & { readonly [scopeBrand]: "system" };

export interface TenantScope {
  readonly id: TenantId;
  /** One read-only transaction: a write inside it fails in Postgres. Await nothing but the database in it. */
  read<T>(body: (db: TenantDb) => Promise<T>): Promise<T>;
  /** One transaction; a throw rolls it back. Await nothing but the database in it. */
  write<T>(body: (db: TenantDb) => Promise<T>): Promise<T>;
}

/** Connection facts as separate values: a password may hold any character, so nothing is pasted into a URL. */
export interface DatabaseSettings {
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly user: string;
  readonly password: string;
  readonly tls: "off" | "require" | "verify";
  /** PEM file of the certificates that vouch for the server; absent: the public ones. */
  readonly tlsCaFile?: string;
  readonly poolSize: number;
}

export interface PoolFigures {
  readonly total: number;
  readonly idle: number;
  readonly waiting: number;
}

export interface Database {
  tenant(id: TenantId): TenantScope;
  system<T>(body: (db: SystemDb) => Promise<T>): Promise<T>;
  /** One transaction that begins in the system's scope and goes on in that of the tenant it finds or makes there. */
  systemThenTenant<F extends { readonly id: TenantId }, T>(
    find: (db: SystemDb) => Promise<F>,
    body: (db: TenantDb, found: F) => Promise<T>,
  ): Promise<T>;
  pool(): PoolFigures;
  close(): Promise<void>;
}

interface Entry {
  readonly role: "app_tenant" | "app_system";
  readonly tenantId: TenantId | "";
  readonly mode: "read only" | "read write";
  /** Settles with the transaction's opening statements, which travel with the first query. */
  opened: Promise<unknown>;
}

const setScope = "select set_config('role', $1, true), set_config('app.tenant_id', $2, true)";

const entries = new AsyncLocalStorage<Entry>();

/** Whether the caller stands inside `read`, `write` or `system`: there only the database may be awaited. */
export const insideTransaction = (): boolean => entries.getStore() !== undefined;

/**
 * Opens a transaction without waiting for it: begin and the scope's settings are sent ahead of the first query, in one flight.
 * Should they fail, the transaction is aborted (or the login role has no rights), so the query behind them fails as well.
 */
class ScopedDriver extends PostgresDriver {
  override beginTransaction(connection: DatabaseConnection): Promise<void> {
    const entry = entries.getStore();
    if (!entry) throw new Error("a transaction was begun outside a scope");
    const began = connection.executeQuery(CompiledQuery.raw(`begin ${entry.mode}`));
    const scoped = connection.executeQuery(
      CompiledQuery.raw(setScope, [entry.role, entry.tenantId]),
    );
    entry.opened = Promise.all([began, scoped]);
    entry.opened.catch(() => undefined); // awaited by commit and by `enter`: here only not left unhandled
    return Promise.resolve();
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    const entry = entries.getStore();
    await entry?.opened;
    await connection.executeQuery(CompiledQuery.raw("commit"));
  }
}

class ScopedDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig;
  constructor(config: PostgresDialectConfig) {
    super(config);
    this.#config = config;
  }
  override createDriver(): PostgresDriver {
    return new ScopedDriver(this.#config);
  }
}

/** Opens a pool that logs in without rights. `onError` hears of connections lost while idle. */
export function openDatabase(
  settings: DatabaseSettings,
  onError: (error: Error) => void = () => undefined,
): Database {
  const pool = new Pool({
    host: settings.host,
    port: settings.port,
    database: settings.name,
    user: settings.user,
    password: settings.password,
    ssl: tlsOf(settings),
    max: settings.poolSize,
    pipeline: true,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 15_000,
    lock_timeout: 10_000,
    idle_in_transaction_session_timeout: 15_000,
    application_name: "weft",
    types,
  });
  pool.on("error", onError);
  // A connection that is cut while it is checked out says so itself; unheard, that would end the process.
  pool.on("connect", (client) => client.on("error", onError));
  const root = new Kysely<DB>({ dialect: new ScopedDialect({ pool }) });

  async function enter<T>(
    scope: Omit<Entry, "opened">,
    body: (trx: Transaction<DB>) => Promise<T>,
  ): Promise<T> {
    if (insideTransaction()) throw new Error("a scope was opened inside another transaction");
    const entry: Entry = { ...scope, opened: Promise.resolve() };
    return entries.run(entry, async () => {
      try {
        return await root.transaction().execute(body);
      } catch (error) {
        await entry.opened; // the first failure is the telling one
        throw error;
      }
    });
  }

  return {
    tenant: (id) => ({
      id,
      read: (body) =>
        enter({ role: "app_tenant", tenantId: id, mode: "read only" }, (trx) =>
          body(trx as unknown as TenantDb),
        ),
      write: (body) =>
        enter({ role: "app_tenant", tenantId: id, mode: "read write" }, (trx) =>
          body(trx as unknown as TenantDb),
        ),
    }),
    system: (body) =>
      enter({ role: "app_system", tenantId: "", mode: "read write" }, (trx) =>
        body(trx as unknown as SystemDb),
      ),
    systemThenTenant: (find, body) =>
      enter({ role: "app_system", tenantId: "", mode: "read write" }, async (trx) => {
        const found = await find(trx as unknown as SystemDb);
        await trx.executeQuery(CompiledQuery.raw(setScope, ["app_tenant", found.id]));
        return body(trx as unknown as TenantDb, found);
      }),
    pool: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    close: () => root.destroy(),
  };
}
