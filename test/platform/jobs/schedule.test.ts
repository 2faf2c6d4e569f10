// Schedules: due by the clock, once in the whole fleet, at most one missed run caught up.
import { beforeEach, describe, expect, test } from "bun:test";
import { purgeJobHistory } from "#platform/jobs/maintenance.ts";
import { declaredSchedules, defineSchedule } from "#platform/jobs/schedule.ts";
import { testDatabase } from "../../support/database.ts";
import { aSchedule, night, noon, schedulesOn } from "./schedule-support.ts";
import { gate, memoryLog, until } from "./support.ts";

const db = await testDatabase();
const { asSuperuser } = db;
const { lookAt, finished, rows } = schedulesOn(db);
beforeEach(async () => {
  await asSuperuser("delete from app.schedule_runs");
  await asSuperuser("delete from app.tenants");
});

describe("defineSchedule", () => {
  test("knows the due times around an instant, the instant itself included", () => {
    const schedule = aSchedule(async () => undefined);
    expect(schedule.lastDue(new Date("2026-01-02T02:59:59.999Z"))).toEqual(night(1));
    expect(schedule.lastDue(night(2))).toEqual(night(2));
    expect(schedule.lastDue(new Date("2026-01-02T03:00:00.001Z"))).toEqual(night(2));
    expect(schedule.nextDue(night(2))).toEqual(night(3));
  });

  test("goes by UTC unless told a zone, whatever the machine's", () => {
    const paris = defineSchedule("schedule.paris", {
      cron: "0 3 * * *",
      timeZone: "Europe/Paris",
      run: async () => undefined,
    });
    expect(paris.lastDue(noon(2))).toEqual(new Date("2026-01-02T02:00:00Z"));
  });

  test("lists what was declared, our own housekeeping included", () => {
    expect(declaredSchedules().get("jobs.purge_history")).toBe(purgeJobHistory as never);
  });

  test.each([
    ["a name declared twice", "jobs.purge_history", {}],
    ["a name without an area", "nightly", {}],
    ["an expression that cannot be read", "schedule.bad", { cron: "whenever" }],
    ["an expression that is never due", "schedule.bad", { cron: "0 0 30 2 *" }],
    ["an unknown zone", "schedule.bad", { timeZone: "Mars/Olympus" }],
    ["no time to run in", "schedule.bad", { timeoutSeconds: 0 }],
  ])("refuses %s", (_, name, change) => {
    const spec = { cron: "0 3 * * *", run: async () => undefined, ...change };
    expect(() => defineSchedule(name, spec)).toThrow();
    expect(declaredSchedules().has("schedule.bad")).toBe(false);
  });
});

describe("a schedule", () => {
  test("seen for the first time starts with its next due time", async () => {
    let runs = 0;
    const schedule = aSchedule(async () => void (runs += 1));
    expect(await lookAt(noon(1), [schedule])).toEqual([]);
    expect(await lookAt(noon(1), [schedule])).toEqual([]);
    await finished(await lookAt(night(2), [schedule]));
    expect(runs).toBe(1);
  });

  test("runs once for each due time, and its row says when and where", async () => {
    let runs = 0;
    const schedule = aSchedule(async () => void (runs += 1));
    await lookAt(noon(1), [schedule]);
    for (const now of [night(2), noon(2), night(3), noon(3)])
      await finished(await lookAt(now, [schedule], { worker: `w${now.getUTCDate()}` }));
    expect(runs).toBe(2);
    expect(await rows(schedule)).toMatchObject([
      { due: "2026-01-01T12:00:00.000Z" },
      { due: "2026-01-02T03:00:00.000Z", worker: "w2", error: null, isFinished: true },
      { due: "2026-01-03T03:00:00.000Z", worker: "w3", error: null, isFinished: true },
    ]);
  });

  test("runs once, however many workers look at the same instant", async () => {
    let runs = 0;
    const schedule = aSchedule(async () => void (runs += 1));
    await lookAt(noon(1), [schedule]);
    const looks = await Promise.all(
      Array.from({ length: 8 }, (_, n) => lookAt(night(2), [schedule], { worker: `w${n}` })),
    );
    await finished(looks.flat());
    expect(runs).toBe(1);
  });

  test("catches up one run after a week's downtime, the last one missed", async () => {
    const schedule = aSchedule(async () => undefined);
    await lookAt(noon(1), [schedule]);
    await finished(await lookAt(night(2), [schedule]));
    const runs = await lookAt(noon(9), [schedule]);
    expect(runs.map((run) => run.dueAt)).toEqual([night(9)]);
    await finished(runs);
    expect(await lookAt(noon(9), [schedule])).toEqual([]);
  });

  test("does not run again for a clock that goes backwards", async () => {
    const schedule = aSchedule(async () => undefined);
    await lookAt(noon(1), [schedule]);
    await finished(await lookAt(night(5), [schedule]));
    expect(await lookAt(night(4), [schedule])).toEqual([]);
  });

  test("waits for a run that is under way anywhere, then makes up for the last due time", async () => {
    const { opened, open } = gate();
    const schedule = aSchedule(() => opened);
    await lookAt(noon(1), [schedule]);
    const slow = await lookAt(night(2), [schedule]);
    expect(await lookAt(night(3), [schedule], { worker: "w2" })).toEqual([]);
    open();
    await finished(slow);
    const next = await lookAt(noon(3), [schedule], { worker: "w2" });
    expect(next.map((run) => run.dueAt)).toEqual([night(3)]);
  });

  test("does not wait for ever for a run whose worker was lost", async () => {
    const schedule = aSchedule(async () => undefined, { timeoutSeconds: 60 });
    await lookAt(noon(1), [schedule]);
    await asSuperuser(
      "insert into app.schedule_runs (name, due_at, worker, started_at) values ($1, $2, 'lost', now() - interval '2 min')",
      [schedule.name, night(2)],
    );
    expect(await lookAt(noon(2), [schedule])).toEqual([]); // night(2) was taken: at most once
    expect(await lookAt(night(3), [schedule])).toHaveLength(1);
  });

  test("that fails is recorded and logged, and comes again at its next due time", async () => {
    const log = memoryLog();
    const schedule = aSchedule(() => Promise.reject(new Error("no disk")));
    await lookAt(noon(1), [schedule]);
    await finished(await lookAt(night(2), [schedule], { log }));
    expect((await rows(schedule))[1]).toMatchObject({
      error: "Error: no disk",
      isFinished: true,
    });
    expect(log.lines).toMatchObject([
      { level: "error", event: "schedule failed", fields: { schedule: schedule.name } },
    ]);
    expect(await lookAt(night(3), [schedule])).toHaveLength(1);
  });

  test("out of time is aborted and recorded, though it does not listen", async () => {
    const { opened, open } = gate();
    const signals: AbortSignal[] = [];
    const schedule = aSchedule(
      ({ signal }) => {
        signals.push(signal);
        return opened;
      },
      { timeoutSeconds: 0.05 },
    );
    await lookAt(noon(1), [schedule]);
    await finished(await lookAt(night(2), [schedule]));
    expect(signals[0]?.aborted).toBe(true);
    expect((await rows(schedule))[1]).toMatchObject({ error: "no end after 0.05 s" });
    open();
  });

  test("does not hold up another one", async () => {
    const { opened, open } = gate();
    const ran: string[] = [];
    const schedules = [aSchedule(() => opened), aSchedule(async () => void ran.push("second"))];
    await lookAt(noon(1), schedules);
    await lookAt(night(2), schedules);
    await until(() => ran.length === 1);
    open();
  });
});
