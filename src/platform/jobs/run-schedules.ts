// Runs what schedules are due, once in the whole fleet: the row (name, due_at) is written first, and only its writer runs.
import { sql } from "kysely";
import type { TenantId } from "#src/ids.ts";
import type { Clock } from "../clock.ts";
import type { Database, SystemDb, TenantScope } from "../db/database.ts";
import { insist } from "./again.ts";
import { createAlarm } from "./alarm.ts";
import { type Ending, type Interruptible, runInterruptible } from "./interruptible.ts";
import { errorText, type JobLog, storable } from "./log.ts";
import type { ScheduleDefinition } from "./schedule.ts";

export interface ScheduleSettings {
  readonly database: Database;
  readonly services: unknown;
  readonly log: JobLog;
  /** Named in the rows of the runs it makes. */
  readonly worker: string;
  /** Aborts when results can no longer be written. */
  readonly closing: AbortSignal;
}

export interface ScheduleRun {
  readonly name: string;
  readonly dueAt: Date;
  /** Resolves when the run has ended and its row says how. Never rejects. */
  readonly finished: Promise<void>;
  readonly interrupt: (why: "stopping") => void;
}

/**
 * Starts every schedule whose last due time has not run yet. Of several missed times only the last one runs. A schedule
 * seen for the first time starts with its next due time. While a run is under way, anywhere, the schedule waits.
 */
export async function startDueSchedules(
  settings: ScheduleSettings,
  schedules: ReadonlyMap<string, ScheduleDefinition>,
  now: Date,
): Promise<readonly ScheduleRun[]> {
  const due = [...schedules.values()].flatMap((schedule) => {
    const dueAt = schedule.lastDue(now);
    return dueAt ? [{ schedule, dueAt }] : [];
  });
  const mine = await settings.database.system((db) => take(db, due, now, settings.worker));
  return due
    .filter(({ schedule }) => mine.has(schedule.name))
    .map(({ schedule, dueAt }) => startRun(settings, schedule, dueAt));
}

interface Due {
  readonly schedule: ScheduleDefinition;
  readonly dueAt: Date;
}

/** Writes the rows of due times and answers the names whose row this worker wrote: those runs are its own. */
async function take(
  db: SystemDb,
  due: readonly Due[],
  now: Date,
  worker: string,
): Promise<ReadonlySet<string>> {
  const names = due.map(({ schedule }) => schedule.name);
  // First seen: this row stands for no run, it marks from when on due times count.
  await sql`
    insert into schedule_runs (name, due_at, worker, finished_at)
    select due.name, ${now}::timestamptz, ${worker}, now()
      from unnest(${names}::text[]) as due (name)
     where not exists (select from schedule_runs as run where run.name = due.name)
        on conflict do nothing`.execute(db);
  const { rows } = await sql<{ name: string }>`
    insert into schedule_runs (name, due_at, worker)
    select due.name, due.at, ${worker}
      from unnest(
             ${names}::text[],
             ${due.map(({ dueAt }) => dueAt)}::timestamptz[],
             ${due.map(({ schedule }) => schedule.timeoutSeconds)}::float8[]
           ) as due (name, at, timeout_seconds)
     where not exists (
       select from schedule_runs as run
        where run.name = due.name
          and (run.due_at >= due.at
               or (run.finished_at is null
                   and run.started_at > now() - make_interval(secs => due.timeout_seconds)))
     )
        on conflict do nothing
    returning name`.execute(db);
  return new Set(rows.map((row) => row.name));
}

function startRun(
  settings: ScheduleSettings,
  schedule: ScheduleDefinition,
  dueAt: Date,
): ScheduleRun {
  const { database, services, log, closing } = settings;
  const visits: Visits = { tenants: 0, failures: [] };
  const work: Interruptible<void> = runInterruptible(schedule.timeoutSeconds, (signal) =>
    schedule.run({
      database,
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the worker's services; each schedule declares the part it needs
      services: services as never,
      log,
      signal,
      eachTenant: (visit) =>
        eachTenant({ database, log, schedule: schedule.name, visits, signal }, visit),
    }),
  );
  const finish = async (): Promise<void> => {
    const ending = await work.ended;
    const error = problem(schedule, ending, visits);
    const fields = { schedule: schedule.name, dueAt };
    if (error === null) log.info(fields, "schedule finished");
    else
      log.error(
        { ...fields, error, ...("error" in ending ? { err: ending.error } : {}) },
        "schedule failed",
      );
    const written = await insist(closing, () =>
      database.system((db) =>
        db
          .updateTable("schedule_runs")
          .set({ finished_at: sql<Date>`now()`, error })
          .where("name", "=", schedule.name)
          .where("due_at", "=", dueAt)
          .execute(),
      ),
    );
    if ("failure" in written)
      log.error({ ...fields, failure: written.failure }, "schedule result lost");
  };
  return { name: schedule.name, dueAt, finished: finish(), interrupt: work.interrupt };
}

interface Visits {
  tenants: number;
  readonly failures: string[];
}

function problem(
  schedule: ScheduleDefinition,
  ending: Ending<void>,
  visits: Visits,
): string | null {
  const { failures, tenants } = visits;
  const parts: string[] = [];
  if (ending.interrupted === "timeout") parts.push(`no end after ${schedule.timeoutSeconds} s`);
  else if (ending.interrupted && !("value" in ending)) parts.push("the worker stopped");
  else if ("error" in ending) parts.push(errorText(ending.error));
  if (failures.length > 0)
    parts.push(
      `${failures.length} of ${tenants} tenants failed: ${failures.slice(0, 5).join("; ")}`,
    );
  return parts.length === 0 ? null : storable(parts.join("; "));
}

interface Round {
  readonly database: Database;
  readonly log: JobLog;
  readonly schedule: string;
  readonly visits: Visits;
  readonly signal: AbortSignal;
}

const pageSize = 200;

async function eachTenant(
  { database, log, schedule, visits, signal }: Round,
  visit: (tenant: TenantScope, subdomain: string) => Promise<void>,
): Promise<void> {
  for await (const { id, subdomain } of activeTenants(database)) {
    signal.throwIfAborted();
    visits.tenants += 1;
    try {
      await visit(database.tenant(id), subdomain);
    } catch (error) {
      visits.failures.push(`${subdomain}: ${errorText(error)}`);
      log.error({ schedule, tenant: id, err: error }, "schedule failed for a tenant");
    }
  }
}

interface ListedTenant {
  readonly id: TenantId;
  readonly subdomain: string;
  readonly state: string;
}

async function* activeTenants(database: Database): AsyncGenerator<ListedTenant> {
  for (let after = ""; ;) {
    const page = await database.system(async (db) => {
      const { rows } = await sql<ListedTenant>`
        select id, subdomain, state from app.list_tenants(${after}, ${pageSize})`.execute(db);
      return rows;
    });
    yield* page.filter((tenant) => tenant.state === "active");
    const last = page.at(-1);
    if (!last || page.length < pageSize) return;
    after = last.subdomain;
  }
}

export interface ScheduleLoop {
  /** Starts nothing more. */
  stop(): void;
  interruptAll(): void;
  /** After `stop`: resolves when the last run has ended and is written. */
  idle(): Promise<void>;
}

export interface LoopSettings extends ScheduleSettings {
  readonly schedules: ReadonlyMap<string, ScheduleDefinition>;
  /** The database's clock by default, so that workers agree whatever their own clocks say. */
  readonly clock?: Clock | undefined;
}

/** Longest sleep: so late may a jump of the clock, or a run that ended elsewhere, be noticed. */
const lookSeconds = 30;
const failureSeconds = 1;

/** Starts schedules as they fall due, until it is stopped. */
export function startScheduleLoop(settings: LoopSettings): ScheduleLoop {
  const { database, schedules, log, clock } = settings;
  const alarm = createAlarm();
  const runs = new Set<ScheduleRun>();
  const stopping = new AbortController();
  const interrupting = new AbortController();
  let isFailing = false;

  const follow = async (run: ScheduleRun): Promise<void> => {
    runs.add(run);
    if (interrupting.signal.aborted) run.interrupt("stopping");
    await run.finished;
    runs.delete(run);
  };

  async function look(): Promise<number> {
    const now = clock ? clock.now() : await databaseNow(database);
    if (stopping.signal.aborted) return 0;
    for (const run of await startDueSchedules(settings, schedules, now)) void follow(run);
    const next = [...schedules.values()].flatMap((schedule) => schedule.nextDue(now) ?? []);
    const untilNext = Math.min(...next.map((due) => (due.getTime() - now.getTime()) / 1000));
    return Math.min(untilNext, lookSeconds);
  }

  async function lookAlways(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const seconds = await look();
        isFailing = false;
        await alarm.wait(seconds);
      } catch (error) {
        if (!isFailing) log.error({ err: error }, "looking for due schedules failed");
        isFailing = true;
        await alarm.wait(failureSeconds);
      }
    }
  }

  const looking = lookAlways();
  return {
    stop() {
      stopping.abort();
      alarm.ring();
    },
    interruptAll() {
      interrupting.abort();
      for (const run of runs) run.interrupt("stopping");
    },
    async idle() {
      await looking;
      await Promise.all([...runs].map((run) => run.finished));
    },
  };
}

async function databaseNow(database: Database): Promise<Date> {
  const { rows } = await database.system((db) => sql<{ now: Date }>`select now()`.execute(db));
  const now = rows[0]?.now;
  if (!now) throw new Error("the database did not tell the time");
  return now;
}
