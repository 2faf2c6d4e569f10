// Figures for Prometheus: requests by route and status, the pool, the process itself.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Database } from "../db/database.ts";

export interface RequestMetrics {
  observe(route: string, status: number, seconds: number): void;
}

export interface Metrics extends RequestMetrics {
  readonly registry: Registry;
  /** The exposition text. */
  text(): Promise<string>;
}

/** A registry of one process. */
export function createMetrics(database: Database): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: "weft_http_requests_total",
    help: "Answers by route and status",
    labelNames: ["route", "status"],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: "weft_http_request_seconds",
    help: "Time to answer by route",
    labelNames: ["route"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  const connections = new Gauge({
    name: "weft_database_connections",
    help: "Connections of this process's pool",
    labelNames: ["state"],
    registers: [registry],
  });
  return {
    registry,
    observe(route, status, duration) {
      requests.inc({ route, status: String(status) });
      seconds.observe({ route }, duration);
    },
    text() {
      const { total, idle, waiting } = database.pool();
      connections.set({ state: "busy" }, total - idle);
      connections.set({ state: "idle" }, idle);
      connections.set({ state: "waiting_callers" }, waiting);
      return registry.metrics();
    },
  };
}
