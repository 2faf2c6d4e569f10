// Stopping a worker: what runs may finish, the rest is given back, and nothing counts that was not tried.
import { beforeEach, describe, expect, test } from "bun:test";
import { testDatabase } from "../../support/database.ts";
import { aJob, byName, enqueue, gate, memoryLog, rowsOf, until, workersOn } from "./support.ts";

const db = await testDatabase();
const { asSuperuser, aTenant } = db;
const aWorker = workersOn(db);
beforeEach(() => asSuperuser("delete from app.jobs"));

describe("stop", () => {
  test("lets what runs finish, and claims nothing more", async () => {
    const log = memoryLog();
    const { opened, open } = gate();
    const seen: number[] = [];
    const aborted: boolean[] = [];
    const job = aJob({
      run: async ({ payload, signal }) => {
        seen.push(payload.n);
        await opened;
        aborted.push(signal.aborted);
        return "done";
      },
    });
    const tenant = await aTenant();
    await enqueue(tenant, job.with({ n: 1 }));
    const worker = aWorker(byName(job), { log });
    await until(() => seen.length === 1);
    const stopped = worker.stop(10);
    await enqueue(tenant, job.with({ n: 2 }));
    await Bun.sleep(50);
    open();
    await stopped;
    expect(seen).toEqual([1]);
    expect(aborted).toEqual([false]);
    // a claim that was under way may bring it once
    expect(log.events().filter((event) => event === "job given back").length).toBeLessThan(2);
    expect(await rowsOf(db, tenant)).toMatchObject([{ payload: { n: 2 }, attempts: 0 }]);
  });

  test("keeps the leases alive while it waits", async () => {
    const { opened, open } = gate();
    let runs = 0;
    const job = aJob({ run: async () => ((runs += 1), await opened, "done") });
    const tenant = await aTenant();
    await enqueue(tenant, job.with({ n: 1 }));
    const worker = aWorker(byName(job), { leaseSeconds: 0.6 });
    await until(() => worker.figures().running === 1);
    const other = aWorker(byName(job), { leaseSeconds: 0.6 });
    const stopped = worker.stop(10);
    await Bun.sleep(1_200);
    open();
    await stopped;
    await other.drained();
    expect(runs).toBe(1);
    expect(await rowsOf(db, tenant)).toEqual([]);
  });

  test("after the grace aborts and gives back at once, the attempt not counted", async () => {
    const signals: AbortSignal[] = [];
    const job = aJob({
      run: ({ signal }) => {
        signals.push(signal);
        return new Promise((_, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason)),
        );
      },
      lane: () => "one",
    });
    const tenant = await aTenant();
    await enqueue(tenant, job.with({ n: 1 }));
    const worker = aWorker(byName(job));
    await until(() => signals.length === 1);
    const next = aWorker(byName(job));
    const startedAt = performance.now();
    await worker.stop(0.1);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(signals[0]?.aborted).toBe(true);
    await until(() => signals.length === 2, "another worker's attempt", 3); // woken, not polling
    expect(await rowsOf(db, tenant)).toMatchObject([{ attempts: 1, last_error: null }]);
    expect(next.figures().running).toBe(1);
  });

  test("does not wait for a job that ignores its signal", async () => {
    const { opened, open } = gate();
    const job = aJob({ run: async () => (await opened, "done") });
    const tenant = await aTenant();
    await enqueue(tenant, job.with({ n: 1 }));
    const worker = aWorker(byName(job));
    await until(() => worker.figures().running === 1);
    await worker.stop(0);
    expect(await rowsOf(db, tenant)).toMatchObject([{ attempts: 0, leased_by: null }]);
    open();
  });

  test("counts as done what was finished on hearing the signal", async () => {
    const job = aJob({
      run: ({ signal }) =>
        new Promise((resolve) => signal.addEventListener("abort", () => resolve("done"))),
    });
    const tenant = await aTenant();
    await enqueue(tenant, job.with({ n: 1 }));
    const worker = aWorker(byName(job));
    await until(() => worker.figures().running === 1);
    await worker.stop(0);
    expect(await rowsOf(db, tenant)).toEqual([]);
  });

  test("merges a given back job into its waiting successor", async () => {
    const job = aJob({
      run: ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
      key: () => "same",
    });
    const tenant = await aTenant();
    await enqueue(tenant, job.with({ n: 1 }));
    const worker = aWorker(byName(job));
    await until(() => worker.figures().running === 1);
    await enqueue(tenant, job.with({ n: 2 }));
    await worker.stop(0);
    expect(await rowsOf(db, tenant)).toMatchObject([{ payload: { n: 2 }, attempts: 0 }]);
  });

  test("gives back what a claim under way still brings", async () => {
    let runs = 0;
    const job = aJob({ run: async () => ((runs += 1), "done") });
    const tenant = await aTenant();
    await enqueue(tenant, job.with({ n: 1 }));
    const worker = aWorker(byName(job)); // its first claim is on the way
    await worker.stop(5);
    expect(runs).toBe(0);
    expect(await rowsOf(db, tenant)).toMatchObject([{ attempts: 0, leased_by: null }]);
  });

  test("may be called twice", async () => {
    const worker = aWorker(new Map());
    await Promise.all([worker.stop(1), worker.stop(1)]);
    await worker.drained();
  });
});
