// Figures for Prometheus: requests by route and status, the pool, the process itself.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Database } from "../db/database.ts";
import { type BackupRunFigure, lastBackupRuns } from "../backup-runs.ts";
import { jobFigures, liveWorkers } from "../jobs/queries.ts";

export interface RequestMetrics {
  observe(route: string, status: number, seconds: number): void;
}

export interface Metrics extends RequestMetrics {
  readonly registry: Registry;
  /** The exposition text. */
  text(): Promise<string>;
}

interface FleetGauges {
  readonly jobs: Gauge<"name" | "state">;
  readonly oldest: Gauge<"name" | "state">;
  readonly workers: Gauge;
  readonly backups: BackupGauges;
}

interface BackupGauges {
  readonly at: Gauge<"kind" | "outcome">;
  readonly bytes: Gauge;
}

/** Read when asked for: figures of the fleet, the same from every process. */
async function countFleet(database: Database, gauges: FleetGauges): Promise<void> {
  const { jobs, oldest, workers, backups } = gauges;
  const { figures, live, runs } = await database.system(async (db) => ({
    figures: await jobFigures(db),
    live: await liveWorkers(db, 60),
    runs: await lastBackupRuns(db),
  }));
  jobs.reset();
  oldest.reset();
  for (const { name, state, jobs: count, oldestSeconds } of figures) {
    jobs.set({ name, state }, count);
    oldest.set({ name, state }, oldestSeconds);
  }
  workers.set(live);
  setBackups(backups, runs);
}

function setBackups({ at, bytes }: BackupGauges, runs: readonly BackupRunFigure[]): void {
  at.reset();
  bytes.reset();
  for (const { kind, succeeded, finishedAt, archiveBytes } of runs) {
    at.set({ kind, outcome: succeeded ? "success" : "failure" }, finishedAt.getTime() / 1000);
    if (kind === "backup" && succeeded && archiveBytes !== null) bytes.set(archiveBytes);
  }
}

/** What the runtime tells of a heap's spaces; it walks the whole heap each time, and the server waits. */
const heapSpaces = ["total", "used", "available"].map(
  (figure) => `nodejs_heap_space_size_${figure}_bytes`,
);

/** The process itself: its memory, its processor time, its event loop. From the first scrape on. */
function watchProcess(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  for (const name of heapSpaces) registry.removeSingleMetric(name);
}

/** A registry of one process. */
export function createMetrics(
  database: Database,
  { version, commit }: { version: string; commit: string },
): Metrics {
  const registry = new Registry();
  let isScraped = false;
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
  const backups: BackupGauges = {
    at: gauge(
      "weft_backup_last_timestamp_seconds",
      "When a backup, restore or restore drill last ended with this outcome",
      ["kind", "outcome"],
    ),
    bytes: gauge("weft_backup_bytes", "Size of the newest backup", []),
  };
  return {
    registry,
    observe(route, status, duration) {
      requests.inc({ route, status: String(status) });
      seconds.observe({ route }, duration);
    },
    async text() {
      if (!isScraped) watchProcess(registry);
      isScraped = true;
      const { total, idle, waiting } = database.pool();
      connections.set({ state: "busy" }, total - idle);
      connections.set({ state: "idle" }, idle);
      connections.set({ state: "waiting_callers" }, waiting);
      await countFleet(database, { jobs, oldest, workers, backups });
      return registry.metrics();
    },
  };
}
