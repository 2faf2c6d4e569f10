// Fairness of claims: tenants are served in turn, whatever another one has enqueued.
import { beforeEach, describe, expect, test } from "bun:test";
import { newRota } from "#platform/jobs/claim.ts";
import { testDatabase, type TestTenant } from "../../support/database.ts";
import { claimsOn } from "./support.ts";

const db = await testDatabase();
const { asSuperuser, aTenant } = db;
const { add, claim, labels, order } = claimsOn(db);
beforeEach(() => asSuperuser("delete from app.jobs"));

describe("fairness between tenants", () => {
  const flood = (tenant: TestTenant, jobs: number, priority = 0) =>
    asSuperuser(
      `insert into app.jobs (tenant_id, name, payload, priority, run_at)
       select $1, 'claim.test', to_jsonb($2::text), $4, now() - interval '1 hour'
         from generate_series(1, $3)`,
      [tenant.id, tenant.subdomain, jobs, priority],
    );

  test("a tenant with one job is served next, though another has 10,000 older ones", async () => {
    const [big, small] = [await aTenant("big"), await aTenant("small")];
    await flood(big, 10_000);
    const rota = newRota();
    await order(2, rota);
    await add(small, "small");
    expect(await order(2, rota)).toContain("small");
  });

  test("the places of one claim are shared out", async () => {
    const [first, second] = [await aTenant("first"), await aTenant("second")];
    await flood(first, 100);
    await flood(second, 100);
    const counts = Object.groupBy(labels(await claim(10)), (label) => label);
    expect(counts).toMatchObject({ first: { length: 5 }, second: { length: 5 } });
  });

  test("a tenant whose jobs fill the places yields the next free one", async () => {
    const [greedy, late] = [await aTenant("greedy"), await aTenant("late")];
    await flood(greedy, 100);
    const rota = newRota();
    await claim(9, rota); // long jobs, none of them done
    await flood(late, 100);
    expect(labels(await claim(8, rota))).toEqual(Array<string>(8).fill("late"));
  });

  test("each of many busy tenants is served in every round", async () => {
    const tenants = await Promise.all(Array.from({ length: 30 }, () => aTenant()));
    for (const tenant of tenants) await flood(tenant, 20);
    const seen = await order(80);
    for (const { subdomain } of tenants) {
      expect(seen.filter((label) => label === subdomain).length).toBeGreaterThanOrEqual(2);
    }
  });

  test("urgent work goes before other tenants' ordinary work", async () => {
    const tenants = [await aTenant(), await aTenant(), await aTenant()];
    for (const tenant of tenants) await add(tenant, "ordinary", { age: 60 });
    await add(tenants[1]!, "urgent", { priority: 10 });
    expect(await order(2)).toEqual(["urgent", "ordinary"]);
  });

  test("urgent work goes first, but never stops other work, of the same tenant's neighbours", async () => {
    const urgent = await Promise.all(Array.from({ length: 3 }, () => aTenant()));
    for (const tenant of urgent) await flood(tenant, 1_000, 10);
    const other = await aTenant("other");
    await flood(other, 5);
    const seen = await order(40);
    const served = seen.filter((label) => label === "other").length;
    expect(served).toBeGreaterThanOrEqual(2);
    expect(served).toBeLessThanOrEqual(10);
    expect(seen[0]).not.toBe("other");
  });
});
