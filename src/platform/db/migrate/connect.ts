// One connection outside the pools, for the work on a whole database: as the superuser, for as long as it takes.
import { Client } from "pg";
import type { DatabaseSettings } from "../database.ts";
import { tlsOf } from "../tls.ts";

/** Connects, hands the connection to `body` and closes it whatever comes. `purpose` is what the server's own views show. */
export async function connected<T>(
  settings: DatabaseSettings,
  body: (client: Client) => Promise<T>,
  purpose = "weft migrate",
): Promise<T> {
  const client = new Client({
    host: settings.host,
    port: settings.port,
    database: settings.name,
    user: settings.user,
    password: settings.password,
    ssl: tlsOf(settings),
    connectionTimeoutMillis: 10_000,
    application_name: purpose,
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
