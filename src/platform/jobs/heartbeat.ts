// A worker's sign of life: extends its leases, keeps its row in `workers`, takes back what lost workers held.
import { sql } from "kysely";
import type { Database, SystemDb } from "../db/database.ts";
import { createAlarm } from "./alarm.ts";
import type { Crew } from "./crew.ts";
import type { JobDefinition } from "./define.ts";
import type { JobLog } from "./log.ts";
import { extendLeases, sweepLeases } from "./settle.ts";

export interface HeartbeatSettings {
  readonly database: Database;
  readonly jobs: ReadonlyMap<string, JobDefinition>;
  readonly log: JobLog;
  readonly crew: Crew;
  readonly worker: string;
  readonly leaseSeconds: number;
  /** Called when jobs came back to be claimed. */
  readonly onReturned: () => void;
}

export interface Heartbeat {
  /** Ends the beat and removes the worker's row. */
  stop(): Promise<void>;
}

/** Beats three times a lease, ten times while the database is away. */
export function startHeartbeat(settings: HeartbeatSettings): Heartbeat {
  const { database, log, crew, worker, leaseSeconds } = settings;
  const alarm = createAlarm();
  const reportUnknown = unknownNameReporter(settings);
  const stopping = new AbortController();
  let isFailing = false;

  async function beatAlways(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await beat(settings);
        await sweep(settings);
        await reportUnknown();
        if (isFailing) log.info({ worker }, "worker heartbeat resumed");
        isFailing = false;
      } catch (error) {
        crew.leasesUnknown();
        if (!isFailing) log.error({ worker, err: error }, "worker heartbeat failed");
        isFailing = true;
      }
      await alarm.wait(leaseSeconds / (isFailing ? 10 : 3));
    }
  }

  const beating = beatAlways();
  return {
    async stop() {
      stopping.abort();
      alarm.ring();
      await beating;
      try {
        await database.system((db) => db.deleteFrom("workers").where("id", "=", worker).execute());
      } catch (error) {
        log.warn({ worker, err: error }, "worker row left behind");
      }
    },
  };
}

async function beat({ database, crew, worker, leaseSeconds }: HeartbeatSettings): Promise<void> {
  const held = crew.held();
  const sentAt = performance.now();
  const kept = await database.system(async (db) => {
    await db
      .insertInto("workers")
      .values({ id: worker })
      .onConflict((on) => on.column("id").doUpdateSet({ seen_at: sql<Date>`now()` }))
      .execute();
    return extendLeases(db, held, leaseSeconds);
  });
  crew.leasesExtended(held, kept, sentAt);
}

async function sweep({ database, jobs, log, onReturned }: HeartbeatSettings): Promise<void> {
  const swept = await sweepLeases(database, jobs);
  for (const job of swept) log.warn(job, "job taken back from a lost worker");
  if (swept.length > 0) onReturned();
}

/** Names that wait here for another version of the program are logged once each. */
function unknownNameReporter({ database, jobs, log }: HeartbeatSettings): () => Promise<void> {
  const reported = new Set<string>();
  return async () => {
    const names = await database.system((db) => waitingNames(db, [...jobs.keys(), ...reported]));
    for (const name of names) {
      reported.add(name);
      log.warn({ job: name }, "job of unknown name left for another version");
    }
  };
}

async function waitingNames(db: SystemDb, except: readonly string[]): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select distinct name from jobs
     where leased_until is null and dead_at is null and name <> all(${except}::text[])
     limit 100`.execute(db);
  return rows.map((row) => row.name);
}
