// Does anybody do the work that waits, and did any of it fail for good?
import { jobFigures, lastScheduleRuns, listJobs, liveWorkers } from "#platform/jobs/queries.ts";
import { type Check, fail, type Finding, ok, warn } from "../check.ts";
import { weftLine } from "../lines.ts";
import { texts } from "../texts.ts";

/** A worker beats every 20 seconds: three beats missed. */
const silenceSeconds = 60;
const lateSeconds = 300;

export const workers: Check = {
  name: "workers",
  title: "Workers and jobs",
  settings: ["POSTGRES_"],
  needsDatabase: true,
  async run({ services: { database } }) {
    const { live, figures, schedules, dead } = await database.system(async (db) => ({
      live: await liveWorkers(db, silenceSeconds),
      figures: await jobFigures(db),
      schedules: await lastScheduleRuns(db),
      dead: await listJobs(db, { state: "dead", limit: 1 }),
    }));
    const findings: Finding[] = [];
    if (live === 0) findings.push(fail(texts.noWorker, "docker compose up -d worker"));
    const oldest = Math.max(
      0,
      ...figures.filter(({ state }) => state === "pending").map((job) => job.oldestSeconds),
    );
    if (oldest > lateSeconds)
      findings.push(
        warn(texts.jobsLate(Math.round(oldest / 60)), "docker compose logs --tail 50 worker"),
      );
    const [example] = dead;
    if (example) {
      const counts = figures.filter(({ state }) => state === "dead");
      const total = counts.reduce((sum, { jobs }) => sum + jobs, 0);
      const names = counts.map(({ name, jobs }) => `${name} ${jobs}`);
      findings.push(warn(texts.deadJobs(total, names), weftLine(`job retry ${example.id}`)));
    }
    const failed = schedules.filter(({ error }) => error !== null).map(({ name }) => name);
    if (failed.length > 0)
      findings.push(warn(texts.schedulesFailed(failed), "docker compose logs --tail 200 worker"));
    return findings.length > 0 ? findings : ok(texts.workersFine(live));
  },
};
