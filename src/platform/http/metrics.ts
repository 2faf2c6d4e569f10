// Figures for Prometheus: requests by route and status, the pool, the process itself.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Database } from "../db/database.ts";
import { jobFigures, liveWorkers } from "../jobs/queries.ts";

export interface RequestMetrics {
  observe(route: string, status: number, seconds: number): void;
}

export interface Metrics extends RequestMetrics {
  readonly registry: Registry;
  /** The exposition text. */
  text(): Promise<string>;
}

interface JobGauges {
  readonly jobs: Gauge<"name" | "state">;
  readonly oldest: Gauge<"name" | "state">;
  readonly workers: Gauge;
}

/** Read when asked for: figures of the fleet, the same from every process. */
async function countJobs(database: Database, { jobs, oldest, workers }: JobGauges): Promise<void> {
  const { figures, live } = await database.system(async (db) => ({
    figures: await jobFigures(db),
    live: await liveWorkers(db, 60),
  }));
  jobs.reset();
  oldest.reset();
  for (const { name, state, jobs: count, oldestSeconds } of figures) {
    jobs.set({ name, state }, count);
    oldest.set({ name, state }, oldestSeconds);
  }
  workers.set(live);
}

/** A registry of one process. */
export function createMetrics(
  database: Database,
  { version, commit }: { version: string; commit: string },
): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = <T extends string>(name: string, help: string, labelNames: T[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  gauge("weft_build_info", "What is running; always 1", ["version", "commit"]).set(
    { version, commit },
    1,
  );
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
  const connections = gauge("weft_database_connections", "Connections of this process's pool", [
    "state",
  ]);
  const jobs = gauge("weft_jobs", "Jobs by name and state", ["name", "state"]);
  const oldest = gauge("weft_jobs_oldest_seconds", "How long the oldest job is in its state", [
    "name",
    "state",
  ]);
  const workers = gauge("weft_workers_live", "Workers seen in the last minute", []);
  return {
    registry,
    observe(route, status, duration) {
      requests.inc({ route, status: String(status) });
      seconds.observe({ route }, duration);
    },
    async text() {
      const { total, idle, waiting } = database.pool();
      connections.set({ state: "busy" }, total - idle);
      connections.set({ state: "idle" }, idle);
      connections.set({ state: "waiting_callers" }, waiting);
      await countJobs(database, { jobs, oldest, workers });
      return registry.metrics();
    },
  };
}
