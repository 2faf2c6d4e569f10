// Claims: what is due, in which order, once, one of a lane and of a key, and along the index.
import { beforeEach, describe, expect, test } from "bun:test";
import { sql } from "kysely";
import { claimJobs, claimStatement, newRota } from "#platform/jobs/claim.ts";
import { settle } from "#platform/jobs/settle.ts";
import { testDatabase } from "../../support/database.ts";
import { claimsOn, gate, until } from "./support.ts";

const db = await testDatabase();
const { database, asSuperuser, aTenant } = db;
const { add, request, claim, labels, finish, order } = claimsOn(db);
beforeEach(() => asSuperuser("delete from app.jobs"));

describe("claimJobs", () => {
  test("leases due jobs to the worker and counts the attempt", async () => {
    const tenant = await aTenant();
    await add(tenant, "a");
    const [job] = await claim();
    expect(job).toMatchObject({
      tenantId: tenant.id,
      name: "claim.test",
      payload: "a",
      attempt: 1,
    });
    const [row] = await asSuperuser(
      "select *, extract(epoch from leased_until - now()) as seconds from app.jobs",
    );
    expect(row).toMatchObject({ attempts: 1, leased_by: job?.lease });
    expect(Number(row?.["seconds"])).toBeWithin(55, 60.1);
  });

  test("names each claim, so that a later claim by the same worker is another lease", async () => {
    await add(await aTenant(), "a");
    const rota = newRota();
    const [first] = await claim(1, rota);
    await asSuperuser("update app.jobs set leased_by = null, leased_until = null");
    const [second] = await claim(1, rota);
    expect(second?.lease).not.toBe(first?.lease);
  });

  test("takes a tenant's jobs by priority, then by age", async () => {
    const tenant = await aTenant();
    await add(tenant, "old", { age: 30 });
    await add(tenant, "young", { age: 1 });
    await add(tenant, "urgent", { priority: 10 });
    await add(tenant, "idle", { priority: -10, age: 99 });
    expect(await order(4)).toEqual(["urgent", "old", "young", "idle"]);
  });

  test("leaves what is not due, dead, leased already or of an unknown name", async () => {
    const tenant = await aTenant();
    for (const label of ["later", "dead", "leased", "unknown"]) {
      await add(tenant, label, {
        age: label === "later" ? -60 : 1,
        name: label === "unknown" ? "claim.other" : "claim.test",
      });
    }
    await asSuperuser("update app.jobs set dead_at = now() where payload = '\"dead\"'");
    await asSuperuser(
      "update app.jobs set leased_until = now(), leased_by = 'x' where payload = '\"leased\"'",
    );
    expect(await claim()).toEqual([]);
  });

  test("takes no more than asked for", async () => {
    const tenant = await aTenant();
    for (let n = 0; n < 5; n += 1) await add(tenant, `${n}`);
    expect(await claim(3)).toHaveLength(3);
    expect(await claim(3)).toHaveLength(2);
  });

  test("finds the jobs of all tenants, wherever it starts", async () => {
    const tenants = [await aTenant(), await aTenant(), await aTenant()];
    for (const tenant of tenants) await add(tenant, tenant.subdomain);
    for (const { id } of [...tenants, { id: "00000000-0000-0000-0000-000000000000" }]) {
      const rota = { claims: 0, last: { byPriority: id, byTurn: id } };
      const claimed = await claim(10, rota);
      expect(labels(claimed).sort()).toEqual(tenants.map((tenant) => tenant.subdomain).sort());
      await asSuperuser("update app.jobs set leased_by = null, leased_until = null");
    }
  });
});

describe("lanes and keys", () => {
  test("a claim takes the first job of a lane only", async () => {
    const [ours, theirs] = [await aTenant(), await aTenant()];
    await add(ours, "second", { lane: "x", age: 1 });
    await add(ours, "first", { lane: "x", age: 9 });
    await add(ours, "other lane", { lane: "y" });
    await add(theirs, "other tenant", { lane: "x" });
    await add(ours, "free 1");
    await add(ours, "free 2");
    expect(labels(await claim()).sort()).toEqual(
      ["first", "free 1", "free 2", "other lane", "other tenant"].sort(),
    );
  });

  test("a lane with a leased job offers nothing until that is done", async () => {
    const tenant = await aTenant();
    await add(tenant, "first", { lane: "x", age: 9 });
    await add(tenant, "second", { lane: "x" });
    const first = await claim();
    expect(labels(first)).toEqual(["first"]);
    expect(await claim()).toEqual([]);
    await finish(first);
    expect(labels(await claim())).toEqual(["second"]);
  });

  test("a job that is due later does not hold up the lane, however urgent", async () => {
    const tenant = await aTenant();
    await add(tenant, "later", { lane: "x", priority: 10, age: -60 });
    await add(tenant, "now", { lane: "x" });
    expect(labels(await claim())).toEqual(["now"]);
  });

  test("the successor of a running keyed job waits for its end", async () => {
    const tenant = await aTenant();
    await add(tenant, "running", { key: "k" });
    const running = await claim();
    await add(tenant, "successor", { key: "k" });
    await add(tenant, "other", { key: "l" });
    expect(labels(await claim())).toEqual(["other"]);
    await finish(running);
    expect(labels(await claim())).toEqual(["successor"]);
  });

  test("a claim that chose another job of a lane at the same instant loses and takes neither", async () => {
    const tenant = await aTenant();
    await add(tenant, "first", { lane: "x" });
    const { opened, open } = gate();
    let claimedFirst = false;
    const holding = database.system(async (db) => {
      const input = { ...request, lease: "w/1", by: "byPriority", after: tenant.id } as const;
      await claimStatement(input).execute(db);
      claimedFirst = true;
      await opened; // claimed, not yet committed
    });
    await until(() => claimedFirst);
    await add(tenant, "urgent", { lane: "x", priority: 10 }); // to the other worker this now heads the lane
    const racing = claim();
    await Bun.sleep(100);
    open();
    await holding;
    expect(await racing).toEqual([]);
    const rows = await asSuperuser("select payload from app.jobs where leased_until is not null");
    expect(rows).toEqual([{ payload: "first" }]);
  });

  test("many claims at once hand out every job once and never two of a lane or a key", async () => {
    const tenants = [await aTenant(), await aTenant()];
    for (const tenant of tenants) {
      for (let n = 0; n < 40; n += 1) {
        await add(tenant, `${n}`, {
          lane: n % 4 === 0 ? null : `lane ${n % 4}`,
          key: n % 2 ? `${n}` : null,
          priority: n % 3,
        });
      }
    }
    const runs = new Map<string, number>();
    const busy = new Set<string>();
    const doubled: string[] = [];
    const lanes = new Map(
      (await asSuperuser<{ id: string; lane: string | null }>("select id, lane from app.jobs")).map(
        (row) => [row.id, row.lane],
      ),
    );
    await Promise.all(
      Array.from({ length: 6 }, async (_, worker) => {
        const rota = newRota();
        for (let idle = 0; idle < 3;) {
          const claimed = await claimJobs(
            database,
            { ...request, worker: `w${worker}`, limit: 3 },
            rota,
          );
          idle = claimed.length === 0 ? idle + 1 : 0;
          for (const job of claimed) {
            const lane = lanes.get(job.id);
            const place = lane ? `${job.tenantId} ${lane}` : job.id;
            if (busy.has(place)) doubled.push(place);
            busy.add(place);
            runs.set(job.id, (runs.get(job.id) ?? 0) + 1);
          }
          await Bun.sleep(2);
          for (const job of claimed) {
            const lane = lanes.get(job.id);
            busy.delete(lane ? `${job.tenantId} ${lane}` : job.id);
            await settle(database, job, { kind: "done" });
          }
          if (claimed.length === 0) await Bun.sleep(20);
        }
      }),
    );
    expect(doubled).toEqual([]);
    expect(runs.size).toBe(80);
    expect([...runs.values()].every((count) => count === 1)).toBe(true);
  });
});

describe("the plan of the claim", () => {
  /** Every index used and every row read, over all nodes of the plan, claimed under the worker's role and rolled back. */
  async function explain() {
    const after = "00000000-0000-0000-0000-000000000000";
    const input = { ...request, lease: "w/1", by: "byPriority", after } as const;
    const nodes: Record<string, unknown>[] = [];
    const visit = (node: Record<string, unknown>) => {
      nodes.push(node);
      for (const child of (node["Plans"] ?? []) as Record<string, unknown>[]) visit(child);
    };
    const failing = database.system(async (db) => {
      const { rows } = await sql<{ "QUERY PLAN": [Record<string, unknown>] }>`
        explain (analyze, format json) ${claimStatement(input)}`.execute(db);
      const [plan] = rows[0]!["QUERY PLAN"];
      visit(plan["Plan"] as Record<string, unknown>);
      throw new Error("only looked");
    });
    expect(await failing.catch(String)).toBe("Error: only looked");
    const onJobs = nodes.filter((node) => node["Relation Name"] === "jobs");
    return {
      scans: new Set(onJobs.map((node) => node["Node Type"])),
      indexes: new Set(onJobs.map((node) => node["Index Name"])),
      rowsRead: onJobs
        .filter((node) => node["Node Type"] !== "ModifyTable")
        .map((node) => {
          const seen = Number(node["Actual Rows"]) + Number(node["Rows Removed by Filter"] ?? 0);
          return seen * Number(node["Actual Loops"]);
        })
        .reduce((a, b) => a + b, 0),
    };
  }

  test("steps along the index: 100,000 pending jobs cost no more than a few", async () => {
    const tenants = await Promise.all(Array.from({ length: 20 }, () => aTenant()));
    const ids = tenants.map((tenant) => tenant.id);
    await asSuperuser(
      `insert into app.jobs (tenant_id, name, payload, lane, run_at)
       select tenant, 'claim.test', '{}',
              case n % 3 when 0 then null else 'lane ' || n % 3 end, now() - interval '1 hour'
         from unnest($1::uuid[]) as tenant, generate_series(1, 4000) as n`,
      [ids],
    );
    await asSuperuser(
      `insert into app.jobs (tenant_id, name, payload, run_at)
       select $1, 'claim.test', '{}', now() - interval '1 hour' from generate_series(1, 20000)`,
      [ids[0]],
    );
    const expectCheap = async () => {
      const plan = await explain();
      expect(plan.scans).not.toContain("Seq Scan");
      expect(plan.indexes).toContain("jobs_due");
      expect(plan.rowsRead).toBeLessThan(3_000);
    };
    await expectCheap(); // before Postgres has counted anything
    await asSuperuser("analyze app.jobs");
    await expectCheap();
  });
});
