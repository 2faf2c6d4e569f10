// A look at the database from the runtime's login itself, outside of every scope: for the checks of what scopes rely on. What is
// done in it never stays.
import { Client, type QueryResultRow } from "pg";
import type { DatabaseSettings } from "./database.ts";
import { tlsOf } from "./tls.ts";

export interface Inspector {
  /** The rows of one statement. */
  rows<Row extends QueryResultRow>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Goes on as this role, for this tenant or for none. */
  become(role: "app_tenant" | "app_system", tenantId?: string): Promise<void>;
  /** The error code of a statement that is expected to fail, null when it did not; nothing of it stays. */
  refusalOf(text: string, values?: readonly unknown[]): Promise<string | null>;
}

/** Opens one connection and one transaction, which is rolled back whatever happens. */
export async function inspectDatabase<T>(
  settings: DatabaseSettings,
  body: (inspector: Inspector) => Promise<T>,
): Promise<T> {
  const client = new Client({
    host: settings.host,
    port: settings.port,
    database: settings.name,
    user: settings.user,
    password: settings.password,
    ssl: tlsOf(settings),
    connectionTimeoutMillis: 5_000,
    statement_timeout: 8_000,
    lock_timeout: 2_000,
    query_timeout: 9_000,
    application_name: "weft doctor",
  });
  client.on("error", () => undefined); // a lost connection fails the query that is under way
  await client.connect();
  try {
    await client.query("begin");
    return await body(inspectorOf(client));
  } finally {
    await client.query("rollback").catch(() => undefined); // ends with the connection at the latest
    await client.end();
  }
}

const inspectorOf = (client: Client): Inspector => ({
  rows: async <Row extends QueryResultRow>(text: string, values: readonly unknown[] = []) =>
    (await client.query<Row>(text, [...values])).rows,
  async become(role, tenantId = "") {
    await client.query(
      "select set_config('role', $1, true), set_config('app.tenant_id', $2, true)",
      [role, tenantId],
    );
  },
  async refusalOf(text, values = []) {
    await client.query("savepoint attempt");
    try {
      await client.query(text, [...values]);
      return null;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && typeof error.code === "string"))
        throw error;
      return error.code;
    } finally {
      await client.query("rollback to savepoint attempt");
    }
  },
});
