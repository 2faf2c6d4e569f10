// What becomes of a claimed job: written only under its lease, merged into a successor of its key, taken back from lost workers.
import { beforeEach, describe, expect, test } from "bun:test";
import { z } from "zod";
import type { Verdict } from "#platform/jobs/attempt.ts";
import { claimJobs, newRota, type ClaimedJob } from "#platform/jobs/claim.ts";
import { defineJob } from "#platform/jobs/define.ts";
import { extendLeases, settle, sweepLeases } from "#platform/jobs/settle.ts";
import { testDatabase, type TestTenant } from "../../support/database.ts";
import { byName, enqueue, gate, rowsOf } from "./support.ts";

const db = await testDatabase();
const { database, asSuperuser, aTenant } = db;
beforeEach(() => asSuperuser("delete from app.jobs"));

const job = defineJob("settle.test", {
  payload: z.object({ n: z.number() }),
  key: () => "same",
  retryAfterSeconds: [60, 300],
  timeoutSeconds: 5,
  run: async () => "done",
});
const jobs = byName(job);
const rota = newRota();

async function claimOne(): Promise<ClaimedJob> {
  const request = { names: [job.name], worker: "w", leaseSeconds: 60, limit: 1 };
  const [claimed] = await claimJobs(database, request, rota);
  if (!claimed) throw new Error("nothing to claim");
  return claimed;
}

async function aRunningJob(): Promise<{ tenant: TestTenant; claimed: ClaimedJob }> {
  const tenant = await aTenant();
  await enqueue(tenant, job.with({ n: 1 }));
  return { tenant, claimed: await claimOne() };
}

const retry: Verdict = { kind: "retry", error: "no answer", delaySeconds: 60 };
const expireLeases = () =>
  asSuperuser(
    "update app.jobs set leased_until = now() - interval '1 s' where leased_until is not null",
  );

/** Enqueues the successor in a transaction that commits only when the gate opens. */
function slowSuccessor(tenant: TestTenant) {
  const { opened, open } = gate();
  const committed = tenant.scope.write(async (trx) => {
    await job.with({ n: 2 }).enqueue(trx);
    await opened;
  });
  return { open, committed };
}

describe("settle", () => {
  test("removes a job that is done", async () => {
    const { tenant, claimed } = await aRunningJob();
    expect(await settle(database, claimed, { kind: "done" })).toBe(true);
    expect(await rowsOf(db, tenant)).toEqual([]);
  });

  test("makes a failed job due after its delay, with the reason", async () => {
    const { tenant, claimed } = await aRunningJob();
    expect(await settle(database, claimed, retry)).toBe(true);
    expect(await rowsOf(db, tenant)).toMatchObject([
      { attempts: 1, leased_by: null, last_error: "no answer", dead_at: null },
    ]);
    const [row] = await asSuperuser("select extract(epoch from run_at - now()) as s from app.jobs");
    expect(Number(row?.["s"])).toBeWithin(55, 60.1);
  });

  test("keeps a dead job with the reason", async () => {
    const { tenant, claimed } = await aRunningJob();
    expect(await settle(database, claimed, { kind: "dead", error: "gone for good" })).toBe(true);
    const [row] = await rowsOf(db, tenant);
    expect(row).toMatchObject({ attempts: 1, leased_by: null, last_error: "gone for good" });
    expect(row?.dead_at).toBeInstanceOf(Date);
  });

  test("gives a job back as if it had not been tried, due at once", async () => {
    const { tenant, claimed } = await aRunningJob();
    expect(await settle(database, claimed, { kind: "given back" })).toBe(true);
    expect(await rowsOf(db, tenant)).toMatchObject([
      { attempts: 0, leased_by: null, last_error: null },
    ]);
    expect((await claimOne()).attempt).toBe(1);
  });

  test("stores a reason that Postgres could not: without NUL, at most 1,000 characters", async () => {
    const { tenant, claimed } = await aRunningJob();
    await settle(database, claimed, { kind: "dead", error: `a\0b${"x".repeat(5_000)}` });
    expect((await rowsOf(db, tenant))[0]?.last_error).toBe(`ab${"x".repeat(998)}`);
  });

  test.each<Verdict>([
    { kind: "done" },
    retry,
    { kind: "dead", error: "x" },
    { kind: "given back" },
  ])("changes nothing once the lease is another's: %j", async (verdict) => {
    const { tenant, claimed } = await aRunningJob();
    await expireLeases();
    await sweepLeases(database, jobs);
    const second = await claimOne();
    expect(await settle(database, claimed, verdict)).toBe(false);
    expect(await rowsOf(db, tenant)).toMatchObject([{ leased_by: second.lease, attempts: 2 }]);
  });
});

describe("a failed job whose successor waits", () => {
  test.each<Verdict>([retry, { kind: "given back" }])("is merged into it: %j", async (verdict) => {
    const { tenant, claimed } = await aRunningJob();
    await enqueue(tenant, job.with({ n: 2 }));
    expect(await settle(database, claimed, verdict)).toBe(true);
    expect(await rowsOf(db, tenant)).toMatchObject([{ payload: { n: 2 }, attempts: 0 }]);
  });

  test("is merged into one that is enqueued in the same instant", async () => {
    const { tenant, claimed } = await aRunningJob();
    const successor = slowSuccessor(tenant);
    await Bun.sleep(50);
    const settled = settle(database, claimed, retry); // waits for the other transaction, then finds its row
    await Bun.sleep(50);
    successor.open();
    await successor.committed;
    expect(await settled).toBe(true);
    expect(await rowsOf(db, tenant)).toMatchObject([{ payload: { n: 2 } }]);
  });

  test("stays beside it when dead", async () => {
    const { tenant, claimed } = await aRunningJob();
    await enqueue(tenant, job.with({ n: 2 }));
    await settle(database, claimed, { kind: "dead", error: "x" });
    expect(await rowsOf(db, tenant)).toMatchObject([{ payload: { n: 1 } }, { payload: { n: 2 } }]);
  });
});

describe("extendLeases", () => {
  test("extends the leases still held and tells them from the lost ones", async () => {
    const [first, second] = [await aRunningJob(), await aRunningJob()];
    await asSuperuser("update app.jobs set leased_until = now() + interval '1 s'");
    await asSuperuser("update app.jobs set leased_by = 'other' where id = $1", [second.claimed.id]);
    const kept = await database.system((trx) =>
      extendLeases(trx, [second.claimed, first.claimed], 600),
    );
    expect([...kept]).toEqual([first.claimed]);
    const rows = await asSuperuser<{ s: string }>(
      "select extract(epoch from leased_until - now()) as s from app.jobs order by id",
    );
    expect(rows.map((row) => Number(row.s) > 500)).toEqual([true, false]);
  });
});

describe("sweepLeases", () => {
  test("leaves leases that still run", async () => {
    await aRunningJob();
    expect(await sweepLeases(database, jobs)).toEqual([]);
  });

  test("makes an abandoned job pending again, its attempt counted", async () => {
    const { tenant, claimed } = await aRunningJob();
    await expireLeases();
    expect(await sweepLeases(database, jobs)).toMatchObject([
      { jobId: claimed.id, attempt: 1, becomes: "pending" },
    ]);
    expect(await rowsOf(db, tenant)).toMatchObject([
      { attempts: 1, leased_by: null, last_error: "the worker was lost during attempt 1" },
    ]);
  });

  test("declares it dead after its last attempt, so that it cannot kill workers for ever", async () => {
    const { tenant } = await aRunningJob();
    await asSuperuser("update app.jobs set attempts = 3");
    await expireLeases();
    expect(await sweepLeases(database, jobs)).toMatchObject([{ becomes: "dead" }]);
    expect((await rowsOf(db, tenant))[0]?.dead_at).toBeInstanceOf(Date);
  });

  test("leaves the attempts of a job of unknown name to the version that knows it", async () => {
    const { tenant } = await aRunningJob();
    await asSuperuser("update app.jobs set attempts = 3, name = 'settle.other'");
    await expireLeases();
    expect(await sweepLeases(database, jobs)).toMatchObject([{ becomes: "pending" }]);
    expect(await rowsOf(db, tenant)).toMatchObject([{ dead_at: null }]);
  });

  test("merges it into a waiting successor of its key", async () => {
    const { tenant } = await aRunningJob();
    await enqueue(tenant, job.with({ n: 2 }));
    await expireLeases();
    expect(await sweepLeases(database, jobs)).toMatchObject([{ becomes: "merged" }]);
    expect(await rowsOf(db, tenant)).toMatchObject([{ payload: { n: 2 } }]);
  });

  test("merges it into a successor enqueued in the same instant", async () => {
    const { tenant } = await aRunningJob();
    await expireLeases();
    const successor = slowSuccessor(tenant);
    await Bun.sleep(50);
    const swept = sweepLeases(database, jobs);
    await Bun.sleep(50);
    successor.open();
    await successor.committed;
    expect(await swept).toMatchObject([{ becomes: "merged" }]);
    expect(await rowsOf(db, tenant)).toMatchObject([{ payload: { n: 2 } }]);
  });

  test("takes each job back once, however many sweep at the same time", async () => {
    for (let n = 0; n < 5; n += 1) await aRunningJob();
    await expireLeases();
    const swept = await Promise.all([1, 2, 3].map(() => sweepLeases(database, jobs)));
    expect(swept.flat()).toHaveLength(5);
  });
});
