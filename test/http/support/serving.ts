// The web process's two listeners over a test's database, on ports of this machine that are free.
import { afterAll } from "bun:test";
import { startWeb, type WebServer } from "#src/server.ts";
import type { TestApp } from "../../support/a-tenant.ts";
import { removeTestFiles, testServices } from "../../support/services.ts";

/** Listens until the file's last test. Call it at the file's top level. */
export async function serving(
  { database }: Pick<TestApp, "database">,
  variables: Readonly<Record<string, string>> = {},
): Promise<WebServer> {
  const services = testServices(database, { variables });
  const http = { ...services.config.http, host: "127.0.0.1", port: 0, internalPort: 0 };
  const web = await startWeb({ ...services, config: { ...services.config, http } });
  afterAll(async () => {
    await web.stop(0);
    await removeTestFiles();
  });
  return web;
}
