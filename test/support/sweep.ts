// The hourly sweep, run once for one tenant by the application's clock.
import { sweep } from "#src/retention.ts";
import type { TestApp, TestTenant } from "./a-tenant.ts";

export async function sweepOnce({ services }: TestApp, { id }: TestTenant): Promise<void> {
  await sweep.run({
    database: services.database,
    eachTenant: (visit) => visit(services.database.tenant(id), ""),
    services,
    log: services.log,
    signal: new AbortController().signal,
  });
}
