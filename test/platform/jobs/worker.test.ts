// A worker: woken by news, as many jobs at a time as it may, retries as stated, successors of keyed jobs.
import { beforeEach, describe, expect, test } from "bun:test";
import { sql } from "kysely";
import { testDatabase } from "../../support/database.ts";
import {
  aJob,
  type Behaviour,
  byName,
  enqueue,
  gate,
  memoryLog,
  rowsOf,
  until,
  workersOn,
} from "./support.ts";

const db = await testDatabase();
const { asSuperuser, aTenant } = db;
const aWorker = workersOn(db);
beforeEach(() => asSuperuser("delete from app.jobs"));

describe("a worker", () => {
  test("is woken by a commit, long before its poll", async () => {
    const seen: unknown[] = [];
    const job = aJob({
      run: async ({ payload, tenant, services, attempt }) => {
        seen.push({ payload, tenant: tenant.id, services, attempt });
        return "done";
      },
    });
    const worker = aWorker(byName(job), { services: { post: "office" } });
    await until(() => worker.figures().isListening);
    await worker.drained();
    const tenant = await aTenant();
    await enqueue(tenant, job.with({ n: 5 }));
    await until(() => seen.length === 1, "the run", 3);
    await worker.drained();
    expect(seen).toEqual([
      { payload: { n: 5 }, tenant: tenant.id, services: { post: "office" }, attempt: 1 },
    ]);
    expect(await rowsOf(db, tenant)).toEqual([]);
  });

  test("finds by its poll what it heard nothing of", async () => {
    let runs = 0;
    const job = aJob({ run: async () => ((runs += 1), "done") });
    aWorker(byName(job), { pollSeconds: 0.05 });
    const tenant = await aTenant();
    await enqueue(tenant, job.with({ n: 1 }, new Date(Date.now() + 300)));
    await until(() => runs === 1);
  });

  test("hands the job a scope that sees its own tenant alone", async () => {
    const seen: string[] = [];
    const job = aJob({
      run: async ({ tenant }) => {
        const { rows } = await tenant.read((trx) =>
          sql<{ subdomain: string }>`select subdomain from tenants`.execute(trx),
        );
        seen.push(...rows.map((row) => row.subdomain));
        return "done";
      },
    });
    const [ours] = [await aTenant("ours"), await aTenant("theirs")];
    await enqueue(ours, job.with({ n: 1 }));
    await aWorker(byName(job)).drained();
    expect(seen).toEqual(["ours"]);
  });

  test("runs as many at a time as it may, and no more", async () => {
    const { opened, open } = gate();
    let now = 0;
    let most = 0;
    const job = aJob({
      run: async () => {
        most = Math.max(most, (now += 1));
        await opened;
        now -= 1;
        return "done";
      },
    });
    const tenant = await aTenant();
    await enqueue(tenant, ...Array.from({ length: 7 }, (_, n) => job.with({ n })));
    const worker = aWorker(byName(job), { concurrency: 3 });
    await until(() => now === 3);
    await Bun.sleep(50); // time enough to start more
    expect(worker.figures()).toMatchObject({ running: 3, capacity: 3 });
    open();
    await worker.drained();
    expect(most).toBe(3);
    expect(await rowsOf(db, tenant)).toEqual([]);
  });

  test("leaves a job of unknown name pending and says so once", async () => {
    const log = memoryLog();
    const known = aJob({ run: async () => "done" });
    const unknown = aJob({ run: async () => "done" });
    const tenant = await aTenant();
    await enqueue(tenant, unknown.with({ n: 1 }), known.with({ n: 2 }));
    const worker = aWorker(byName(known), { log, leaseSeconds: 0.3 });
    await worker.drained();
    await Bun.sleep(350); // three more beats
    const said = log.lines.filter((line) => line.event.includes("unknown name"));
    expect(said).toMatchObject([{ level: "warn", fields: { job: unknown.name } }]);
    expect(await rowsOf(db, tenant)).toMatchObject([{ name: unknown.name, attempts: 0 }]);
  });

  test("keeps its row in workers while it lives", async () => {
    const worker = aWorker(new Map(), { leaseSeconds: 0.15 });
    const seen = async () =>
      (
        await asSuperuser<{ seen_at: Date }>("select * from app.workers where id = $1", [worker.id])
      )[0];
    await until(async () => (await seen()) !== undefined);
    const first = (await seen())?.seen_at ?? new Date();
    await until(async () => ((await seen())?.seen_at ?? first) > first);
    await worker.stop(0);
    expect(await seen()).toBeUndefined();
  });
});

describe("a failed attempt", () => {
  test.each<[string, Behaviour["run"], string]>([
    ["by its own word", async () => ({ retry: "busy" }), "busy"],
    [
      "by a throw",
      () => Promise.reject(new TypeError("no such thing")),
      "TypeError: no such thing",
    ],
    [
      "by a throw before the first await",
      () => {
        throw new Error("at once");
      },
      "Error: at once",
    ],
    ["by no outcome at all", async () => undefined as never, "TypeError"],
  ])("is tried again after the stated delay, %s", async (_, run, reason) => {
    const job = aJob({ run, retryAfterSeconds: [3_600] });
    const tenant = await aTenant();
    await enqueue(tenant, job.with({ n: 1 }));
    await aWorker(byName(job)).drained();
    const [row] = await rowsOf(db, tenant);
    expect(row).toMatchObject({ attempts: 1, leased_by: null, dead_at: null });
    expect(row?.last_error).toStartWith(reason);
    expect(row!.run_at.getTime() - Date.now()).toBeWithin(3_590_000, 3_600_001);
  });

  test("is followed by the others in due time, and by death after the last", async () => {
    const attempts: { attempt: number; at: number }[] = [];
    const log = memoryLog();
    const job = aJob({
      run: async ({ attempt }) => {
        attempts.push({ attempt, at: performance.now() });
        throw new Error(`attempt ${attempt}`);
      },
      retryAfterSeconds: [0, 0.2],
    });
    const tenant = await aTenant();
    await enqueue(tenant, job.with({ n: 1 }));
    aWorker(byName(job), { log });
    await until(async () => (await rowsOf(db, tenant))[0]?.dead_at !== null);
    expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(attempts[2]!.at - attempts[1]!.at).toBeWithin(190, 1_500); // not left to the poll
    expect(await rowsOf(db, tenant)).toMatchObject([
      { attempts: 3, last_error: "Error: attempt 3", leased_by: null },
    ]);
    expect(log.lines.filter((line) => line.level === "error")).toMatchObject([
      { event: "job died", fields: { job: job.name, attempt: 3 } },
    ]);
  });

  test("is the last when the job says so", async () => {
    const job = aJob({ run: async () => ({ dead: "no such mailbox" }), retryAfterSeconds: [0, 0] });
    const tenant = await aTenant();
    await enqueue(tenant, job.with({ n: 1 }));
    await aWorker(byName(job)).drained();
    const [row] = await rowsOf(db, tenant);
    expect(row).toMatchObject({ attempts: 1, last_error: "no such mailbox" });
    expect(row?.dead_at).toBeInstanceOf(Date);
  });

  test("is what a payload of another version makes, not the end of the worker", async () => {
    const job = aJob({ run: async () => "done", retryAfterSeconds: [3_600] });
    const tenant = await aTenant();
    await enqueue(tenant, job.with({ n: 1 }));
    await asSuperuser(`update app.jobs set payload = '{"n": "one"}'`);
    await aWorker(byName(job)).drained();
    expect((await rowsOf(db, tenant))[0]?.last_error).toStartWith("ZodError");
  });
});

describe("a keyed job", () => {
  test("enqueued while it runs runs once more afterwards, with the newest payload", async () => {
    const { opened, open } = gate();
    const seen: number[] = [];
    let now = 0;
    let most = 0;
    const job = aJob({
      run: async ({ payload }) => {
        most = Math.max(most, (now += 1));
        seen.push(payload.n);
        if (payload.n === 1) await opened;
        now -= 1;
        return "done";
      },
      key: () => "same",
    });
    const tenant = await aTenant();
    const worker = aWorker(byName(job));
    await enqueue(tenant, job.with({ n: 1 }));
    await until(() => seen.length === 1);
    for (const n of [2, 3, 4]) await enqueue(tenant, job.with({ n }));
    open();
    await worker.drained();
    expect(seen).toEqual([1, 4]);
    expect(most).toBe(1);
  });
});
