// What schedules do when they run: every tenant visited, workers that start and stop them, our own housekeeping.
import { beforeEach, describe, expect, test } from "bun:test";
import { purgeJobHistory } from "#platform/jobs/maintenance.ts";
import { lastScheduleRuns } from "#platform/jobs/queries.ts";
import { testDatabase } from "../../support/database.ts";
import { aSchedule, night, noon, schedulesOn } from "./schedule-support.ts";
import { gate, memoryLog, until, workersOn } from "./support.ts";

const db = await testDatabase();
const { asSuperuser, aTenant, database } = db;
const { lookAt, finished, rows } = schedulesOn(db);
const aWorker = workersOn(db);
beforeEach(async () => {
  await asSuperuser("delete from app.schedule_runs");
  await asSuperuser("delete from app.tenants");
});

describe("eachTenant", () => {
  test("visits every active tenant with its scope and the worker's services, page by page", async () => {
    await asSuperuser(
      "insert into app.tenants (subdomain, name) select 't' || n, 'T' from generate_series(1, 450) n",
    );
    await asSuperuser("update app.tenants set state = 'suspended' where subdomain = 't7'");
    const seen: string[] = [];
    const services: unknown[] = [];
    const schedule = aSchedule(async (context) => {
      services.push(context.services);
      await context.eachTenant(async (tenant, subdomain) => {
        expect(tenant.id).toBeString();
        seen.push(subdomain);
      });
    });
    await lookAt(noon(1), [schedule]);
    await finished(await lookAt(night(2), [schedule], { services: "the worker's" }));
    expect(services).toEqual(["the worker's"]);
    expect(seen.toSorted()).toEqual(
      Array.from({ length: 450 }, (_, n) => `t${n + 1}`)
        .filter((name) => name !== "t7")
        .toSorted(),
    );
    expect((await rows(schedule))[1]).toMatchObject({ error: null });
  });

  test("goes on after a tenant that fails, and records which", async () => {
    for (const name of ["a", "b", "c"]) await aTenant(name);
    const log = memoryLog();
    const seen: string[] = [];
    const schedule = aSchedule(({ eachTenant }) =>
      eachTenant(async (_, subdomain) => {
        seen.push(subdomain);
        if (subdomain === "b") throw new Error("out of order");
      }),
    );
    await lookAt(noon(1), [schedule]);
    await finished(await lookAt(night(2), [schedule], { log }));
    expect(seen).toEqual(["a", "b", "c"]);
    expect((await rows(schedule))[1]).toMatchObject({
      error: "1 of 3 tenants failed: b: Error: out of order",
    });
    expect(log.events()).toEqual(["schedule failed for a tenant", "schedule failed"]);
  });

  test("ends between two tenants when the worker stops", async () => {
    for (const name of ["a", "b", "c"]) await aTenant(name);
    const { opened, open } = gate();
    const seen: string[] = [];
    const schedule = aSchedule(({ eachTenant }) =>
      eachTenant(async (_, subdomain) => {
        seen.push(subdomain);
        await opened;
      }),
    );
    await lookAt(noon(1), [schedule]);
    const runs = await lookAt(night(2), [schedule]);
    await until(() => seen.length === 1);
    for (const run of runs) run.interrupt("stopping");
    open();
    await finished(runs);
    expect(seen).toEqual(["a"]);
    expect((await rows(schedule))[1]).toMatchObject({ error: "the worker stopped" });
  });
});

describe("workers", () => {
  test("two of them run a schedule once for each of its seconds, by the database's clock", async () => {
    const dueAt: Date[] = [];
    const schedule = aSchedule(async () => void dueAt.push(new Date()), { cron: "* * * * * *" });
    const schedules = new Map([[schedule.name, schedule]]);
    aWorker(new Map(), { schedules });
    aWorker(new Map(), { schedules });
    await until(() => dueAt.length >= 2, "two runs");
    await until(async () => (await rows(schedule)).filter((row) => row.isFinished).length >= 3);
    const due = (await rows(schedule)).filter((row) => row.due.endsWith(".000Z"));
    expect(due).toHaveLength(dueAt.length);
  });

  test("go by the clock they are given", async () => {
    let now = noon(1);
    const ran: Date[] = [];
    const schedule = aSchedule(async () => void ran.push(now), { cron: "* * * * * *" });
    const options = { schedules: new Map([[schedule.name, schedule]]), clock: { now: () => now } };
    aWorker(new Map(), options);
    await until(async () => (await rows(schedule)).length === 1, "the first look");
    now = new Date(noon(1).getTime() + 5_000);
    await until(() => ran.length === 1);
    await until(async () => (await rows(schedule))[1]?.isFinished === true);
    expect((await rows(schedule))[1]?.due).toBe(now.toISOString());
  });

  test("finish a run under way before they stop, or abort it after the grace", async () => {
    const { opened, open } = gate();
    let begun = 0;
    const patient = aSchedule(() => ((begun += 1), opened), { cron: "* * * * * *" });
    const first = aWorker(new Map(), { schedules: new Map([[patient.name, patient]]) });
    await until(() => begun === 1);
    const stopped = first.stop(5);
    open();
    await stopped;
    expect((await rows(patient))[1]).toMatchObject({ error: null, isFinished: true });

    const hanging = aSchedule(
      ({ signal }) => {
        begun += 1;
        return new Promise((_, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason)),
        );
      },
      { cron: "* * * * * *" },
    );
    const second = aWorker(new Map(), { schedules: new Map([[hanging.name, hanging]]) });
    await until(() => begun === 2);
    await second.stop(0);
    expect((await rows(hanging))[1]).toMatchObject({ error: "the worker stopped" });
  });
});

describe("jobs.purge_history", () => {
  const purge = async () => {
    await lookAt(noon(1), [purgeJobHistory]);
    await finished(await lookAt(new Date(Date.UTC(2026, 0, 1, 12, 17)), [purgeJobHistory]));
  };

  test("removes old runs but the newest of each name, and workers not heard of for an hour", async () => {
    await asSuperuser(
      `insert into app.schedule_runs (name, due_at, worker, finished_at)
       select name, now() - make_interval(days => age), 'w', now()
         from (values ('schedule.a', 400), ('schedule.a', 100), ('schedule.b', 100), ('schedule.b', 1)) as run (name, age)`,
    );
    await asSuperuser(
      "insert into app.workers (id, seen_at) values ('gone', now() - interval '61 min'), ('here', now() - interval '59 min')",
    );
    await purge();
    expect(
      await asSuperuser(
        "select name, extract(day from now() - due_at)::int as age from app.schedule_runs where name like 'schedule.%' order by 1, 2",
      ),
    ).toEqual([
      { name: "schedule.a", age: 100 },
      { name: "schedule.b", age: 1 },
    ]);
    expect(await asSuperuser("select id from app.workers")).toEqual([{ id: "here" }]);
  });

  test("says of a run whose worker is gone that it was lost", async () => {
    await asSuperuser("delete from app.workers");
    await asSuperuser("insert into app.workers (id) values ('here')");
    await asSuperuser(
      "insert into app.schedule_runs (name, due_at, worker) values ('schedule.a', now(), 'gone'), ('schedule.b', now(), 'here')",
    );
    await purge();
    const runs = await database.system(lastScheduleRuns);
    expect(runs.filter((run) => run.name.startsWith("schedule."))).toMatchObject([
      { name: "schedule.a", error: "the worker was lost during the run" },
      { name: "schedule.b", error: null, finishedAt: null },
    ]);
  });
});
