// The second port, for the proxy and the monitoring of this installation only: never published to the internet.
import { Hono } from "hono";
import { createTenantFinder, readHost } from "#features/tenants/index.ts";
import type { Metrics } from "#platform/http/metrics.ts";
import type { Services } from "#platform/services.ts";
import type { Health } from "./health.ts";
import { healthRoutes } from "./health.ts";
import { doctorPages } from "./operations/doctor/routes.tsx";
import type { Env } from "#platform/http/context.ts";

/** Answers the proxy's certificate question, serves the figures and the operator's page. */
export function createInternalApp(services: Services, metrics: Metrics, health: Health): Hono<Env> {
  const app = new Hono<Env>();
  const findSite = createTenantFinder(services);
  const { baseDomain } = services.config.http;
  app.route("/", healthRoutes(health));
  // On-demand certificates are for the base domain and direct, existing, active tenants: anything else would let strangers
  // spend our certificate quota on names of their choice. One answer for every no.
  app.get("/internal/tls-check", async (c) => {
    const domain = c.req.query("domain") ?? "";
    const isBareName = /^[a-z0-9.-]{1,253}$/.test(domain) && !domain.endsWith(".");
    const host = readHost(isBareName ? domain : undefined, baseDomain);
    const known =
      host.kind === "base" || (host.kind === "label" && (await findSite(host.label)) !== null);
    return known ? c.text("ok\n") : c.text("no\n", 404);
  });
  app.get("/metrics", async (c) => {
    c.header("content-type", metrics.registry.contentType);
    return c.body(await metrics.text());
  });
  app.route("/", doctorPages(services));
  app.onError((err, c) => {
    services.log.error({ err }, "internal_request_failed");
    return c.text("unavailable\n", 503);
  });
  return app;
}
