// The limits of one attempt: its hard timeout, and the lease that another worker may take over.
import { beforeEach, describe, expect, test } from "bun:test";
import { testDatabase } from "../../support/database.ts";
import { aJob, byName, enqueue, gate, memoryLog, rowsOf, until, workersOn } from "./support.ts";

const db = await testDatabase();
const { asSuperuser, aTenant } = db;
const aWorker = workersOn(db);
beforeEach(() => asSuperuser("delete from app.jobs"));

describe("the timeout", () => {
  test("aborts the signal and counts as a failed attempt", async () => {
    const job = aJob({
      run: ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
      timeoutSeconds: 0.1,
      retryAfterSeconds: [3_600],
    });
    const tenant = await aTenant();
    await enqueue(tenant, job.with({ n: 1 }));
    await aWorker(byName(job)).drained();
    expect(await rowsOf(db, tenant)).toMatchObject([
      { attempts: 1, last_error: "no result after 0.1 s", leased_by: null },
    ]);
  });

  test("counts as a failure even when the job answers well on hearing the signal", async () => {
    const job = aJob({
      run: ({ signal }) =>
        new Promise((resolve) => signal.addEventListener("abort", () => resolve("done"))),
      timeoutSeconds: 0.1,
    });
    const tenant = await aTenant();
    await enqueue(tenant, job.with({ n: 1 }));
    await aWorker(byName(job)).drained();
    expect((await rowsOf(db, tenant))[0]?.dead_at).toBeInstanceOf(Date);
  });

  test("frees the lane of a job that ignores its signal, and ignores what it answers late", async () => {
    const { opened, open } = gate();
    const started: number[] = [];
    const job = aJob({
      run: async ({ payload, attempt }) => {
        started.push(payload.n);
        if (payload.n === 1 && attempt === 1) await opened;
        return "done";
      },
      lane: () => "one",
      timeoutSeconds: 0.1,
      retryAfterSeconds: [3_600],
    });
    const tenant = await aTenant();
    await enqueue(tenant, job.with({ n: 1 }));
    await enqueue(tenant, job.with({ n: 2 }));
    const worker = aWorker(byName(job));
    await until(() => started.length === 2, "the second job of the lane", 3);
    open(); // the first answers "done" now
    await worker.drained();
    expect(started).toEqual([1, 2]);
    expect(await rowsOf(db, tenant)).toMatchObject([{ payload: { n: 1 }, attempts: 1 }]);
  });
});

describe("the lease", () => {
  test("is extended while the job runs, so that no other worker takes it", async () => {
    const { opened, open } = gate();
    let runs = 0;
    const job = aJob({
      run: async () => {
        runs += 1;
        await opened;
        return "done";
      },
      retryAfterSeconds: [0],
    });
    const tenant = await aTenant();
    await enqueue(tenant, job.with({ n: 1 }));
    const options = { leaseSeconds: 1, pollSeconds: 0.1 };
    const workers = [aWorker(byName(job), options), aWorker(byName(job), options)];
    await until(() => runs === 1);
    await Bun.sleep(2_500); // more than two leases long
    open();
    await Promise.all(workers.map((worker) => worker.drained()));
    expect(runs).toBe(1);
    expect(await rowsOf(db, tenant)).toEqual([]);
  });

  test("once lost aborts the job, whose result is not written", async () => {
    const log = memoryLog();
    const aborted: unknown[] = [];
    const job = aJob({
      run: ({ signal }) =>
        new Promise((resolve) =>
          signal.addEventListener("abort", () => {
            aborted.push(signal.reason);
            resolve("done");
          }),
        ),
    });
    const tenant = await aTenant();
    await enqueue(tenant, job.with({ n: 1 }));
    const worker = aWorker(byName(job), { log, leaseSeconds: 0.3 });
    await until(() => worker.figures().running === 1);
    await asSuperuser(
      "update app.jobs set leased_by = 'another', leased_until = now() + interval '1 min'",
    );
    await worker.drained();
    expect(aborted.map(String)).toEqual(["AbortError: interrupted: lease lost"]);
    expect(log.events()).toContain("job lease lost");
    expect(await rowsOf(db, tenant)).toMatchObject([{ leased_by: "another", attempts: 1 }]);
  });

  test("lost just before the end is noticed when the result is written", async () => {
    const log = memoryLog();
    const { opened, open } = gate();
    const job = aJob({ run: async () => (await opened, "done") });
    const tenant = await aTenant();
    await enqueue(tenant, job.with({ n: 1 }));
    const worker = aWorker(byName(job), { log });
    await until(() => worker.figures().running === 1);
    await asSuperuser("update app.jobs set leased_by = 'another'");
    open();
    await worker.drained();
    expect(log.events()).toContain("job lease lost");
    expect(await rowsOf(db, tenant)).toMatchObject([{ leased_by: "another" }]);
  });

  test("of a lost worker goes to another once it has run out", async () => {
    let runs = 0;
    const job = aJob({ run: async () => ((runs += 1), "done"), retryAfterSeconds: [0] });
    const tenant = await aTenant();
    await enqueue(tenant, job.with({ n: 1 }));
    await asSuperuser(
      "update app.jobs set leased_by = 'lost', leased_until = now() + interval '0.3 s', attempts = 1",
    );
    aWorker(byName(job), { leaseSeconds: 0.3 });
    await until(async () => runs === 1 && (await rowsOf(db, tenant)).length === 0);
  });
});
