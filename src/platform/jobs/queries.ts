// The operator's view of jobs over all tenants: lists, figures for the metrics, and a dead job's second chance.
import { type Expression, type ExpressionBuilder, type SqlBool, sql } from "kysely";
import type { Database, SystemDb } from "../db/database.ts";
import type { DB } from "../db/schema.ts";
import { againAfterRace } from "./again.ts";

/** pending: due now · delayed: due later · running: leased · dead: out of attempts, waits for a person. */
export const jobStates = ["pending", "delayed", "running", "dead"] as const;
export type JobState = (typeof jobStates)[number];

export interface JobPage {
  readonly state: JobState;
  /** At most 200. */
  readonly limit: number;
  /** The id of the last job of the page before. */
  readonly after?: string;
}

const pageMax = 200;

type Jobs = ExpressionBuilder<Pick<DB, "jobs">, "jobs">;

const isIdle = (job: Jobs) =>
  job.and([job("leased_until", "is", null), job("dead_at", "is", null)]);

const isIn: Record<JobState, (job: Jobs) => Expression<SqlBool>> = {
  pending: (job) => job.and([isIdle(job), job("run_at", "<=", sql<Date>`now()`)]),
  delayed: (job) => job.and([isIdle(job), job("run_at", ">", sql<Date>`now()`)]),
  running: (job) => job("leased_until", "is not", null),
  dead: (job) => job("dead_at", "is not", null),
};

/** Jobs in a state, oldest first. The payload holds ids alone, so it may be shown. */
export function listJobs(db: SystemDb, { state, limit, after }: JobPage) {
  return db
    .selectFrom("jobs")
    .select([
      "tenant_id as tenantId",
      "id",
      "name",
      "payload",
      "key",
      "lane",
      "priority",
      "attempts",
      "run_at as runAt",
      "leased_by as leasedBy",
      "last_error as lastError",
      "dead_at as deadAt",
      "created_at as createdAt",
    ])
    .where(isIn[state])
    .$if(after !== undefined, (query) => query.where("id", ">", after ?? ""))
    .orderBy("id")
    .limit(Math.min(limit, pageMax))
    .execute();
}

export interface JobFigure {
  readonly name: string;
  readonly state: JobState;
  readonly jobs: number;
  /** How long the oldest has been due, under way by its row's age, or dead; 0 for delayed jobs. */
  readonly oldestSeconds: number;
}

/** Depth and age by name and state, for the metrics. Reads every row once. */
export async function jobFigures(db: SystemDb): Promise<readonly JobFigure[]> {
  const { rows } = await sql<JobFigure>`
    select name, state, count(*)::int as jobs,
           coalesce(extract(epoch from now() - min(since)), 0)::float8 as "oldestSeconds"
      from (
        select name,
               case
                 when dead_at is not null then 'dead'
                 when leased_until is not null then 'running'
                 when run_at > now() then 'delayed'
                 else 'pending'
               end as state,
               case
                 when dead_at is not null then dead_at
                 when leased_until is not null then run_at
                 when run_at <= now() then run_at
               end as since
          from jobs
      ) as job
     group by name, state
     order by name, state`.execute(db);
  return rows;
}

export interface ScheduleFigure {
  readonly name: string;
  readonly dueAt: Date;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly error: string | null;
}

/** The newest run of every schedule, by name. */
export async function lastScheduleRuns(db: SystemDb): Promise<readonly ScheduleFigure[]> {
  const { rows } = await sql<ScheduleFigure>`
    select distinct on (name) name, due_at as "dueAt", started_at as "startedAt",
           finished_at as "finishedAt", error
      from schedule_runs
     order by name, due_at desc
     limit 1000`.execute(db);
  return rows;
}

/** Workers heard of in the last `seconds`. */
export async function liveWorkers(db: SystemDb, seconds: number): Promise<number> {
  const { rows } = await sql<{ workers: number }>`
    select count(*)::int as workers from workers
     where seen_at > now() - make_interval(secs => ${seconds}::float8)`.execute(db);
  return rows[0]?.workers ?? 0;
}

/**
 * Gives a dead job all its attempts back, from now on. "merged" when a job of the same key waits already: that one does the
 * work, and the dead one goes. "absent" when no dead job has this id.
 */
export function retryJob(database: Database, id: string): Promise<"retried" | "merged" | "absent"> {
  return againAfterRace(() =>
    database.system(async (db) => {
      const merged = await db
        .deleteFrom("jobs")
        .where("id", "=", id)
        .where("dead_at", "is not", null)
        .where((job) =>
          job.exists(
            job
              .selectFrom("jobs as next")
              .select("next.id")
              .whereRef("next.tenant_id", "=", "jobs.tenant_id")
              .whereRef("next.key", "=", "jobs.key")
              .where("next.leased_until", "is", null)
              .where("next.dead_at", "is", null),
          ),
        )
        .executeTakeFirst();
      if (merged.numDeletedRows > 0n) return "merged";
      const retried = await db
        .updateTable("jobs")
        .set({ dead_at: null, attempts: 0, run_at: sql<Date>`now()` })
        .where("id", "=", id)
        .where("dead_at", "is not", null)
        .executeTakeFirst();
      if (retried.numUpdatedRows === 0n) return "absent";
      await sql`select pg_notify('weft_jobs', '')`.execute(db);
      return "retried";
    }),
  );
}
