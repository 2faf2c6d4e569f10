// The operator's page, on the internal port alone: the report as a page, and as JSON for monitoring.
import { Hono } from "hono";
import type { Env } from "#platform/http/context.ts";
import { serveAssets } from "#platform/http/assets.ts";
import { securityHeaders } from "#platform/http/headers.ts";
import type { Services } from "#platform/services.ts";
import ipaddr from "ipaddr.js";
import type { DoctorReport } from "./check.ts";
import { DoctorPage } from "./page.tsx";
import { runDoctor } from "./run.ts";
import { texts } from "./texts.ts";

export const doctorPath = "/internal/doctor";

/** `GET /internal/doctor` (`?format=json`, or by Accept): 200 when nothing failed, 503 otherwise. */
export function doctorPages(
  services: Services,
  run: () => Promise<DoctorReport> = () => runDoctor(services),
): Hono<Env> {
  const app = new Hono<Env>();
  let running: Promise<DoctorReport> | null = null;
  /** Whoever asks meanwhile gets the same answer: the checks are work for other machines, too. */
  const ask = () =>
    (running ??= run().finally(() => {
      running = null;
    }));
  app.use(doctorPath, async (c, next) => {
    c.set("services", services);
    c.set("requestId", crypto.randomUUID());
    await next();
  });
  app.use(doctorPath, securityHeaders({ https: false }));
  app.get(doctorPath, async (c) => {
    // A page of the internet that had its own name point here could read the answer (DNS rebinding); such a name has dots.
    if (!isNear(c.req.header("host") ?? "")) return c.text(`${texts.wrongHost}\n`, 421);
    const report = await ask();
    const status = report.ok ? 200 : 503;
    const isJson =
      c.req.query("format") === "json" || (c.req.header("accept") ?? "").includes("json");
    if (isJson) return c.json(report, status);
    return c.html(<DoctorPage report={report} nonce={c.var.nonce} />, status);
  });
  app.use("/assets/*", serveAssets());
  return app;
}

/** An IP address, `localhost`, or a name without dots, as services have in a container network. */
function isNear(host: string): boolean {
  const name = host.replace(/:\d{1,5}$/, "").replace(/^\[(.*)\]$/, "$1");
  return ipaddr.isValid(name) || /^[a-z0-9_-]+$/i.test(name);
}
