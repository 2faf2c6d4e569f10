// A database for each test file: cloned from a template that was migrated once, used as the runtime uses it, dropped at the end.
import { afterAll } from "bun:test";
import { createHash, randomBytes } from "node:crypto";
import { join } from "node:path";
import { sql } from "kysely";
import { Client, Pool, type QueryResultRow } from "pg";
import { TenantId } from "#src/ids.ts";
import {
  type Database,
  type DatabaseSettings,
  openDatabase,
  type TenantScope,
} from "#platform/db/database.ts";
import { migrate } from "#platform/db/migrate.ts";
import { testPostgres } from "./cluster.ts";

export interface TestTenant {
  readonly id: TenantId;
  readonly subdomain: string;
  readonly scope: TenantScope;
}

export interface TestDatabase {
  /** Opened as `appuser`, as the app and the worker do. */
  readonly database: Database;
  /** How `appuser` connects: for a child process, or a pool of one's own. */
  readonly settings: DatabaseSettings;
  /** How the superuser connects: for `migrate`. */
  readonly superuser: DatabaseSettings;
  /** Another pool, as `appuser` unless told otherwise, closed at the end: before the database goes, which waits for whoever is connected. */
  readonly open: (differently?: Partial<DatabaseSettings>) => Database;
  /** A connection of its own, closed at the end: as the runtime's login without a role, or as the superuser. */
  readonly connect: (as: "appuser" | "superuser") => Promise<Client>;
  /** Runs one statement past row-level security, to prepare or to look behind the scenes. Each call is its own transaction. */
  readonly asSuperuser: <Row extends QueryResultRow>(
    text: string,
    values?: readonly unknown[],
  ) => Promise<Row[]>;
  /** A new tenant: the sandbox of one test. */
  readonly aTenant: (subdomain?: string) => Promise<TestTenant>;
}

/**
 * A migrated, empty database for the calling test file. Call it at the file's top level (`await`) or in `beforeAll`;
 * it is dropped after the file's last test.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const template = await ensureTemplate();
  const { settings: superuser, drop } = await createDatabase(template);
  // Settings and grants of a database are not part of what a template hands on; migrate asserts them.
  await migrate(superuser, { appuserPassword: passwordOf(superuser), appVersion: "test" });
  const settings = { ...superuser, user: "appuser", password: passwordOf(superuser) };
  const database = openDatabase(settings);
  const pool = new Pool({ ...connectionOf(superuser), max: 4 });
  // A test may cut every connection of its database, to see how the application takes it.
  pool.on("error", () => undefined);
  const clients: Client[] = [];
  const others: Database[] = [];
  afterAll(async () => {
    const closing = [database, ...others].map((one) => one.close());
    await Promise.all([...closing, pool.end(), ...clients.map((client) => client.end())]);
    await drop();
  });
  return {
    database,
    settings,
    superuser,
    open: (differently = {}) => {
      const other = openDatabase({ ...settings, ...differently });
      others.push(other);
      return other;
    },
    connect: async (as) => {
      const client = new Client(connectionOf(as === "appuser" ? settings : superuser));
      client.on("error", () => undefined);
      clients.push(client);
      await client.connect();
      return client;
    },
    asSuperuser: async <Row extends QueryResultRow>(
      text: string,
      values: readonly unknown[] = [],
    ) => (await pool.query<Row>(text, [...values])).rows,
    aTenant: (subdomain = `t${randomBytes(6).toString("hex")}`) =>
      createTenant(database, subdomain),
  };
}

/** An empty database that `migrate` has not seen: the superuser's settings for it. Dropped like the other. */
export async function bareDatabase(): Promise<DatabaseSettings> {
  const { settings, drop } = await createDatabase("template0");
  afterAll(drop);
  return settings;
}

async function createDatabase(template: string) {
  const server = await serverSettings();
  const name = `weft_test_${process.pid}_${randomBytes(6).toString("hex")}`;
  await asServerSuperuser(server, (client) =>
    client.query(
      `create database ${name} template ${client.escapeIdentifier(template)} strategy file_copy`,
    ),
  );
  const drop = () =>
    asServerSuperuser(server, async (client) => {
      // Waits up to five seconds for connections that are closing; what is connected then was forgotten, and is cut.
      await client
        .query(`drop database ${name}`)
        .catch(() => client.query(`drop database ${name} with (force)`));
    });
  return { settings: { ...server, name }, drop };
}

async function createTenant(database: Database, subdomain: string): Promise<TestTenant> {
  const id = await database.system(async (db) => {
    const created = sql<{ id: string }>`
      select (tenant).id from app.create_tenant(${subdomain}, ${`Tenant ${subdomain}`})`;
    return TenantId.parse((await created.execute(db)).rows[0]?.id);
  });
  return { id, subdomain, scope: database.tenant(id) };
}

async function serverSettings(): Promise<DatabaseSettings> {
  const { host, port, user, password } = await testPostgres();
  return { host, port, name: "postgres", user, password, tls: "off", poolSize: 5 };
}

/** Holds what a person might put into a password, so that nothing can build a connection URL by pasting. */
const passwordOf = (superuser: DatabaseSettings) => `${superuser.password} /+=@:#%'"\\$`;

const connectionOf = ({ host, port, name, user, password }: DatabaseSettings) => ({
  host,
  port,
  database: name,
  user,
  password,
});

async function asServerSuperuser<T>(
  server: DatabaseSettings,
  body: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client(connectionOf({ ...server, name: "postgres" }));
  await client.connect();
  try {
    return await body(client);
  } finally {
    await client.end();
  }
}

/** The migrated template for the present contents of sql/ and of the runner, made by whoever comes first. */
async function ensureTemplate(): Promise<string> {
  const server = await serverSettings();
  const name = `weft_template_${await schemaMark()}`;
  await asServerSuperuser(server, async (client) => {
    const exists = () => client.query("select from pg_database where datname = $1", [name]);
    if ((await exists()).rowCount) return;
    await client.query("select pg_advisory_lock(1)");
    if ((await exists()).rowCount) return;
    await dropTemplates(client);
    const draft = `${name}_draft`;
    const superuser = { ...server, name: draft };
    await migrate(superuser, {
      createDatabase: true,
      appuserPassword: passwordOf(server),
      appVersion: "test",
    });
    await client.query(`alter database ${draft} rename to ${name}`);
  });
  return name;
}

/** Those of earlier contents, and drafts of a process that was killed. One that is being cloned this moment stays. */
async function dropTemplates(client: Client): Promise<void> {
  const { rows } = await client.query<{ datname: string }>(
    "select datname from pg_database where datname like 'weft_template_%'",
  );
  for (const { datname } of rows) {
    await client.query(`drop database ${datname}`).catch(() => undefined);
  }
}

/** What the template is made of. */
const templateSources = [
  "sql/roles.sql",
  "sql/migrations/*.sql",
  "src/platform/db/migrate.ts",
  "src/platform/db/migrate/*.ts",
];

async function schemaMark(): Promise<string> {
  const checkout = join(import.meta.dir, "../..");
  const hash = createHash("sha256");
  for (const pattern of templateSources) {
    const files = await Array.fromAsync(new Bun.Glob(pattern).scan(checkout));
    if (files.length === 0) throw new Error(`there is no ${pattern}`);
    for (const file of files.toSorted()) {
      hash.update(`${file}\n`).update(await Bun.file(join(checkout, file)).bytes());
    }
  }
  return hash.digest("hex").slice(0, 16);
}
