// Takes due jobs for one worker under a lease, fairly between tenants, and takes back what lost workers held (README.md).
import { sql } from "kysely";
import type { TenantId } from "#src/ids.ts";
import type { Database, SystemDb } from "../db/database.ts";
import { againAfterRace } from "./again.ts";

export interface ClaimedJob {
  readonly tenantId: TenantId;
  readonly id: string;
  readonly name: string;
  readonly payload: unknown;
  readonly key: string | null;
  /** 1 for the first try. */
  readonly attempt: number;
  /** Names this claim alone: nothing is written for a job whose row no longer carries it. */
  readonly lease: string;
}

export interface ClaimRequest {
  /** Names this worker can run; others stay pending. */
  readonly names: readonly string[];
  readonly worker: string;
  readonly leaseSeconds: number;
  readonly limit: number;
}

/** Whose turn it is: what one worker remembers between its claims. */
export interface Rota {
  claims: number;
  /** The tenant served last by claims that go by priority, and by those that go by turn alone. */
  readonly last: Record<"byPriority" | "byTurn", string>;
}

const beforeAllTenants = "00000000-0000-0000-0000-000000000000";

/** Every fourth claim goes by turn alone, so that urgent work can delay other work but never stop it. */
const turnEvery = 4;

/** Of jobs without a lane so many times the limit are looked at, for some may be in another worker's hands. */
const spare = 4;

export const newRota = (): Rota => ({
  claims: 0,
  last: { byPriority: beforeAllTenants, byTurn: beforeAllTenants },
});

/**
 * Leases up to `limit` due jobs to a worker and counts the attempt. Within a tenant by priority, then age; between tenants in
 * turn, those with fewer running jobs first. At most one job of a lane and one of a key is leased at any time, in the whole
 * fleet. All times are the database's.
 */
export async function claimJobs(
  database: Database,
  request: ClaimRequest,
  rota: Rota,
): Promise<readonly ClaimedJob[]> {
  rota.claims += 1;
  const by = rota.claims % turnEvery === 0 ? "byTurn" : "byPriority";
  const lease = `${request.worker}/${rota.claims}`;
  const rows = await againAfterRace(() =>
    database.system((db) => lock(db, { ...request, lease, by, after: rota.last[by] })),
  );
  const furthest = rows.reduce<Row | null>((a, b) => (a && a.place > b.place ? a : b), null);
  if (furthest) rota.last[by] = furthest.tenantId;
  return rows.map(({ tenantId, id, name, payload, key, attempt }) => ({
    tenantId,
    id,
    name,
    payload,
    key,
    attempt,
    lease,
  }));
}

type Row = Omit<ClaimedJob, "lease"> & { readonly place: number };

interface Lock extends ClaimRequest {
  readonly lease: string;
  readonly by: "byPriority" | "byTurn";
  readonly after: string;
}

/** The claim itself; the tests hand it to `explain`. */
export const claimStatement = ({ names, leaseSeconds, limit, lease, by, after }: Lock) => sql<Row>`
  with recursive
  -- The pending queues, each found from the one before by one step along jobs_due: once round, starting behind "after".
  queues (tenant_id, lane, lap, place) as (
    (
      select * from (
        (select tenant_id, coalesce(lane, '') as lane, 0 as lap, 1 as place
           from jobs
          where leased_until is null and dead_at is null and tenant_id > ${after}::uuid
          order by tenant_id, coalesce(lane, '') limit 1)
        union all
        (select tenant_id, coalesce(lane, ''), 1, 1
           from jobs
          where leased_until is null and dead_at is null
          order by tenant_id, coalesce(lane, '') limit 1)
      ) as start limit 1
    )
    union all
    select step.tenant_id, step.lane, step.lap, queue.place + 1
      from queues as queue
     cross join lateral (
       select * from (
         (select tenant_id, coalesce(lane, '') as lane, queue.lap
            from jobs
           where leased_until is null and dead_at is null
             and (tenant_id, coalesce(lane, '')) > (queue.tenant_id, queue.lane)
           order by tenant_id, coalesce(lane, '') limit 1)
         union all
         (select tenant_id, coalesce(lane, ''), 1
            from jobs
           where queue.lap = 0 and leased_until is null and dead_at is null
           order by tenant_id, coalesce(lane, '') limit 1)
       ) as next limit 1
     ) as step
     where step.lap = 0 or step.tenant_id <= ${after}::uuid
  ),
  -- A free lane offers its first job, the jobs without a lane some more. "share" counts what the tenant would then have.
  candidates as (
    select head.*, queue.place,
           row_number() over (
             partition by head.tenant_id order by head.priority desc, head.run_at, head.id
           ) + (
             select count(*) from jobs as running
              where running.leased_until is not null and running.tenant_id = queue.tenant_id
           ) as share
      from (select * from queues limit 10000) as queue
     cross join lateral (
       select job.tenant_id, job.id, job.priority, job.run_at
         from jobs as job
        where job.leased_until is null and job.dead_at is null
          and job.tenant_id = queue.tenant_id and coalesce(job.lane, '') = queue.lane
          and job.run_at <= now()
          and job.name = any(${names}::text[])
          and (job.key is null or not exists (
            select from jobs as same
             where same.leased_until is not null
               and same.tenant_id = job.tenant_id and same.key = job.key
          ))
        order by job.tenant_id, coalesce(job.lane, ''), job.priority desc, job.run_at, job.id
        limit case when queue.lane = '' then ${limit * spare}::int else 1 end
     ) as head
     where queue.lane = '' or not exists (
       select from jobs as same
        where same.leased_until is not null
          and same.tenant_id = queue.tenant_id and same.lane = queue.lane
     )
  ),
  -- One after the other, and no more than wanted, whatever the planner believes of the table's size.
  picked as (
    select locked.tenant_id, locked.id, candidate.place
      from (
        select * from candidates
         order by case when ${by === "byPriority"}::boolean then -priority else 0 end, share, place
      ) as candidate
     cross join lateral (
       select job.tenant_id, job.id
         from jobs as job
        where job.tenant_id = candidate.tenant_id and job.id = candidate.id
          and job.leased_until is null and job.dead_at is null and job.run_at <= now()
        limit 1
          for update skip locked
     ) as locked
     limit ${limit}::int
  )
  update jobs
     set leased_until = now() + make_interval(secs => ${leaseSeconds}::float8),
         leased_by = ${lease},
         attempts = jobs.attempts + 1
    from picked
   where jobs.tenant_id = picked.tenant_id and jobs.id = picked.id
  returning jobs.tenant_id as "tenantId", jobs.id, jobs.name, jobs.payload, jobs.key,
            jobs.attempts as attempt, picked.place`;

async function lock(db: SystemDb, request: Lock): Promise<readonly Row[]> {
  const { rows } = await claimStatement(request).execute(db);
  return rows;
}
