// Counting in the process, on a real database: what is told, when, and by how many transactions at once.
import { describe, expect, test } from "bun:test";
import type { Database } from "#platform/db/database.ts";
import { defineLimit } from "#platform/limits.ts";
import { createTally } from "#platform/limits/tally.ts";
import { createLogger } from "#platform/log.ts";
import { testDatabase, type TestTenant } from "../../support/database.ts";

const store = await testDatabase();
const hundred = defineLimit("test.tally_hundred", { most: 100, windowSeconds: 60 });
const three = defineLimit("test.tally_three", { most: 3, windowSeconds: 60 });
const log = createLogger({ level: "silent" });
// In the middle of a window: none ends meanwhile.
const clock = { now: () => new Date("2026-03-01T12:00:30Z") };

/** The database, and how many transactions it was asked for: all of them, and at once at the most. */
function watched() {
  const seen = { all: 0, most: 0 };
  let under = 0;
  const database: Database = {
    ...store.database,
    tenant: (id) => {
      const scope = store.database.tenant(id);
      return {
        ...scope,
        write: async (body) => {
          seen.all += 1;
          under += 1;
          seen.most = Math.max(seen.most, under);
          try {
            return await scope.write(body);
          } finally {
            under -= 1;
          }
        },
      };
    },
  };
  return { seen, tally: createTally({ database, clock, log }) };
}

const hit = ({ id }: TestTenant, key: string, limit = hundred) => ({
  tenantId: id,
  limit,
  key,
  about: async () => key,
});

const rowsOf = ({ id }: TestTenant) =>
  store.asSuperuser<{ hits: number; about: string | null }>(
    "select hits, about from app.limits where tenant_id = $1 order by hits",
    [id],
  );

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let looks = 0; looks < 200; looks += 1) {
    if (await isSo()) return;
    await Bun.sleep(10);
  }
  throw new Error("it never came to be so");
}

describe("counting in the process", () => {
  test("one request each from many networks costs no transaction, and settling tells all of them in a few", async () => {
    const tenant = await store.aTenant();
    const { seen, tally } = watched();
    for (let at = 0; at < 1_100; at += 1)
      expect(tally.count(hit(tenant, `network ${at}`)).allowed).toBe(true);
    await Bun.sleep(20);
    expect([seen.all, await rowsOf(tenant)]).toEqual([0, []]);
    await tally.settle();
    expect(seen).toEqual({ all: 3, most: 1 });
    expect((await rowsOf(tenant)).map(({ hits }) => hits)).toEqual(
      Array.from({ length: 1_100 }, () => 1),
    );
    await tally.settle();
    expect(seen.all).toBe(3);
  }, 120_000);

  test("many requests each from many networks of many tenants are told a few at a time, and none is lost", async () => {
    const tenants = await Promise.all(Array.from({ length: 8 }, () => store.aTenant()));
    const { seen, tally } = watched();
    for (let round = 0; round < 30; round += 1)
      for (let at = 0; at < 20; at += 1)
        for (const tenant of tenants) tally.count(hit(tenant, `network ${at}`));
    await tally.settle();
    expect(seen.most).toBe(4);
    expect(seen.all).toBeLessThanOrEqual(16);
    for (const tenant of tenants)
      expect((await rowsOf(tenant)).map(({ hits }) => hits)).toEqual(
        Array.from({ length: 20 }, () => 30),
      );
  }, 120_000);

  test("what is due of a tenant is told together, and not before a second has passed since the last time", async () => {
    const tenant = await store.aTenant();
    const { seen, tally } = watched();
    const told = async () => (await rowsOf(tenant)).map(({ hits }) => hits);
    for (let sent = 0; sent < 25; sent += 1) tally.count(hit(tenant, "first"));
    await until(async () => (await told()).length === 1);
    for (let at = 0; at < 10; at += 1)
      for (let sent = 0; sent < 30; sent += 1) tally.count(hit(tenant, `network ${at}`));
    await Bun.sleep(100);
    expect([seen.all, await told()]).toEqual([1, [25]]);
    await Bun.sleep(1_000);
    // One hit of any that is due finds the pause over.
    tally.count(hit(tenant, "network 3"));
    await until(async () => (await told()).length === 11);
    expect(seen).toEqual({ all: 2, most: 1 });
    expect(await told()).toEqual([25, ...Array.from({ length: 9 }, () => 30), 31]);
  });

  test("what a window has counted is told when the next one begins, also what was too little before", async () => {
    const tenant = await store.aTenant();
    const time = { now: new Date("2026-03-01T12:00:30Z") };
    const tally = createTally({ database: store.database, clock: { now: () => time.now }, log });
    for (let sent = 0; sent < 24; sent += 1) tally.count(hit(tenant, "one"));
    time.now = new Date("2026-03-01T12:01:10Z");
    tally.count(hit(tenant, "one"));
    await until(async () => (await rowsOf(tenant)).length === 1);
    expect(await rowsOf(tenant)).toEqual([{ hits: 24, about: null }]);
    // Another process knows them by the first that it tells itself.
    const other = createTally({ database: store.database, clock: { now: () => time.now }, log });
    other.count(hit(tenant, "one"));
    await other.settle();
    expect(other.count(hit(tenant, "one")).remaining).toBe(100 - 1 - 20);
    // What is older than the window before counts no more.
    await tally.settle();
    time.now = new Date("2026-03-01T12:09:10Z");
    tally.count(hit(tenant, "one"));
    await tally.settle();
    expect((await rowsOf(tenant)).map(({ hits }) => hits)).toEqual([1, 2, 24]);
  });

  test("a limit that is reached is told without another request, also behind others", async () => {
    const tenant = await store.aTenant();
    const { seen, tally } = watched();
    for (let at = 0; at < 10; at += 1) {
      const counted = [1, 2, 3, 4, 5].map(() => tally.count(hit(tenant, `network ${at}`, three)));
      expect(counted.map(({ allowed }) => allowed)).toEqual([true, true, true, false, false]);
    }
    await until(async () => (await rowsOf(tenant)).length === 10);
    expect((await rowsOf(tenant)).map(({ hits, about }) => [hits, about?.slice(0, 7)])).toEqual(
      Array.from({ length: 10 }, () => [3, "network"]),
    );
    expect(seen).toEqual({ all: 2, most: 1 });
  }, 120_000);

  test("a database that is away neither opens the door nor is asked over and over", async () => {
    const tenant = await store.aTenant();
    let asked = 0;
    const database: Database = {
      ...store.database,
      tenant: (id) => ({
        ...store.database.tenant(id),
        write: () => {
          asked += 1;
          return Promise.reject(new Error("away"));
        },
      }),
    };
    const tally = createTally({ database, clock, log });
    const states = Array.from({ length: 50 }, () => tally.count(hit(tenant, "one", three)));
    expect(states.filter(({ allowed }) => allowed)).toHaveLength(3);
    for (let at = 0; at < 100; at += 1) tally.count(hit(tenant, `network ${at}`));
    await tally.settle();
    expect(asked).toBeLessThan(10);
  });
});
