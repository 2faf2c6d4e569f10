// A PostgreSQL server for one test file alone: for tests that change roles, passwords or the server's own settings.
import { afterAll } from "bun:test";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, type QueryResultRow } from "pg";
import type { DatabaseSettings } from "#platform/db/database.ts";
import { startPostgres } from "../../bin/local/embedded-postgres.ts";

export interface OwnServer {
  /** The superuser's settings for a database that is not there yet. */
  database(): DatabaseSettings;
  /** The server's log so far. */
  log(): Promise<string>;
}

/** Call it at the file's top level: the server ends after the file's last test. */
export async function ownServer(
  settings: Readonly<Record<string, string>> = {},
): Promise<OwnServer> {
  const folder = await mkdtemp(join(tmpdir(), "weft-test-server-"));
  await chmod(folder, 0o711);
  const log = join(folder, "data.log");
  const server = await startPostgres({ dataDir: join(folder, "data"), durable: false, settings });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const { host, port, user, password } = server;
  return {
    database: () => ({
      host,
      port,
      name: `weft_${randomBytes(6).toString("hex")}`,
      user,
      password,
      tls: "off",
      poolSize: 2,
    }),
    log: () => Bun.file(log).text(),
  };
}

/** Runs one statement on a connection of its own, as whoever the settings name. */
export async function query<Row extends QueryResultRow>(
  { host, port, name, user, password }: DatabaseSettings,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new Client({ host, port, database: name, user, password });
  await client.connect();
  try {
    return (await client.query<Row>(text, [...values])).rows;
  } finally {
    await client.end();
  }
}
