// One line a request: who, which route, how long. Never a query, a body or a full address of a person.
import type { MiddlewareHandler } from "hono";
import type { Env } from "./context.ts";
import { originOf } from "./handling.ts";
import type { RequestMetrics } from "./metrics.ts";

const probes = new Set(["/healthz", "/livez", "/readyz"]);

/** Logs and counts every answer; the route's pattern stands for the path, so that no id or secret is written. */
export function logRequests(metrics: RequestMetrics): MiddlewareHandler<Env> {
  return async (c, next) => {
    const started = performance.now();
    await next();
    const milliseconds = Math.round(performance.now() - started);
    const route = c.var.route ?? "none";
    metrics.observe(route, c.res.status, milliseconds / 1000);
    const actor = c.var.principal?.actor;
    // A probe every few seconds would bury everything else.
    const level = probes.has(c.req.path) && c.res.status < 400 ? "debug" : "info";
    c.var.services.log[level](
      {
        requestId: c.var.requestId,
        tenant: c.var.site?.subdomain,
        actor: actor && "userId" in actor ? actor.userId : actor?.kind,
        method: c.req.method,
        route,
        status: c.res.status,
        ms: milliseconds,
        ip: originOf(c).ip,
      },
      "request_answered",
    );
  };
}
