// The web process: config → resources → two listeners; on SIGTERM it stops being ready, stops accepting, finishes, closes.
import { assertSchemaMatches } from "#platform/db/migrate.ts";
import type { Services } from "#platform/services.ts";
import { probeAtStart } from "#platform/storage/storage.ts";
import { createApp } from "./app.ts";
import { createHealth } from "./health.ts";
import { createInternalApp } from "./internal.ts";

/** The most any route takes (pasted metadata, form-encoded), with room to spare: routes have their own limits. */
const requestMaxBytes = 4 * 1024 * 1024;
const idleSeconds = 30;

/** A proxy that looks at /livez every second, as ours does, has left by then. */
const quietMs = 1_500;

/** For telling what was counted, which is a handful of short writes. */
const settleMs = 2_000;

export interface WebServer {
  readonly port: number;
  readonly internalPort: number;
  /**
   * Says at /livez that it stops, and goes on serving until nobody has asked anything for a while, at most `lastCallSeconds`: whoever
   * is connected when the door closes, and whose request was not read yet, would be cut off, and a proxy asks a POST no second time.
   * Then it lets requests under way finish, at most `graceSeconds`, and closes.
   */
  stop(graceSeconds: number, lastCallSeconds?: number): Promise<void>;
}

/**
 * Serves the application.
 * @throws {SchemaMismatchError} when the database is older, or newer by what may break this version
 * @throws {StorageProbeError} when files cannot be kept
 */
export async function startWeb(services: Services): Promise<WebServer> {
  const { config, database, log } = services;
  const { ahead } = await assertSchemaMatches(database);
  if (ahead.length > 0) log.warn({ migrations: ahead }, "database_ahead");
  await probeAtStart(services.storage, log);
  const health = createHealth(database);
  const app = createApp(services, health);
  const internal = createInternalApp(services, app.metrics, health);
  let askedAt = 0;
  const web = Bun.serve({
    hostname: config.http.host,
    port: config.http.port,
    maxRequestBodySize: requestMaxBytes,
    idleTimeout: idleSeconds,
    async fetch(request, server) {
      if (!request.url.endsWith("/livez")) askedAt = performance.now();
      const response = await app.fetch(request, server);
      // The proxy is not to keep this connection for a request that would find nobody: it asks a POST no second time.
      if (!health.isServing()) response.headers.set("connection", "close");
      return response;
    },
  });
  const inner = Bun.serve({
    hostname: config.http.host,
    port: config.http.internalPort,
    maxRequestBodySize: 1024,
    idleTimeout: idleSeconds,
    fetch: (request) => internal.fetch(request),
  });
  const { version, commit } = config;
  log.info({ version, commit, port: web.port, internalPort: inner.port }, "web_started");
  return {
    port: web.port ?? config.http.port,
    internalPort: inner.port ?? config.http.internalPort,
    async stop(graceSeconds, lastCallSeconds = 0) {
      health.stopServing();
      const toldAt = performance.now();
      const isQuiet = () => performance.now() - Math.max(toldAt, askedAt) > quietMs;
      while (!isQuiet() && performance.now() - toldAt < lastCallSeconds * 1000) await Bun.sleep(50);
      await Promise.race([web.stop(), Bun.sleep(graceSeconds * 1000)]);
      await web.stop(true);
      await inner.stop(true);
      // With a database that is away it does not hold the end up.
      await Promise.race([app.settle(), Bun.sleep(settleMs)]);
      log.info("web_stopped");
    },
  };
}
