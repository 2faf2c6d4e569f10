// Draining without a worker, and the operator's view: lists, figures, a dead job's second chance.
import { beforeEach, describe, expect, test } from "bun:test";
import { drain } from "#platform/jobs/drain.ts";
import { jobFigures, jobStates, listJobs, liveWorkers, retryJob } from "#platform/jobs/queries.ts";
import { testDatabase } from "../../support/database.ts";
import { aJob, byName, enqueue, rowsOf, until, workersOn } from "./support.ts";

const db = await testDatabase();
const { database, asSuperuser, aTenant } = db;
const aWorker = workersOn(db);
beforeEach(() => asSuperuser("delete from app.jobs"));

describe("drain", () => {
  test("runs everything due, and what that enqueues, of all tenants, and counts", async () => {
    const second = aJob({ run: async () => "done", lane: () => "one" });
    const first = aJob({
      run: async ({ payload, tenant }) => {
        await tenant.write((trx) => second.with(payload).enqueue(trx));
        return "done";
      },
    });
    const tenants = [await aTenant(), await aTenant()];
    for (const tenant of tenants)
      await enqueue(tenant, ...Array.from({ length: 12 }, (_, n) => first.with({ n })));
    expect(await drain(database, byName(first, second), {})).toEqual({
      done: 48,
      retried: 0,
      dead: 0,
    });
    expect(await asSuperuser("select from app.jobs")).toEqual([]);
  });

  test("tries again what may be tried again at once, and leaves what is due later", async () => {
    const flaky = aJob({
      run: async ({ attempt }) => (attempt < 3 ? { retry: "not yet" } : "done"),
      retryAfterSeconds: [0, 0],
    });
    const patient = aJob({ run: async () => ({ retry: "later" }), retryAfterSeconds: [60] });
    const hopeless = aJob({ run: async () => ({ dead: "never" }) });
    const tenant = await aTenant();
    await enqueue(tenant, flaky.with({ n: 1 }), patient.with({ n: 2 }), hopeless.with({ n: 3 }));
    await enqueue(tenant, flaky.with({ n: 4 }, new Date(Date.now() + 60_000)));
    expect(await drain(database, byName(flaky, patient, hopeless), {})).toEqual({
      done: 1,
      retried: 3,
      dead: 1,
    });
    expect(await rowsOf(db, tenant)).toMatchObject([
      { name: patient.name, last_error: "later" },
      { name: hopeless.name, last_error: "never" },
      { name: flaky.name, attempts: 0 },
    ]);
  });

  test("hands over the services", async () => {
    const seen: unknown[] = [];
    const job = aJob({ run: async ({ services }) => (seen.push(services), "done") });
    await enqueue(await aTenant(), job.with({ n: 1 }));
    await drain(database, byName(job), { mail: "box" });
    expect(seen).toEqual([{ mail: "box" }]);
  });

  test("leaves jobs that it was not given", async () => {
    const job = aJob({ run: async () => "done" });
    await enqueue(await aTenant(), job.with({ n: 1 }));
    expect(await drain(database, new Map(), {})).toEqual({ done: 0, retried: 0, dead: 0 });
  });
});

/** One job in each state; answers its rows by state. */
async function oneOfEach() {
  const job = aJob({ run: async () => "done" });
  const tenant = await aTenant();
  await enqueue(tenant, ...[1, 2, 3, 4].map((n) => job.with({ n })));
  const change = (n: number, set: string) =>
    asSuperuser(`update app.jobs set ${set} where payload->>'n' = $1`, [`${n}`]);
  await change(1, "run_at = now() - interval '100 s'");
  await change(2, "run_at = now() + interval '100 s'");
  await change(
    3,
    "leased_until = now() + interval '1 min', leased_by = 'w/1', run_at = now() - interval '200 s'",
  );
  await change(4, "dead_at = now() - interval '300 s', last_error = 'no answer', attempts = 5");
  const [pending, delayed, running, dead] = await rowsOf(db, tenant);
  return { job, tenant, pending: pending!, delayed: delayed!, running: running!, dead: dead! };
}

describe("listJobs", () => {
  test("lists the jobs of one state with what an operator asks for", async () => {
    const rows = await oneOfEach();
    for (const state of jobStates) {
      const listed = await database.system((trx) => listJobs(trx, { state, limit: 10 }));
      expect(listed.map((job) => job.id)).toEqual([rows[state].id]);
    }
    const [dead] = await database.system((trx) => listJobs(trx, { state: "dead", limit: 10 }));
    expect(dead).toMatchObject({
      tenantId: rows.tenant.id,
      name: rows.job.name,
      payload: { n: 4 },
      attempts: 5,
      lastError: "no answer",
      leasedBy: null,
    });
  });

  test("pages by the last id", async () => {
    const job = aJob({ run: async () => "done" });
    for (const tenant of [await aTenant(), await aTenant()])
      await enqueue(tenant, ...[1, 2, 3].map((n) => job.with({ n })));
    const seen: string[] = [];
    for (let after: string | undefined; ; after = seen.at(-1)) {
      const page = await database.system((trx) =>
        listJobs(trx, { state: "pending", limit: 4, ...(after === undefined ? {} : { after }) }),
      );
      if (page.length === 0) break;
      seen.push(...page.map((row) => row.id));
    }
    expect(seen).toHaveLength(6);
    expect(seen).toEqual(seen.toSorted());
  });
});

describe("jobFigures", () => {
  test("tells depth and age by name and state", async () => {
    const { job } = await oneOfEach();
    const figures = await database.system(jobFigures);
    expect(figures.map(({ name, state, jobs }) => ({ name, state, jobs }))).toEqual([
      { name: job.name, state: "dead", jobs: 1 },
      { name: job.name, state: "delayed", jobs: 1 },
      { name: job.name, state: "pending", jobs: 1 },
      { name: job.name, state: "running", jobs: 1 },
    ]);
    const age = Object.fromEntries(figures.map((figure) => [figure.state, figure.oldestSeconds]));
    expect(age["dead"]).toBeWithin(300, 310);
    expect(age["delayed"]).toBe(0);
    expect(age["pending"]).toBeWithin(100, 110);
    expect(age["running"]).toBeWithin(200, 210);
  });

  test("counts the workers that are alive", async () => {
    await asSuperuser(
      "insert into app.workers (id, seen_at) values ('here', now()), ('gone', now() - interval '5 min')",
    );
    expect(await database.system((trx) => liveWorkers(trx, 60))).toBe(1);
  });
});

describe("retryJob", () => {
  test("gives a dead job all its attempts back, and a worker takes it at once", async () => {
    const job = aJob({
      run: async ({ attempt }) => (attempt === 1 ? "done" : { dead: "not the first" }),
    });
    const tenant = await aTenant();
    await enqueue(tenant, job.with({ n: 1 }));
    await asSuperuser(
      "update app.jobs set dead_at = now(), attempts = 3, last_error = 'no answer'",
    );
    const worker = aWorker(byName(job));
    await until(() => worker.figures().isListening);
    await worker.drained();
    const [dead] = await rowsOf(db, tenant);
    expect(await retryJob(database, dead!.id)).toBe("retried");
    await until(async () => (await rowsOf(db, tenant)).length === 0, "the attempt", 3);
  });

  test("merges it into a job of the same key that waits already", async () => {
    const job = aJob({ run: async () => "done", key: () => "same" });
    const tenant = await aTenant();
    await enqueue(tenant, job.with({ n: 1 }));
    await asSuperuser("update app.jobs set dead_at = now()");
    await enqueue(tenant, job.with({ n: 2 }));
    const [dead] = await rowsOf(db, tenant);
    expect(await retryJob(database, dead!.id)).toBe("merged");
    expect(await rowsOf(db, tenant)).toMatchObject([{ payload: { n: 2 } }]);
  });

  test.each(["pending", "delayed", "running"] as const)("touches no %s job", async (state) => {
    const rows = await oneOfEach();
    expect(await retryJob(database, rows[state].id)).toBe("absent");
    expect((await rowsOf(db, rows.tenant)).map((row) => row.leased_by)).toEqual(
      [rows.pending, rows.delayed, rows.running, rows.dead].map((row) => row.leased_by),
    );
  });
});
