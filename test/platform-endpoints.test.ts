// What machines ask: is it alive, may this name have a certificate, how is it doing. On the public port and on the internal one.
import { version } from "../package.json";
import { describe, expect, test } from "bun:test";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { createHealth, type Health } from "#src/health.ts";
import { createInternalApp } from "#src/internal.ts";
import { createApp } from "#src/app.ts";
import { createMetrics } from "#platform/http/metrics.ts";
import { type Database, type DatabaseSettings, openDatabase } from "#platform/db/database.ts";
import { setTenantState } from "#features/tenants/index.ts";
import { testApp } from "./support/a-tenant.ts";
import { testServices } from "./support/services.ts";
import { headerProblems } from "./http/support/answers.ts";
import { serving } from "./http/support/serving.ts";

const build = { version, commit: "unknown" };

const app = await testApp();
const baseDomain = app.services.config.http.baseDomain;

/** The application over another database, or over none. */
function over(settings: DatabaseSettings) {
  const database = openDatabase(settings);
  const services = testServices(database);
  const health = createHealth(database);
  const close = () => database.close();
  return { database, health, ...createApp(services, health), [Symbol.asyncDispose]: close };
}

/** Holds this many connections of the pool. */
function hold(database: Database, connections: number) {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const taken = Array.from({ length: connections }, () => database.system(() => held));
  const free = async () => {
    release();
    await Promise.all(taken);
  };
  return { free, [Symbol.asyncDispose]: free };
}

const asked = (fetching: Pick<typeof app.app, "fetch">, path: string, init: RequestInit = {}) => {
  const headers = new Headers({ host: baseDomain, ...(init.headers as Record<string, string>) });
  return fetching.fetch(new Request(`http://${headers.get("host")}${path}`, { ...init, headers }));
};

async function timed(sent: Promise<Response> | Response) {
  const startedAt = performance.now();
  const answer = await sent;
  return { status: answer.status, ms: performance.now() - startedAt };
}

const probes = ["/healthz", "/readyz"] as const;
/** What a probe's answer may take, whatever has become of the database. */
const patienceMs = 2_000;

describe("health", () => {
  const hosts = [
    baseDomain,
    `acme.${baseDomain}`,
    "nobody.example",
    "127.0.0.1:8000",
    "[::1]:8000",
  ];

  test.each(hosts)("is answered on %s without a login", async (host) => {
    for (const path of [...probes, "/livez"]) {
      const answer = await asked(app.app, path, { headers: { host } });
      expect([path, answer.status]).toEqual([path, 200]);
      expect(headerProblems(answer)).toEqual([]);
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
  });

  test("is answered to HEAD, without a body", async () => {
    for (const path of [...probes, "/livez"]) {
      const answer = await asked(app.app, path, { method: "HEAD" });
      expect([answer.status, await answer.text()]).toEqual([200, ""]);
    }
  });

  test("is 503 within two seconds when every connection is taken, and 200 when one is free again", async () => {
    await using busy = over({ ...app.settings, poolSize: 2 });
    await using holding = hold(busy.database, 2);
    for (const path of probes) {
      const { status, ms } = await timed(asked(busy, path));
      expect(status).toBe(503);
      expect(ms).toBeLessThan(patienceMs);
    }
    expect((await timed(asked(busy, "/livez"))).status).toBe(200);
    await holding.free();
    expect((await timed(asked(busy, "/healthz"))).status).toBe(200);
  });

  test("does not pile up: a flood of probes asks the database once", async () => {
    await using busy = over({ ...app.settings, poolSize: 1 });
    await using holding = hold(busy.database, 1);
    const flood = Array.from({ length: 100 }, () => timed(asked(busy, "/healthz")));
    await Bun.sleep(50);
    expect(busy.database.pool().waiting).toBe(1);
    await holding.free();
    for (const { status } of await Promise.all(flood)) expect(status).toBe(200);
  });

  test("is 503 when nobody listens at the database's address", async () => {
    await using nowhere = over({ ...app.settings, port: await freePort() });
    const { status, ms } = await timed(asked(nowhere, "/healthz"));
    expect(status).toBe(503);
    expect(ms).toBeLessThan(patienceMs);
  });

  test("is 503 within two seconds when the database takes the call and says nothing", async () => {
    const silent = createServer(() => undefined);
    await using mute = over({ ...app.settings, port: await listening(silent) });
    const { status, ms } = await timed(asked(mute, "/healthz"));
    silent.close();
    expect(status).toBe(503);
    expect(ms).toBeLessThan(patienceMs);
  });

  test("is 503 while the process stops, though the process is alive", async () => {
    await using stopping = over(app.settings);
    expect((await asked(stopping, "/readyz")).status).toBe(200);
    stopping.health.stopServing();
    expect((await asked(stopping, "/readyz")).status).toBe(503);
    expect((await asked(stopping, "/healthz")).status).toBe(503);
    expect((await asked(stopping, "/livez")).status).toBe(200);
  });

  test("a page says that the service is unavailable when the database is gone, not that it failed", async () => {
    await using gone = over({ ...app.settings, port: await freePort() });
    const answer = await asked(gone, "/sign-in", { headers: { host: `acme.${baseDomain}` } });
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("5");
    expect(headerProblems(answer)).toEqual([]);
  });
});

async function listening(server: ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("GET /internal/tls-check", () => {
  const health: Health = createHealth(app.database);
  const internal = createInternalApp(app.services, createMetrics(app.database, build), health);
  const check = (query: string) =>
    Promise.resolve(
      internal.fetch(new Request(`http://127.0.0.1:8001/internal/tls-check${query}`)),
    );
  const forDomain = (domain: string) => check(`?domain=${encodeURIComponent(domain)}`);

  test("allows the base domain", async () => {
    expect((await forDomain(baseDomain)).status).toBe(200);
  });

  test("allows a tenant's own name", async () => {
    const { subdomain } = await app.aTenant();
    expect((await forDomain(`${subdomain}.${baseDomain}`)).status).toBe(200);
  });

  test("refuses everything else with one and the same answer", async () => {
    const { subdomain } = await app.aTenant();
    const suspended = await app.aTenant();
    await app.database.system((db) => setTenantState(db, suspended.subdomain, "suspended"));
    const known = `${subdomain}.${baseDomain}`;
    const refused = [
      `nobody.${baseDomain}`,
      `www.${baseDomain}`,
      `two.levels.${baseDomain}`,
      `www.${known}`,
      `${known}.`,
      `${baseDomain}.`,
      known.toUpperCase(),
      `${known}:443`,
      `${suspended.subdomain}.${baseDomain}`,
      `*.${baseDomain}`,
      `.${baseDomain}`,
      `-.${baseDomain}`,
      `evil${baseDomain}`,
      `${known}.evil.example`,
      "evil.example",
      "localhost",
      "127.0.0.1",
      "::1",
      `xn--e1afmkfd.${baseDomain}`,
      `пример.${baseDomain}`,
      `${"a".repeat(64)}.${baseDomain}`,
      "a".repeat(300),
      `${"a.".repeat(150)}${baseDomain}`,
      ` ${known}`,
      `${known}\u0000`,
      `${known}\r\nx: y`,
      `${known}/`,
      `https://${known}`,
      "",
      " ",
      "com",
    ];
    const seen = async (sent: Promise<Response>) => {
      const answer = await sent;
      return JSON.stringify([answer.status, await answer.text(), [...answer.headers]]);
    };
    const answers = new Map<string, string[]>();
    const note = async (what: string, sent: Promise<Response>) => {
      const answer = await seen(sent);
      answers.set(answer, [...(answers.get(answer) ?? []), what]);
    };
    for (const domain of refused) await note(domain, forDomain(domain));
    await note("no query", check(""));
    await note("another query", check(`?host=${known}`));
    await note("twice, the first counts", check(`?domain=evil.example&domain=${known}`));
    expect([...answers.values()]).toHaveLength(1);
    expect([...answers.keys()][0]).toStartWith("[404,");
  });

  test("follows a suspension and its end", async () => {
    const { subdomain } = await app.aTenant();
    const name = `${subdomain}.${baseDomain}`;
    const become = async (state: "active" | "suspended") => {
      await app.database.system((db) => setTenantState(db, subdomain, state));
      app.clock.advance({ seconds: 6 });
      return (await forDomain(name)).status;
    };
    expect((await forDomain(name)).status).toBe(200);
    expect(await become("suspended")).toBe(404);
    expect(await become("active")).toBe(200);
  });

  test("says 503 and nothing more when the database is gone", async () => {
    const gone = testServices(over({ ...app.settings, port: await freePort() }).database);
    const alone = createInternalApp(
      gone,
      createMetrics(gone.database, build),
      createHealth(gone.database),
    );
    const url = `http://127.0.0.1:8001/internal/tls-check?domain=acme.${baseDomain}`;
    const answer = await alone.fetch(new Request(url));
    expect([answer.status, await answer.text()]).toEqual([503, "unavailable\n"]);
  });
});

const web = await serving(app);
const tenant = await app.aTenant({ signedInAs: "member" });

describe("the two ports", () => {
  const at = (port: number, path: string, host: string) =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers: { host }, redirect: "manual" });
  const host = new URL(tenant.origin).host;

  test("the public one knows neither the certificate question nor the figures", async () => {
    for (const path of ["/internal/tls-check?domain=x", "/metrics"]) {
      for (const name of [baseDomain, host, "nobody.example", "127.0.0.1"]) {
        expect((await at(web.port, path, name)).status).toBe(404);
      }
    }
  });

  test("the internal one serves no page of the product", async () => {
    for (const path of ["/", "/sign-in", "/api/v1/me", "/openapi.json"]) {
      expect((await at(web.internalPort, path, host)).status).toBe(404);
    }
  });

  test("the internal one answers for health too", async () => {
    expect((await at(web.internalPort, "/healthz", "127.0.0.1")).status).toBe(200);
  });

  test("the figures count answers by route and never name a path, an id or a person", async () => {
    const secret = crypto.randomUUID();
    await at(web.port, `/groups/${secret}?token=${secret}`, host);
    await at(web.port, `/nothing/${secret}`, host);
    const answer = await at(web.internalPort, "/metrics", "127.0.0.1");
    const text = await answer.text();
    expect(answer.headers.get("content-type")).toStartWith("text/plain");
    expect(text).toContain('weft_http_requests_total{route="GET /groups/:groupId",status="303"} 1');
    expect(text).toContain('weft_http_requests_total{route="none",status="404"}');
    expect(text).toMatch(/weft_database_connections\{state="idle"\} \d/);
    expect(text).toContain(`weft_build_info{version="${version}",commit="unknown"} 1`);
    expect(text).toMatch(/process_resident_memory_bytes \d/);
    expect(text).not.toContain("nodejs_heap_space");
    expect(text).not.toContain(secret);
    expect(text).not.toContain(tenant.subdomain);
  });
});
