// What the job platform cleans up after itself: rows of old schedule runs and of workers that are gone.
import { sql } from "kysely";
import type { SystemDb } from "../db/database.ts";
import { defineSchedule } from "./schedule.ts";

const runsKeptDays = 90;
const workersKeptHours = 1;

/** Hourly. Dead jobs stay: only a person knows whether they may go. */
export const purgeJobHistory = defineSchedule("jobs.purge_history", {
  cron: "17 * * * *",
  run: async ({ database, log }) => {
    const purged = await database.system(purge);
    log.info(purged, "job history purged");
  },
});

async function purge(db: SystemDb) {
  const workers = await sql`
    delete from workers
     where seen_at < now() - make_interval(hours => ${workersKeptHours}::int)`.execute(db);
  // A run whose worker is gone will not end any more: say so, for nobody else can.
  const lostRuns = await sql`
    update schedule_runs
       set finished_at = now(), error = 'the worker was lost during the run'
     where finished_at is null and worker not in (select id from workers)`.execute(db);
  // The newest row of a name stays: it is how a schedule knows what it has missed.
  const runs = await sql`
    delete from schedule_runs as run
     where run.due_at < now() - make_interval(days => ${runsKeptDays}::int)
       and exists (
         select from schedule_runs as newer
          where newer.name = run.name and newer.due_at > run.due_at
       )`.execute(db);
  return {
    workers: Number(workers.numAffectedRows ?? 0),
    lostRuns: Number(lostRuns.numAffectedRows ?? 0),
    runs: Number(runs.numAffectedRows ?? 0),
  };
}
