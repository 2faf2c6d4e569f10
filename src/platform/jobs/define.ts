// A job: work after the commit. Declared once, enqueued in the transaction that causes it (README.md says what happens when).
import { sql } from "kysely";
import type { z } from "zod";
import type { TenantDb, TenantScope } from "../db/database.ts";

export interface JobRequest {
  enqueue(db: TenantDb): Promise<void>;
}

/** "done", try again for this reason, or give up for this reason. A throw counts as retry. */
export type Outcome = "done" | { readonly retry: string } | { readonly dead: string };

export interface JobContext<P, S> {
  readonly payload: P;
  readonly tenant: TenantScope;
  /** What the worker was built with: outbound, mail transport, keys, … */
  readonly services: S;
  readonly signal: AbortSignal;
  /** 1 for the first try. */
  readonly attempt: number;
}

interface JobSpec<P extends z.ZodType, S> {
  /** Ids only, never a secret: the row is readable by whoever reads the table. */
  readonly payload: P;
  /** Debounce: a pending job with the same key is refreshed, not doubled; a running one gets a successor that waits for its end. */
  key?(payload: z.output<P>): string;
  /** At most one running job per lane of a tenant. */
  lane?(payload: z.output<P>): string;
  /** Higher runs first within the tenant; 0 by default, 10 for what a person waits for. From -100 to 100. */
  readonly priority?: number;
  /** Seconds until the 2nd, 3rd, … attempt; after the last one the job is dead. */
  readonly retryAfterSeconds: readonly number[];
  /** For one attempt. Then the signal aborts and the attempt has failed, whatever it still answers. */
  readonly timeoutSeconds: number;
  run(context: JobContext<z.output<P>, S>): Promise<Outcome>;
}

export interface JobDefinition<P extends z.ZodType = z.ZodType, S = never> {
  readonly name: string;
  readonly retryAfterSeconds: readonly number[];
  readonly timeoutSeconds: number;
  /** A request for this job; `at` delays it. */
  with(payload: z.input<P>, at?: Date): JobRequest;
  run(context: JobContext<unknown, S>): Promise<Outcome>;
}

const declared = new Map<string, JobDefinition>();

/**
 * Declares a job under a stable name (`area.thing`). `S` is what its `run` needs from the worker's services.
 * @throws {Error} a name declared twice or out of shape, a delay, timeout or priority that makes no sense
 */
export function defineJob<P extends z.ZodType, S = unknown>(
  name: string,
  spec: JobSpec<P, S>,
): JobDefinition<P, S> {
  if (declared.has(name)) throw new Error(`job "${name}" is declared twice`);
  checkSpec(name, spec);
  const job: JobDefinition<P, S> = {
    name,
    retryAfterSeconds: spec.retryAfterSeconds,
    timeoutSeconds: spec.timeoutSeconds,
    with: (input, at) => ({
      enqueue: (db) => enqueue(db, name, spec, spec.payload.parse(input), at),
    }),
    run: ({ payload, ...rest }) => spec.run({ payload: spec.payload.parse(payload), ...rest }),
  };
  declared.set(name, job);
  return job;
}

/** Every declared job by name: the worker and the name lock read it. */
export function declaredJobs(): ReadonlyMap<string, JobDefinition> {
  return declared;
}

/** area.thing, for jobs and schedules alike. */
export const nameShape = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/;
const priorityMax = 100;
/** What one timer can count. */
export const timeoutMaxSeconds = 2_147_483;

function checkSpec(
  name: string,
  spec: { retryAfterSeconds: readonly number[]; timeoutSeconds: number; priority?: number },
): void {
  const { retryAfterSeconds, timeoutSeconds, priority = 0 } = spec;
  const wrong = (what: string) => new Error(`job "${name}": ${what}`);
  if (!nameShape.test(name)) throw wrong("unexpected name, expected area.thing");
  if (!retryAfterSeconds.every((delay) => Number.isFinite(delay) && delay >= 0))
    throw wrong("every delay must be 0 seconds or more");
  if (!(timeoutSeconds > 0 && timeoutSeconds <= timeoutMaxSeconds))
    throw wrong(`timeoutSeconds must lie between 0 and ${timeoutMaxSeconds}`);
  if (!Number.isInteger(priority) || Math.abs(priority) > priorityMax)
    throw wrong(`priority must be a whole number from -${priorityMax} to ${priorityMax}`);
}

async function enqueue<P extends z.ZodType>(
  db: TenantDb,
  name: string,
  spec: JobSpec<P, never>,
  payload: z.output<P>,
  at: Date | undefined,
): Promise<void> {
  const runAt = at ?? sql<Date>`now()`;
  const body = JSON.stringify(payload);
  await db
    .insertInto("jobs")
    .values({
      name,
      payload: body,
      key: spec.key ? `${name}:${spec.key(payload)}` : null,
      lane: spec.lane ? `${name}:${spec.lane(payload)}` : null,
      priority: spec.priority ?? 0,
      run_at: runAt,
    })
    .onConflict((on) =>
      on
        .expression(sql`tenant_id, key`)
        .where("leased_until", "is", null)
        .where("dead_at", "is", null)
        .doUpdateSet({ run_at: runAt, attempts: 0, last_error: null, payload: body }),
    )
    .execute();
  await sql`select pg_notify('weft_jobs', '')`.execute(db);
}
