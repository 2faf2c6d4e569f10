// Keeps the server of this checkout's tests while it is used, and a minute longer. Started by cluster.ts, never imported.
import { rmSync } from "node:fs";
import { Client } from "pg";
import { startPostgres } from "../../bin/local/embedded-postgres.ts";
import { LocalError } from "../../bin/local/local-error.ts";
import { keptDataDir, testServerSettings } from "./cluster.ts";

const idleSeconds = 60;

const start = () =>
  startPostgres({ dataDir: keptDataDir, durable: false, settings: testServerSettings });

/** Data that was not flushed may be unusable after the machine stopped: it is test data, so it is made anew. */
const server = await start().catch(async (error: unknown) => {
  if (error instanceof LocalError && error.message.startsWith("another WeftID")) process.exit(0);
  rmSync(keptDataDir, { recursive: true, force: true });
  return start();
});
process.on("SIGTERM", () => void server.stop());

const { host, port, user, password } = server;
const client = new Client({ host, port, user, password, database: "postgres" });
client.on("error", () => undefined); // the server ended: so do we, below
await client.connect();
await dropLeftovers();

let lastUsedAt = Date.now();
while (Date.now() - lastUsedAt < idleSeconds * 1000) {
  const ended = await Promise.race([server.exited.then(() => true), Bun.sleep(2_000)]);
  if (ended) process.exit(0);
  const { rowCount } = await client.query(
    "select from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() limit 1",
  );
  if (rowCount) lastUsedAt = Date.now();
}
await client.end();
await server.stop();

/** Databases of test files that were killed. */
async function dropLeftovers(): Promise<void> {
  const { rows } = await client.query<{ datname: string }>(
    "select datname from pg_database where datname like 'weft_test_%'",
  );
  for (const { datname } of rows) {
    // One that a test has just made is in use, and is not dropped.
    await client.query(`drop database ${client.escapeIdentifier(datname)}`).catch(() => undefined);
  }
}
