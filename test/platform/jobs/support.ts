// What the tests of jobs share: a database, jobs that do what the test says, workers that are stopped at the end.
import { afterEach } from "bun:test";
import type { JobDefinition } from "#platform/jobs/define.ts";
import type { JobRequest } from "#platform/jobs/define.ts";
import type { JobLog } from "#platform/jobs/log.ts";
import { startWorker, type Worker, type WorkerOptions } from "#platform/jobs/worker.ts";
import type { TestDatabase, TestTenant } from "../../support/database.ts";

export interface LogLine {
  readonly level: "info" | "warn" | "error";
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A log that remembers. */
export function memoryLog(): JobLog & { readonly lines: LogLine[]; events(): string[] } {
  const lines: LogLine[] = [];
  const keep = (level: LogLine["level"]) => (fields: unknown, event?: string) =>
    void lines.push({ level, event: event ?? "", fields: fields as LogLine["fields"] });
  return {
    lines,
    events: () => lines.map((line) => line.event),
    info: keep("info"),
    warn: keep("warn"),
    error: keep("error"),
  };
}

export const byName = (...jobs: readonly JobDefinition[]): ReadonlyMap<string, JobDefinition> =>
  new Map(jobs.map((job) => [job.name, job]));

export const enqueue = (tenant: TestTenant, ...requests: readonly JobRequest[]): Promise<void> =>
  tenant.scope.write(async (db) => {
    for (const request of requests) await request.enqueue(db);
  });

/** Waits until `holds` does, looking every few milliseconds. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what = "the condition",
  seconds = 10,
): Promise<void> {
  const giveUpAt = performance.now() + seconds * 1000;
  while (!(await holds())) {
    if (performance.now() > giveUpAt) throw new Error(`${what} did not come about in ${seconds} s`);
    await Bun.sleep(5);
  }
}

/** A gate that jobs wait at until the test opens it. */
export function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

const running: Worker[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((worker) => worker.stop(0)));
});

/** A worker that is stopped after the test. Its poll is slow, so that a test sees whether news wakes it. */
export function aWorker(
  { database, settings }: Pick<TestDatabase, "database" | "settings">,
  jobs: ReadonlyMap<string, JobDefinition>,
  options: Partial<WorkerOptions> = {},
): Worker {
  const worker = startWorker({
    database,
    connection: settings,
    jobs,
    schedules: new Map(),
    services: {},
    log: memoryLog(),
    pollSeconds: 30,
    ...options,
  });
  running.push(worker);
  return worker;
}

export interface JobRow {
  readonly id: string;
  readonly name: string;
  readonly payload: unknown;
  readonly attempts: number;
  readonly last_error: string | null;
  readonly leased_by: string | null;
  readonly dead_at: Date | null;
  readonly run_at: Date;
}

/** The job rows of a tenant, in the order they were made. */
export const rowsOf = ({ asSuperuser }: TestDatabase, tenant: TestTenant): Promise<JobRow[]> =>
  asSuperuser<JobRow>("select * from app.jobs where tenant_id = $1 order by id", [tenant.id]);
