// Writes what became of a claimed job, keeps leases alive, and takes back those of lost workers. The lease is the fence:
// every statement names it, so a worker that lost a job changes nothing.
import { type Expression, type ExpressionBuilder, type SqlBool, sql } from "kysely";
import type { DB } from "../db/schema.ts";
import type { Database, SystemDb } from "../db/database.ts";
import { attemptsMax, type Verdict } from "./attempt.ts";
import type { ClaimedJob } from "./claim.ts";
import type { JobDefinition } from "./define.ts";
import { storable } from "./log.ts";
import { againAfterRace } from "./again.ts";

/** Writes the verdict. False when the lease had gone to another worker: then nothing was written. */
export function settle(database: Database, job: ClaimedJob, verdict: Verdict): Promise<boolean> {
  return againAfterRace(() => database.system((db) => write(db, job, verdict)));
}

async function write(db: SystemDb, job: ClaimedJob, verdict: Verdict): Promise<boolean> {
  switch (verdict.kind) {
    case "lost":
      return false;
    case "done": {
      const done = await db.deleteFrom("jobs").where(held(job)).executeTakeFirst();
      return done.numDeletedRows > 0n;
    }
    case "dead":
      return update(db, job, {
        dead_at: sql<Date>`now()`,
        last_error: storable(verdict.error),
      });
    case "retry":
      return toPending(db, job, {
        run_at: sql<Date>`now() + make_interval(secs => ${verdict.delaySeconds}::float8)`,
        last_error: storable(verdict.error),
      });
    case "given back":
      break;
  }
  const isGiven = await toPending(db, job, { attempts: sql<number>`attempts - 1` });
  await sql`select pg_notify('weft_jobs', '')`.execute(db); // another worker may have a free place
  return isGiven;
}

interface Changes {
  readonly dead_at?: Expression<Date>;
  readonly run_at?: Expression<Date>;
  readonly attempts?: Expression<number>;
  readonly last_error?: string;
}

/** Back to pending. Where a job of the same key waits already, that one does this one's work too: it is newer. */
async function toPending(db: SystemDb, job: ClaimedJob, changes: Changes): Promise<boolean> {
  if (job.key !== null) {
    const merged = await db
      .deleteFrom("jobs")
      .where(held(job))
      .where((row) =>
        row.exists(
          row
            .selectFrom("jobs as next")
            .select("next.id")
            .where("next.tenant_id", "=", job.tenantId)
            .where("next.key", "=", job.key)
            .where("next.leased_until", "is", null)
            .where("next.dead_at", "is", null),
        ),
      )
      .executeTakeFirst();
    if (merged.numDeletedRows > 0n) return true;
  }
  return update(db, job, changes);
}

async function update(db: SystemDb, job: ClaimedJob, changes: Changes): Promise<boolean> {
  const updated = await db
    .updateTable("jobs")
    .set({ ...changes, leased_until: null, leased_by: null })
    .where(held(job))
    .executeTakeFirst();
  return updated.numUpdatedRows > 0n;
}

const held =
  (job: ClaimedJob) =>
  (row: ExpressionBuilder<Pick<DB, "jobs">, "jobs">): Expression<SqlBool> =>
    row.and({ tenant_id: job.tenantId, id: job.id, leased_by: job.lease });

/** Extends the leases of `jobs`. Answers those still held, the rest is lost. */
export async function extendLeases(
  db: SystemDb,
  jobs: readonly ClaimedJob[],
  leaseSeconds: number,
): Promise<ReadonlySet<ClaimedJob>> {
  if (jobs.length === 0) return new Set();
  const { rows } = await sql<{ place: number }>`
    update jobs
       set leased_until = now() + make_interval(secs => ${leaseSeconds}::float8)
      from unnest(
             ${jobs.map((job) => job.tenantId)}::uuid[],
             ${jobs.map((job) => job.id)}::uuid[],
             ${jobs.map((job) => job.lease)}::text[]
           ) with ordinality as mine (tenant_id, id, lease, place)
     where jobs.tenant_id = mine.tenant_id and jobs.id = mine.id and jobs.leased_by = mine.lease
    returning mine.place::int as place`.execute(db);
  const places = new Set(rows.map((row) => row.place));
  return new Set(jobs.filter((_, index) => places.has(index + 1)));
}

export interface SweptJob {
  readonly jobId: string;
  readonly job: string;
  readonly attempt: number;
  readonly becomes: "pending" | "dead" | "merged";
}

/**
 * Takes jobs back whose lease ran out, at most 100: pending again with the attempt counted, or dead after the last one, so that
 * a job that kills its worker does not do so for ever. A job of a name unknown here goes back to pending.
 */
export function sweepLeases(
  database: Database,
  definitions: ReadonlyMap<string, JobDefinition>,
): Promise<readonly SweptJob[]> {
  const known = [...definitions.values()];
  return againAfterRace(() =>
    database.system(async (db) => {
      const { rows } = await sql<SweptJob>`
        with expired as (
          select job.tenant_id, job.id, job.name, job.attempts as attempt,
                 case
                   when job.attempts >= known.attempts_max then 'dead'
                   when next.id is not null then 'merged'
                   else 'pending'
                 end as becomes
            from jobs as job
            left join unnest(
                   ${known.map((definition) => definition.name)}::text[],
                   ${known.map((definition) => attemptsMax(definition))}::int[]
                 ) as known (name, attempts_max) on known.name = job.name
            left join jobs as next
                   on next.tenant_id = job.tenant_id and next.key = job.key
                  and next.leased_until is null and next.dead_at is null
           where job.leased_until < now()
           order by job.leased_until
           limit 100
             for update of job skip locked
        ),
        merged as (
          delete from jobs using expired
           where expired.becomes = 'merged'
             and jobs.tenant_id = expired.tenant_id and jobs.id = expired.id
        ),
        returned as (
          update jobs
             set leased_until = null,
                 leased_by = null,
                 last_error = 'the worker was lost during attempt ' || expired.attempt,
                 dead_at = case when expired.becomes = 'dead' then now() end
            from expired
           where expired.becomes <> 'merged'
             and jobs.tenant_id = expired.tenant_id and jobs.id = expired.id
        )
        select id as "jobId", name as job, attempt, becomes from expired`.execute(db);
      return rows;
    }),
  );
}
