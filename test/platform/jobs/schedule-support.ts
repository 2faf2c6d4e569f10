// What the tests of schedules share: schedules that do what the test says, and looks at a time of the test's choice.
import { afterEach } from "bun:test";
import { type ScheduleRun, startDueSchedules } from "#platform/jobs/run-schedules.ts";
import { defineSchedule, type ScheduleDefinition } from "#platform/jobs/schedule.ts";
import type { TestDatabase } from "../../support/database.ts";
import { memoryLog } from "./support.ts";

let count = 0;
/** A schedule of its own for each test, due every night at three. */
export const aSchedule = (
  run: ScheduleDefinition["run"],
  more: { cron?: string; timeoutSeconds?: number } = {},
) => defineSchedule<never>(`test.schedule_${(count += 1)}`, { cron: "0 3 * * *", run, ...more });

export const noon = (day: number) => new Date(Date.UTC(2026, 0, day, 12));
export const night = (day: number) => new Date(Date.UTC(2026, 0, day, 3));

interface RunRow {
  readonly due: string;
  readonly worker: string;
  readonly error: string | null;
  readonly isFinished: boolean;
}

/** Runs of the calling file, stopped after each of its tests. */
export function schedulesOn({ database, asSuperuser }: TestDatabase) {
  const started: ScheduleRun[] = [];
  afterEach(async () => {
    for (const run of started) run.interrupt("stopping");
    await Promise.all(started.splice(0).map((run) => run.finished));
  });

  /** Starts what is due at `now`. */
  async function lookAt(
    now: Date,
    schedules: readonly ScheduleDefinition[],
    more: { worker?: string; log?: ReturnType<typeof memoryLog>; services?: unknown } = {},
  ): Promise<readonly ScheduleRun[]> {
    const runs = await startDueSchedules(
      {
        database,
        worker: "w1",
        services: {},
        log: memoryLog(),
        closing: new AbortController().signal,
        ...more,
      },
      new Map(schedules.map((schedule) => [schedule.name, schedule])),
      now,
    );
    started.push(...runs);
    return runs;
  }
  const finished = (runs: readonly ScheduleRun[]) => Promise.all(runs.map((run) => run.finished));

  /** The rows of a schedule by due time, as text, for `toMatchObject` takes any two dates for the same. */
  const rows = async (schedule: ScheduleDefinition): Promise<readonly RunRow[]> => {
    const found = await asSuperuser<RunRow & { readonly due_at: Date }>(
      `select due_at, worker, error, finished_at is not null as "isFinished"
         from app.schedule_runs where name = $1 order by due_at`,
      [schedule.name],
    );
    return found.map(({ due_at, ...row }) => ({ ...row, due: due_at.toISOString() }));
  };
  return { lookAt, finished, rows };
}
