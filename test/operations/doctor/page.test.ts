// The operator's page: on the internal port alone, as a page and as JSON, for nobody who comes by a name of the internet.
import { describe, expect, test } from "bun:test";
import type { DoctorReport } from "#src/operations/doctor/index.ts";
import { doctorPages } from "#src/operations/doctor/routes.tsx";
import { testApp } from "../../support/a-tenant.ts";
import { serving } from "../../http/support/serving.ts";

const app = await testApp();
const report: DoctorReport = {
  ok: false,
  version: "9.9.9",
  at: "2026-03-01T12:00:00.000Z",
  checks: [
    {
      name: "a",
      title: "Well",
      state: "ok",
      ms: 1,
      findings: [{ state: "ok", says: "all <well>", repair: null }],
    },
    {
      name: "b",
      title: "Ill",
      state: "fail",
      ms: 1,
      findings: [{ state: "fail", says: "it <hurts>", repair: "mend --it" }],
    },
  ],
};
let runs = 0;
const pages = (ok = false) =>
  doctorPages(app.services, async () => {
    runs += 1;
    await Bun.sleep(50);
    return { ...report, ok };
  });
const ask = (headers: Readonly<Record<string, string>> = {}, from = pages(), query = "") =>
  Promise.resolve(
    from.fetch(
      new Request(`http://app:8001/internal/doctor${query}`, {
        headers: { host: "app:8001", ...headers },
      }),
    ),
  );

describe("GET /internal/doctor", () => {
  test("is a page: what failed with its line, then what is well", async () => {
    const answer = await ask({ accept: "text/html" });
    const html = await answer.text();
    expect(answer.status).toBe(503);
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(html).toContain("One check failed");
    expect(html).toContain("it &lt;hurts&gt;");
    expect(html).toContain("mend --it");
    expect(html.indexOf("Ill")).toBeLessThan(html.indexOf("all &lt;well&gt;"));
  });

  test("is JSON for those who ask for it", async () => {
    for (const answer of [
      await ask({ accept: "application/json" }),
      await ask({}, pages(), "?format=json"),
    ]) {
      expect(await answer.json()).toEqual(report);
    }
  });

  test("is 200 when nothing failed", async () => {
    expect((await ask({}, pages(true))).status).toBe(200);
  });

  test("runs once for everybody who asks meanwhile", async () => {
    const one = pages();
    runs = 0;
    await Promise.all(Array.from({ length: 10 }, () => ask({}, one)));
    expect(runs).toBe(1);
    await ask({}, one);
    expect(runs).toBe(2);
  });

  test("is for near names alone: a page of the internet could point its own name here", async () => {
    for (const host of [
      "app:8001",
      "app",
      "localhost:8001",
      "127.0.0.1:8001",
      "[::1]:8001",
      "10.1.2.3",
    ])
      expect([host, (await ask({ host })).status]).toEqual([host, 503]);
    runs = 0;
    for (const host of [
      "evil.example",
      "evil.example:8001",
      "id.weft.test",
      "127.0.0.1.evil.example",
      "a.",
      "",
    ])
      expect([host, (await ask({ host })).status]).toEqual([host, 421]);
    expect(runs).toBe(0);
  });
});

describe("the two ports", () => {
  test("only the internal one has the page, and it really looks", async () => {
    const web = await serving(app);
    const get = (port: number, host: string) =>
      fetch(`http://127.0.0.1:${port}/internal/doctor`, {
        headers: { host, accept: "application/json" },
      });
    for (const host of [app.services.config.http.baseDomain, "127.0.0.1", "localhost"])
      expect((await get(web.port, host)).status).toBe(404);
    const answer = await get(web.internalPort, "127.0.0.1");
    const { checks } = (await answer.json()) as DoctorReport;
    expect(checks.map(({ name }) => name)).toContain("isolation");
    const style = await fetch(`http://127.0.0.1:${web.internalPort}/assets/app.css`);
    expect(style.status).toBe(200);
  }, 120_000);
});
