// What is lost when workers and databases go: nothing. Real processes, real signals, real disconnections.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Client } from "pg";
import { z } from "zod";
import { openDatabase } from "#platform/db/database.ts";
import { defineJob } from "#platform/jobs/define.ts";
import { testDatabase } from "../../support/database.ts";
import { hangsOnce, inLane } from "./loss-jobs.ts";
import { byName, enqueue, gate, memoryLog, rowsOf, until, workersOn } from "./support.ts";

const db = await testDatabase();
const { asSuperuser, aTenant, settings, superuser } = db;
const aWorker = workersOn(db);
await asSuperuser(
  "create table app.marks (n int, phase text, pid int, at timestamptz default clock_timestamp())",
);
await asSuperuser("grant insert on app.marks to app_tenant");
beforeEach(async () => {
  await asSuperuser("delete from app.jobs");
  await asSuperuser("delete from app.workers");
});

interface Mark {
  readonly n: number;
  readonly phase: "started" | "ended";
  readonly pid: number;
}
const marks = () => asSuperuser<Mark>("select n, phase, pid from app.marks order by at");

const processes: Bun.Subprocess[] = [];
afterEach(async () => {
  for (const child of processes.splice(0)) {
    child.kill("SIGKILL");
    await child.exited;
  }
  await asSuperuser("delete from app.marks");
});

/** A worker process that is ready to be given work. */
async function aWorkerProcess() {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "loss-worker.ts")], {
    cwd: join(import.meta.dir, "../../.."),
    stdin: new Blob([JSON.stringify(settings)]),
    stdout: "pipe",
    stderr: "inherit",
  });
  processes.push(child);
  await child.stdout.getReader().read(); // "ready"
  return child;
}

describe("worker processes", () => {
  test("one killed in the middle of a job: the other runs it again, once", async () => {
    const tenant = await aTenant();
    const first = await aWorkerProcess();
    await enqueue(tenant, hangsOnce.with({ n: 1 }));
    await until(async () => (await marks()).length === 1, "the first attempt");
    const second = await aWorkerProcess();
    first.kill("SIGKILL");
    await until(async () => (await rowsOf(db, tenant)).length === 0, "the end of the job");
    expect(await marks()).toEqual([
      { n: 1, phase: "started", pid: first.pid },
      { n: 1, phase: "started", pid: second.pid },
      { n: 1, phase: "ended", pid: second.pid },
    ]);
  });

  test("one told to end in the middle of a job gives it back, and exits by itself", async () => {
    const tenant = await aTenant();
    const child = await aWorkerProcess();
    await enqueue(tenant, hangsOnce.with({ n: 1 }));
    await until(async () => (await marks()).length === 1, "the first attempt");
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
    expect(await rowsOf(db, tenant)).toMatchObject([{ attempts: 0, leased_by: null }]);
    expect(await asSuperuser("select from app.workers")).toEqual([]);
  });

  test("two never run two jobs of one lane at once, and every job once", async () => {
    const tenant = await aTenant();
    await Promise.all([aWorkerProcess(), aWorkerProcess()]);
    for (let n = 0; n < 80; n += 1) await enqueue(tenant, inLane.with({ n }));
    await until(async () => (await rowsOf(db, tenant)).length === 0, "the end of all jobs", 15);
    const seen = await marks();
    expect(seen).toHaveLength(160);
    expect(new Set(seen.map((mark) => mark.pid)).size).toBe(2);
    for (let lane = 0; lane < 8; lane += 1) {
      const ofLane = seen.filter((mark) => mark.n % 8 === lane);
      for (let at = 0; at < ofLane.length; at += 2) {
        expect(ofLane[at]).toMatchObject({ n: ofLane[at + 1]!.n, phase: "started" });
        expect(ofLane[at + 1]!.phase).toBe("ended");
      }
    }
  });
});

describe("a database restart", () => {
  const cut = () =>
    asSuperuser(
      "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'appuser' and datname = current_database()",
    );
  /** From another database, for none may be closed from within. */
  async function allow(allowed: boolean): Promise<void> {
    const client = new Client({ ...superuser, database: "postgres" });
    await client.connect();
    await client.query(`alter database ${settings.name} with allow_connections ${allowed}`);
    await client.end();
  }

  afterEach(() => allow(true));

  let count = 0;
  function aSlowJob() {
    const { opened, open } = gate();
    const runs: number[] = [];
    const job = defineJob(`loss.slow_${(count += 1)}`, {
      payload: z.object({ n: z.number() }),
      retryAfterSeconds: [],
      timeoutSeconds: 60,
      run: async ({ payload }) => {
        runs.push(payload.n);
        await opened;
        return "done";
      },
    });
    return { job, runs, open };
  }

  test("cuts every connection: the result is written, and the next job still wakes the worker", async () => {
    const tenant = await aTenant();
    const { job, runs, open } = aSlowJob();
    const own = openDatabase(settings);
    const worker = aWorker(byName(job), { database: own });
    await enqueue(tenant, job.with({ n: 1 }));
    await until(() => runs.length === 1 && worker.figures().isListening);
    await cut();
    await until(() => !worker.figures().isListening);
    open();
    await until(async () => (await rowsOf(db, tenant)).length === 0, "the result");
    await until(() => worker.figures().isListening, "listening again");
    await enqueue(tenant, job.with({ n: 2 }));
    await until(() => runs.length === 2, "the next job", 3); // its poll comes after 30 s
    await worker.stop(1);
    await own.close();
  });

  test("of some length: what ends meanwhile is written afterwards, once, and the log is not flooded", async () => {
    const tenant = await aTenant();
    const log = memoryLog();
    const { job, runs, open } = aSlowJob();
    const own = openDatabase(settings);
    const options = { log, leaseSeconds: 60, pollSeconds: 0.05 };
    const worker = aWorker(byName(job), { database: own, ...options });
    await enqueue(tenant, job.with({ n: 1 }));
    await until(() => runs.length === 1 && worker.figures().isListening);
    await allow(false);
    await cut();
    open();
    await Bun.sleep(500);
    await allow(true);
    await until(async () => (await rowsOf(db, tenant)).length === 0, "the result");
    await until(() => log.events().includes("claiming jobs resumed"), "the resumption");
    expect(runs).toEqual([1]);
    await until(() => worker.figures().isListening, "listening again");
    const said = (event: string) => log.events().filter((other) => other === event).length;
    expect(said("claiming jobs failed")).toBe(1);
    expect(said("listening for jobs interrupted")).toBe(1);
    expect(said("listening for jobs resumed")).toBe(1);
    await worker.stop(1);
    await own.close();
  });

  test("longer than the lease: the job is aborted, for another worker may have it", async () => {
    const tenant = await aTenant();
    const log = memoryLog();
    const job = defineJob("loss.waits", {
      payload: z.object({}),
      retryAfterSeconds: [0],
      timeoutSeconds: 60,
      run: ({ signal, attempt }) =>
        attempt === 2
          ? Promise.resolve("done")
          : new Promise((_, reject) =>
              signal.addEventListener("abort", () => reject(signal.reason)),
            ),
    });
    const own = openDatabase(settings);
    const worker = aWorker(byName(job), { database: own, log, leaseSeconds: 0.5 });
    await enqueue(tenant, job.with({}));
    await until(() => worker.figures().running === 1);
    await allow(false);
    await cut();
    await until(() => log.events().includes("job lease lost"), "the loss");
    expect(worker.figures().running).toBe(0);
    await allow(true);
    await until(async () => (await rowsOf(db, tenant)).length === 0, "the second attempt");
    await worker.stop(1);
    await own.close();
  });

  test("does not keep a worker from stopping", async () => {
    const tenant = await aTenant();
    const { job, runs } = aSlowJob();
    const log = memoryLog();
    const own = openDatabase(settings);
    const worker = aWorker(byName(job), { database: own, log });
    await enqueue(tenant, job.with({ n: 1 }));
    await until(() => runs.length === 1);
    await allow(false);
    await cut();
    const startedAt = performance.now();
    await worker.stop(0);
    expect(performance.now() - startedAt).toBeLessThan(7_000);
    await until(() => log.events().includes("job result lost"), "the end of all tries", 3);
    await allow(true);
    expect(await rowsOf(db, tenant)).toMatchObject([{ attempts: 1 }]); // taken back when its lease has run out
    await own.close();
  });
});
