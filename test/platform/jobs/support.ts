// What the tests of jobs share: a database, jobs that do what the test says, workers that are stopped at the end.
import { afterEach } from "bun:test";
import { z } from "zod";
import {
  defineJob,
  type JobContext,
  type JobDefinition,
  type JobRequest,
  type Outcome,
} from "#platform/jobs/define.ts";
import type { JobLog } from "#platform/jobs/log.ts";
import { type ClaimedJob, claimJobs, newRota } from "#platform/jobs/claim.ts";
import { settle } from "#platform/jobs/settle.ts";
import { startWorker, type Worker, type WorkerOptions } from "#platform/jobs/worker.ts";
import type { TestDatabase, TestTenant } from "../../support/database.ts";

export interface LogLine {
  readonly level: "info" | "warn" | "error";
  readonly event: string;
  readonly fields: unknown;
}

/** A log that remembers. */
export function memoryLog(): JobLog & { readonly lines: LogLine[]; events(): string[] } {
  const lines: LogLine[] = [];
  const keep = (level: LogLine["level"]) => (fields: unknown, event?: string) =>
    void lines.push({ level, event: event ?? "", fields });
  return {
    lines,
    events: () => lines.map((line) => line.event),
    info: keep("info"),
    warn: keep("warn"),
    error: keep("error"),
  };
}

export interface Behaviour {
  readonly run: (context: JobContext<{ n: number }, unknown>) => Promise<Outcome>;
  readonly retryAfterSeconds?: readonly number[];
  readonly timeoutSeconds?: number;
  readonly lane?: () => string;
  readonly key?: () => string;
}

let count = 0;
/** A job of its own for each test. */
export const aJob = (behaviour: Behaviour) =>
  defineJob(`test.job_${(count += 1)}`, {
    payload: z.object({ n: z.number() }),
    retryAfterSeconds: [],
    timeoutSeconds: 30,
    ...behaviour,
  });

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

/** Starts workers that are stopped after each test of the calling file. Their poll is slow: what wakes them is news. */
export function workersOn({ database, settings }: TestDatabase) {
  const running: Worker[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((worker) => worker.stop(0)));
  });
  return (
    jobs: ReadonlyMap<string, JobDefinition>,
    options: Partial<WorkerOptions> = {},
  ): Worker => {
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
  };
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

export interface NewRow {
  readonly name?: string;
  readonly key?: string | null;
  readonly lane?: string | null;
  readonly priority?: number;
  /** Seconds since it is due; negative for later. */
  readonly age?: number;
}

/** Rows written and claimed past the declarations, by name "claim.test". */
export function claimsOn({ asSuperuser, database }: TestDatabase) {
  /** Writes a row as `enqueue` would; its payload is `label`. */
  const add = (tenant: TestTenant, label: string, row: NewRow = {}) =>
    asSuperuser(
      `insert into app.jobs (tenant_id, name, payload, key, lane, priority, run_at)
       values ($1, $2, to_jsonb($3::text), $4, $5, $6, now() - make_interval(secs => $7))`,
      [
        tenant.id,
        row.name ?? "claim.test",
        label,
        row.key ?? null,
        row.lane ?? null,
        row.priority ?? 0,
        row.age ?? 1,
      ],
    );

  const request = { names: ["claim.test"], worker: "w", leaseSeconds: 60, limit: 10 };
  const claim = (limit = 10, rota = newRota()) => claimJobs(database, { ...request, limit }, rota);
  const labels = (jobs: readonly ClaimedJob[]) => jobs.map((job) => String(job.payload));
  const finish = (jobs: readonly ClaimedJob[]) =>
    Promise.all(jobs.map((job) => settle(database, job, { kind: "done" })));

  /** Claims one job after the other, each done before the next, and answers the order. */
  async function order(claims: number, rota = newRota()): Promise<string[]> {
    const seen: string[] = [];
    for (let n = 0; n < claims; n += 1) {
      const claimed = await claim(1, rota);
      seen.push(...labels(claimed));
      await finish(claimed);
    }
    return seen;
  }
  return { add, request, claim, labels, finish, order };
}
