// Declaring and enqueueing jobs: one transaction with what causes them, one pending row a key.
import { beforeEach, describe, expect, test } from "bun:test";
import { z } from "zod";
import { declaredJobs, defineJob } from "#platform/jobs/define.ts";
import { openDatabase } from "#platform/db/database.ts";
import { testDatabase } from "../../support/database.ts";
import { enqueue, gate, rowsOf } from "./support.ts";

const db = await testDatabase();
const { asSuperuser, aTenant, settings } = db;
beforeEach(() => asSuperuser("delete from app.jobs"));

const spec = {
  payload: z.object({ n: z.number() }),
  retryAfterSeconds: [1],
  timeoutSeconds: 5,
  run: async () => "done" as const,
};
const plain = defineJob("define.plain", spec);
const urgent = defineJob("define.urgent", { ...spec, priority: 10, lane: ({ n }) => `lane-${n}` });
const keyed = defineJob("define.keyed", {
  ...spec,
  payload: z.object({ key: z.string(), n: z.number() }),
  key: ({ key }) => key,
});

describe("defineJob", () => {
  test("lists what was declared by name", () => {
    expect(declaredJobs().get("define.plain")).toBe(plain as never);
  });

  test("refuses a name declared twice", () => {
    expect(() => defineJob("define.plain", spec)).toThrow('job "define.plain" is declared twice');
  });

  test.each([
    ["a name without an area", "plain", {}],
    ["a negative delay", "define.bad", { retryAfterSeconds: [-1] }],
    ["no time to run in", "define.bad", { timeoutSeconds: 0 }],
    ["a timeout no timer can count", "define.bad", { timeoutSeconds: 3_000_000 }],
    ["a broken priority", "define.bad", { priority: 1.5 }],
    ["a priority beyond all bounds", "define.bad", { priority: 101 }],
  ])("refuses %s", (_, name, change) => {
    expect(() => defineJob(name, { ...spec, ...change })).toThrow(`job "${name}": `);
    expect(declaredJobs().has(name)).toBe(false);
  });
});

describe("enqueue", () => {
  test("is part of the transaction: what is rolled back was never enqueued", async () => {
    const tenant = await aTenant();
    const failing = tenant.scope.write(async (trx) => {
      await plain.with({ n: 1 }).enqueue(trx);
      throw new Error("changed my mind");
    });
    expect(await failing.catch(String)).toBe("Error: changed my mind");
    expect(await rowsOf(db, tenant)).toEqual([]);
  });

  test("keeps payload, lane and priority, and is due at once", async () => {
    const tenant = await aTenant();
    await enqueue(tenant, urgent.with({ n: 7 }));
    const [row] = await asSuperuser("select *, run_at <= now() as due from app.jobs");
    expect(row).toMatchObject({
      tenant_id: tenant.id,
      name: "define.urgent",
      payload: { n: 7 },
      lane: "define.urgent:lane-7",
      key: null,
      priority: 10,
      attempts: 0,
      due: true,
    });
  });

  test("is due when asked for", async () => {
    const tenant = await aTenant();
    const at = new Date(Date.now() + 3_600_000);
    await enqueue(tenant, plain.with({ n: 1 }, at));
    expect((await rowsOf(db, tenant))[0]?.run_at).toEqual(at);
  });

  test("refuses a payload out of shape", async () => {
    const tenant = await aTenant();
    const refused = await enqueue(tenant, plain.with({ n: "one" as never })).catch(
      (error: Error) => error.name,
    );
    expect(refused).toBe("ZodError");
    expect(await rowsOf(db, tenant)).toEqual([]);
  });

  test("keeps nothing that the payload's schema does not name", async () => {
    const tenant = await aTenant();
    const more = { n: 1, password: "correct horse" };
    await enqueue(tenant, plain.with(more));
    expect((await rowsOf(db, tenant))[0]?.payload).toEqual({ n: 1 });
  });

  test("refreshes the pending job of the same key: newest payload, due anew, attempts forgotten", async () => {
    const tenant = await aTenant();
    const later = new Date(Date.now() + 60_000);
    await enqueue(tenant, keyed.with({ key: "a", n: 1 }));
    await asSuperuser("update app.jobs set attempts = 2, last_error = 'no answer'");
    await enqueue(tenant, keyed.with({ key: "a", n: 2 }, later), keyed.with({ key: "b", n: 3 }));
    const rows = await rowsOf(db, tenant);
    expect(rows[0]?.run_at).toEqual(later);
    expect(rows).toMatchObject([
      { payload: { key: "a", n: 2 }, attempts: 0, last_error: null },
      { payload: { key: "b", n: 3 } },
    ]);
  });

  test("gives a running job of the same key a successor, and that one is refreshed from then on", async () => {
    const tenant = await aTenant();
    await enqueue(tenant, keyed.with({ key: "a", n: 1 }));
    await asSuperuser(
      "update app.jobs set leased_until = now() + interval '1 min', leased_by = 'w'",
    );
    await enqueue(tenant, keyed.with({ key: "a", n: 2 }));
    await enqueue(tenant, keyed.with({ key: "a", n: 3 }));
    expect(await rowsOf(db, tenant)).toMatchObject([
      { payload: { n: 1 }, leased_by: "w" },
      { payload: { n: 3 }, leased_by: null },
    ]);
  });

  test("makes one job of one key enqueued twice at the same time", async () => {
    const tenant = await aTenant();
    const { opened, open } = gate();
    const first = tenant.scope.write(async (trx) => {
      await keyed.with({ key: "a", n: 1 }).enqueue(trx);
      await opened;
    });
    const second = enqueue(tenant, keyed.with({ key: "a", n: 2 }));
    await Bun.sleep(50);
    open();
    await Promise.all([first, second]);
    expect(await rowsOf(db, tenant)).toHaveLength(1);
  });

  test("keeps the keys of tenants apart", async () => {
    const tenants = [await aTenant(), await aTenant()];
    for (const tenant of tenants) await enqueue(tenant, keyed.with({ key: "a", n: 1 }));
    for (const tenant of tenants) expect(await rowsOf(db, tenant)).toHaveLength(1);
  });

  test("leaves a dead job of the same key as it is", async () => {
    const tenant = await aTenant();
    await enqueue(tenant, keyed.with({ key: "a", n: 1 }));
    await asSuperuser("update app.jobs set dead_at = now()");
    await enqueue(tenant, keyed.with({ key: "a", n: 2 }));
    expect(await rowsOf(db, tenant)).toMatchObject([{ payload: { n: 1 } }, { dead_at: null }]);
  });

  test("works while the pool is down to one connection", async () => {
    const narrow = openDatabase({ ...settings, poolSize: 1 });
    const tenant = await aTenant();
    await narrow.tenant(tenant.id).write((trx) => plain.with({ n: 1 }).enqueue(trx));
    await narrow.close();
    expect(await rowsOf(db, tenant)).toHaveLength(1);
  });
});
