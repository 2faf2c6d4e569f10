// Limits on a real database: exact under parallel attempts, sliding over window borders, per tenant, and giving hits back.
import { describe, expect, test } from "bun:test";
import {
  clear,
  clearAll,
  declaredLimits,
  defineLimit,
  hit,
  hitAll,
  type LimitDefinition,
  networkOf,
  peek,
  purgeLimits,
  release,
  releaseAll,
} from "#platform/limits.ts";
import { statementsOf } from "../../support/statements.ts";
import { testDatabase, type TestTenant } from "../../support/database.ts";

const store = await testDatabase();
const wide = store.open({ poolSize: 20 });

const five = defineLimit("test.five", { most: 5, windowSeconds: 60 });
const one = defineLimit("test.one", { most: 1, windowSeconds: 60 });
const start = Date.parse("2026-03-01T12:00:00Z"); // the start of a window of 60 s
const at = (seconds: number) => new Date(start + seconds * 1000);

/** One attempt in a transaction of its own. */
const attempt = (
  tenant: TestTenant,
  seconds: number,
  limit: LimitDefinition = five,
  key = "jane",
) => tenant.scope.write((db) => hit(db, limit, key, at(seconds)));
async function attempts(tenant: TestTenant, count: number, seconds: number): Promise<boolean[]> {
  const outcomes: boolean[] = [];
  for (let n = 0; n < count; n += 1) outcomes.push((await attempt(tenant, seconds)).allowed);
  return outcomes;
}

describe("hit", () => {
  test("allows as many as the limit says, and tells how many are left and when the next is", async () => {
    const tenant = await store.aTenant();
    const states = [];
    for (let n = 0; n < 6; n += 1) states.push(await attempt(tenant, 15));
    expect(states).toEqual([
      ...[4, 3, 2, 1, 0].map((remaining) => ({ allowed: true, remaining, retryAfterSeconds: 0 })),
      { allowed: false, remaining: 0, retryAfterSeconds: 57 }, // 45 s to the next window, then until 4 of 5 count
    ]);
  });

  test("does not count what it refuses", async () => {
    const tenant = await store.aTenant();
    await attempts(tenant, 50, 0);
    const rows = await store.asSuperuser<{ hits: number }>(
      "select hits from app.limits where tenant_id = $1",
      [tenant.id],
    );
    expect(rows).toEqual([{ hits: 5 }]);
  });

  test("lets nobody double the limit around the border of two windows", async () => {
    const tenant = await store.aTenant();
    expect(await attempts(tenant, 5, 59)).toEqual([true, true, true, true, true]);
    expect(await attempts(tenant, 1, 60)).toEqual([false]);
    expect(await attempts(tenant, 2, 72)).toEqual([true, false]); // 4 of 5 still count
    expect(await attempts(tenant, 3, 96)).toEqual([true, true, false]); // 2 of 5, and 1
  });

  test("allows again exactly when it said it would", async () => {
    for (const [tries, seconds] of [
      [5, 0],
      [5, 31],
      [5, 59.9],
      [3, 20],
    ] as const) {
      const tenant = await store.aTenant();
      await attempts(tenant, tries, seconds);
      await attempts(tenant, 5, 65);
      const { allowed, retryAfterSeconds } = await attempt(tenant, 65);
      expect(allowed).toBe(false);
      const state = (later: number) =>
        tenant.scope.read((db) => peek(db, five, "jane", at(65 + later)));
      expect((await state(retryAfterSeconds)).allowed).toBe(true);
      expect((await state(retryAfterSeconds - 1.01)).allowed).toBe(false);
    }
  });

  test("tells the wait of a limit of one", async () => {
    const tenant = await store.aTenant();
    expect((await attempt(tenant, 10, one)).allowed).toBe(true);
    expect(await attempt(tenant, 10, one)).toEqual({
      allowed: false,
      remaining: 0,
      retryAfterSeconds: 110,
    });
    expect((await attempt(tenant, 119, one)).allowed).toBe(false);
    expect((await attempt(tenant, 120, one)).allowed).toBe(true);
  });

  test("keeps keys, limits and tenants apart", async () => {
    const [tenant, other] = [await store.aTenant(), await store.aTenant()];
    await attempts(tenant, 5, 0);
    expect((await attempt(tenant, 0, five, "joe")).allowed).toBe(true);
    expect((await attempt(tenant, 0, one)).allowed).toBe(true);
    expect((await attempt(other, 0)).allowed).toBe(true);
    expect((await attempt(tenant, 0)).allowed).toBe(false);
  });

  test("takes any text for a key and stores none of it", async () => {
    const tenant = await store.aTenant();
    for (const key of ["", "jane@acme.com 192.0.2.1", "\0", "x".repeat(10_000)]) {
      expect((await attempt(tenant, 0, five, key)).remaining).toBe(4);
    }
    const rows = await store.asSuperuser<{ key: Buffer }>(
      "select key from app.limits where tenant_id = $1",
      [tenant.id],
    );
    expect(rows.map(({ key }) => key.byteLength)).toEqual([32, 32, 32, 32]);
  });

  test("has counted nothing when the transaction is rolled back", async () => {
    const tenant = await store.aTenant();
    const undone = tenant.scope.write(async (db) => {
      await hit(db, five, "jane", at(0));
      throw new Error("undo");
    });
    expect(await undone.catch(String)).toBe("Error: undo");
    expect((await attempt(tenant, 0)).remaining).toBe(4);
  });
});

describe("twenty parallel attempts", () => {
  const race = async (tenant: TestTenant, seconds: number) => {
    const scope = wide.tenant(tenant.id);
    const states = await Promise.all(
      Array.from({ length: 20 }, () => scope.write((db) => hit(db, five, "jane", at(seconds)))),
    );
    return states.filter(({ allowed }) => allowed).length;
  };

  test("use up a fresh limit exactly", async () => {
    for (let round = 0; round < 5; round += 1)
      expect(await race(await store.aTenant(), 10)).toBe(5);
  });

  test("use up exactly what the former window leaves", async () => {
    const tenant = await store.aTenant();
    await attempts(tenant, 4, 30);
    expect(await race(tenant, 90)).toBe(3); // half of 4 count
    expect(await race(tenant, 90)).toBe(0);
  });

  test("tell those refused how long to wait", async () => {
    const tenant = await store.aTenant();
    const scope = wide.tenant(tenant.id);
    const states = await Promise.all(
      Array.from({ length: 20 }, () => scope.write((db) => hit(db, five, "jane", at(15)))),
    );
    for (const { allowed, retryAfterSeconds } of states)
      expect(retryAfterSeconds).toBe(allowed ? 0 : 57);
  });
});

describe("several limits at once", () => {
  const both = [
    [five, "network"],
    [one, "account"],
  ] as const;
  const counts = async (tenant: TestTenant) => {
    const rows = await store.asSuperuser<{ name: string; hits: number }>(
      "select name, hits from app.limits where tenant_id = $1",
      [tenant.id],
    );
    return Object.fromEntries(rows.map(({ name, hits }) => [name, hits]));
  };
  const hitBoth = (tenant: TestTenant, seconds: number) =>
    tenant.scope.write((db) => hitAll(db, both, at(seconds)));

  test("are counted in one statement, each by itself", async () => {
    const tenant = await store.aTenant();
    const sent = await statementsOf(() => hitBoth(tenant, 0));
    expect(sent).toHaveLength(1);
    expect(await counts(tenant)).toEqual({ "test.five": 1, "test.one": 1 });
    expect((await attempt(tenant, 0)).remaining).toBe(4);
  });

  test("go on only where the one before allows it: who is refused first costs the others nothing", async () => {
    const tenant = await store.aTenant();
    const refusing = [both[1], both[0]];
    const go = () => tenant.scope.write((db) => hitAll(db, refusing, at(0)));
    expect((await go()).map(({ allowed }) => allowed)).toEqual([true, true]);
    expect((await go()).map(({ allowed }) => allowed)).toEqual([false]);
    expect(await counts(tenant)).toEqual({ "test.five": 1, "test.one": 1 });
  });

  test("say how long to wait for the one that refuses", async () => {
    const tenant = await store.aTenant();
    await hitBoth(tenant, 10);
    expect(await hitBoth(tenant, 10)).toEqual([
      { allowed: true, remaining: 3, retryAfterSeconds: 0 },
      { allowed: false, remaining: 0, retryAfterSeconds: 110 },
    ]);
  });

  test("twenty parallel attempts and their releases wait for each other in one order", async () => {
    const tenant = await store.aTenant();
    const many = [
      [five, "a"],
      [five, "b"],
      [five, "c"],
    ] as const;
    const scope = wide.tenant(tenant.id);
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        scope.write(async (db) => {
          await hitAll(db, many, at(0));
          if (n % 2 === 0) await releaseAll(db, many);
          if (n % 7 === 0) await clearAll(db, many);
        }),
      ),
    );
    await tenant.scope.write((db) => clearAll(db, many));
    expect(await counts(tenant)).toEqual({});
  });

  test("are given back and forgotten in one statement, and no other key with them", async () => {
    const tenant = await store.aTenant();
    await attempt(tenant, 0, five, "other");
    await hitBoth(tenant, 0);
    const given = await statementsOf(() => tenant.scope.write((db) => releaseAll(db, both)));
    expect(given).toHaveLength(1);
    expect((await hitBoth(tenant, 0)).map(({ allowed }) => allowed)).toEqual([true, true]);
    const forgotten = await statementsOf(() => tenant.scope.write((db) => clearAll(db, both)));
    expect(forgotten).toHaveLength(1);
    expect(await counts(tenant)).toEqual({ "test.five": 1 });
    expect((await attempt(tenant, 0, five, "other")).remaining).toBe(3);
  });
});

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
  ["2001:db8:1:2::9", "2001:db8:1:2"],
  ["2001:db8::1", "2001:db8:0:0"],
  ["::1", "0:0:0:0"],
])("the network of %s is %s", (ip, network) => {
  expect(networkOf(ip)).toBe(network);
});

describe("peek", () => {
  test("says what a hit would, and counts nothing", async () => {
    const tenant = await store.aTenant();
    const look = (seconds: number) =>
      tenant.scope.read((db) => peek(db, five, "jane", at(seconds)));
    expect(await look(0)).toEqual({ allowed: true, remaining: 5, retryAfterSeconds: 0 });
    await attempts(tenant, 5, 15);
    expect(await look(15)).toEqual({ allowed: false, remaining: 0, retryAfterSeconds: 57 });
    expect(await look(15)).toEqual(await attempt(tenant, 15));
    expect(await look(200)).toEqual({ allowed: true, remaining: 5, retryAfterSeconds: 0 });
  });
});

describe("release and clear", () => {
  test("release gives one hit back", async () => {
    const tenant = await store.aTenant();
    await attempts(tenant, 5, 0);
    await tenant.scope.write((db) => release(db, five, "jane"));
    expect(await attempts(tenant, 2, 0)).toEqual([true, false]);
  });

  test("release goes back to the former window, never below nothing, and leaves other keys alone", async () => {
    const tenant = await store.aTenant();
    await attempts(tenant, 2, 0);
    await attempt(tenant, 70);
    await attempt(tenant, 70, five, "joe");
    for (let n = 0; n < 5; n += 1) await tenant.scope.write((db) => release(db, five, "jane"));
    expect(await tenant.scope.read((db) => peek(db, five, "jane", at(70)))).toMatchObject({
      remaining: 5,
    });
    expect(await tenant.scope.read((db) => peek(db, five, "joe", at(70)))).toMatchObject({
      remaining: 4,
    });
  });

  test("clear forgets a key", async () => {
    const tenant = await store.aTenant();
    await attempts(tenant, 5, 0);
    await tenant.scope.write((db) => clear(db, five, "jane"));
    expect((await attempt(tenant, 0)).remaining).toBe(4);
  });
});

test("purgeLimits removes the windows that no longer count, and only those", async () => {
  const [tenant, other] = [await store.aTenant(), await store.aTenant()];
  await attempt(tenant, 0);
  await attempt(tenant, 60);
  await attempt(other, 0);
  expect(await tenant.scope.write((db) => purgeLimits(db, at(119)))).toBe(0);
  expect(await tenant.scope.write((db) => purgeLimits(db, at(120)))).toBe(1);
  const rows = await store.asSuperuser<{ tenant: string }>(
    "select tenant_id as tenant from app.limits where tenant_id in ($1, $2)",
    [tenant.id, other.id],
  );
  expect(rows.map((row) => row.tenant).sort()).toEqual([tenant.id, other.id].sort());
});

test("a limit's name is declared once", () => {
  expect(declaredLimits().get("test.five")).toBe(five);
  expect(() => defineLimit("test.five", { most: 1, windowSeconds: 1 })).toThrow("declared twice");
});
