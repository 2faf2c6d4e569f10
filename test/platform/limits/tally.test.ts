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

describe("counting in the process", () => {
  test("one request each from many networks costs no transaction, and settling tells all of them, a few at a time", async () => {
    const tenant = await store.aTenant();
    const { seen, tally } = watched();
    for (let at = 0; at < 200; at += 1)
      expect(tally.count(hit(tenant, `network ${at}`)).allowed).toBe(true);
    await Bun.sleep(20);
    expect([seen.all, await rowsOf(tenant)]).toEqual([0, []]);
    await tally.settle();
    expect(seen).toEqual({ all: 200, most: 4 });
    expect((await rowsOf(tenant)).map(({ hits }) => hits)).toEqual(
      Array.from({ length: 200 }, () => 1),
    );
    await tally.settle();
    expect(seen.all).toBe(200);
  }, 30_000);

  test("many requests each from many networks are told a few at a time, and none is lost", async () => {
    const tenant = await store.aTenant();
    const { seen, tally } = watched();
    for (let round = 0; round < 30; round += 1)
      for (let at = 0; at < 50; at += 1) tally.count(hit(tenant, `network ${at}`));
    await tally.settle();
    expect(seen.most).toBe(4);
    expect((await rowsOf(tenant)).map(({ hits }) => hits)).toEqual(
      Array.from({ length: 50 }, () => 30),
    );
  }, 30_000);

  test("a limit that is reached is told without another request, also behind others", async () => {
    const tenant = await store.aTenant();
    const { seen, tally } = watched();
    for (let at = 0; at < 10; at += 1) {
      const counted = [1, 2, 3, 4, 5].map(() => tally.count(hit(tenant, `network ${at}`, three)));
      expect(counted.map(({ allowed }) => allowed)).toEqual([true, true, true, false, false]);
    }
    for (let looks = 0; looks < 100 && (await rowsOf(tenant)).length < 10; looks += 1)
      await Bun.sleep(20);
    expect((await rowsOf(tenant)).map(({ hits, about }) => [hits, about?.slice(0, 7)])).toEqual(
      Array.from({ length: 10 }, () => [3, "network"]),
    );
    expect(seen).toEqual({ all: 10, most: 4 });
  }, 30_000);

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
