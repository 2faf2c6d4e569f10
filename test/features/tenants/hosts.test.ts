// Which address belongs to whom: one label before the base domain is a tenant, the base domain helps people on, all else is nobody's.
import { describe, expect, test } from "bun:test";
import {
  createTenant,
  readHost,
  setTenantState,
  subdomainProblem,
} from "#features/tenants/index.ts";
import { testApp } from "../../support/a-tenant.ts";
import { headerProblems } from "../../http/support/answers.ts";

const app = await testApp();
const base = app.services.config.http.baseDomain;

const ask = (host: string | undefined, path = "/", init: RequestInit = {}) => {
  const headers = new Headers({ accept: "text/html", ...(init.headers as Record<string, string>) });
  if (host !== undefined) headers.set("host", host);
  return Promise.resolve(
    app.app.fetch(new Request(`http://127.0.0.1${path}`, { ...init, headers })),
  );
};

describe("readHost", () => {
  test.each([
    [base, "base"],
    [base.toUpperCase(), "base"],
    [`${base}:8443`, "base"],
    [`${base}.`, "base"],
    [`acme.${base}`, "label"],
    [`ACME.${base}`, "label"],
    [`acme.${base}:443`, "label"],
    [`acme.${base}.`, "label"],
    [`a.b.${base}`, "foreign"],
    [`.${base}`, "foreign"],
    [`-acme.${base}`, "foreign"],
    [`acme-.${base}`, "foreign"],
    [`ac_me.${base}`, "foreign"],
    [`xn--acme.${base}`, "foreign"],
    [`www.${base}`, "foreign"],
    [`${"a".repeat(64)}.${base}`, "foreign"],
    [`acme${base}`, "foreign"],
    [`acme.${base}.evil.example`, "foreign"],
    ["evil.example", "foreign"],
    [`evil.example#.${base}`, "foreign"],
    [`evil.example/.${base}`, "foreign"],
    [`user@acme.${base}`, "foreign"],
    [`acme.${base}:8443:1`, "foreign"],
    ["127.0.0.1", "foreign"],
    ["", "foreign"],
    [undefined, "foreign"],
  ])("%s: %s", (host, kind) => expect(readHost(host, base).kind).toBe(kind as "base"));
});

describe("an unknown host", () => {
  const hosts = [
    `nobody.${base}`,
    `two.levels.${base}`,
    `www.${base}`,
    "evil.example",
    "127.0.0.1",
    `acme.${base}.evil.example`,
    undefined,
  ];
  const paths = [
    "/",
    "/sign-in",
    "/api/v1/me",
    "/assets/app.css",
    "/problems/request.invalid",
    "/dev/mail",
  ];
  /** All of an answer but what is new in each. */
  const faceOf = async (answer: Response) => {
    const headers = [...answer.headers].filter(([name]) => name !== "x-request-id");
    return JSON.stringify([answer.status, await answer.text(), headers]);
  };

  test("gets one and the same 404 whatever it asks for, and however", async () => {
    const faces = new Set<string>();
    for (const host of hosts) {
      for (const path of paths) {
        for (const accept of ["text/html", "application/json"]) {
          faces.add(await faceOf(await ask(host, path, { headers: { accept } })));
        }
        faces.add(await faceOf(await ask(host, path, { method: "POST", body: "a=b" })));
      }
    }
    expect(faces.size).toBe(1);
    expect([...faces][0]).toStartWith("[404,");
  });

  test("gets no cookie, and every security header", async () => {
    const answer = await ask(`nobody.${base}`, "/sign-in");
    expect(headerProblems(answer)).toEqual([]);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  test("cannot be talked round by forwarded headers", async () => {
    const { origin } = await app.aTenant();
    const { host } = new URL(origin);
    const headers = {
      "x-forwarded-host": host,
      "x-original-host": host,
      forwarded: `host=${host}`,
    };
    expect((await ask("evil.example", "/sign-in", { headers })).status).toBe(404);
  });
});

describe("a tenant's host", () => {
  test("is found in any case, with a port, with a dot at the end", async () => {
    const { host } = new URL((await app.aTenant()).origin);
    for (const name of [host, host.toUpperCase(), `${host}:8443`, `${host}.`]) {
      expect([name, (await ask(name, "/sign-in")).status]).toEqual([name, 200]);
    }
  });

  test("speaks of itself by its own name only: links never follow the request's host", async () => {
    const tenant = await app.aTenant();
    const user = await tenant.aUser();
    const { host } = new URL(tenant.origin);
    const headers = { host: `${host}:4711`, "x-forwarded-host": "evil.example" };
    await tenant.newBrowser().post("/forgotten-password", { email: user.email }, { headers });
    const [mail] = await tenant.mails();
    expect(mail?.text).toContain(`${tenant.origin}/reset-password/`);
    expect(mail?.text).not.toMatch(/4711|evil/);
  });

  test("is nobody's within six seconds of a suspension, for people, scripts and applications, and back after it", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const ask4 = async () => [
      (await tenant.browser.get("/")).status,
      (await tenant.newBrowser().get("/sign-in")).status,
      (await tenant.api.get("/me")).status,
      (await tenant.newBrowser().get("/saml/idp/sso?SAMLRequest=x")).status,
    ];
    const become = async (state: "active" | "suspended") => {
      await app.database.system((db) => setTenantState(db, tenant.subdomain, state));
      app.clock.advance({ seconds: 6 });
    };
    expect(await ask4()).toEqual([200, 200, 200, 400]);
    await become("suspended");
    expect(await ask4()).toEqual([404, 404, 404, 404]);
    await become("active");
    expect(await ask4()).toEqual([200, 200, 200, 400]);
  });

  test("is found as soon as it is there, though it was asked for before", async () => {
    const subdomain = `late${crypto.randomUUID().slice(0, 8)}`;
    expect((await ask(`${subdomain}.${base}`, "/sign-in")).status).toBe(404);
    await app.database.system((db) => createTenant(db, subdomain, "Late"));
    app.clock.advance({ seconds: 6 });
    expect((await ask(`${subdomain}.${base}`, "/sign-in")).status).toBe(200);
  });
});

describe("the base domain", () => {
  const organisation = (typed: string) => ask(base, `/?organisation=${encodeURIComponent(typed)}`);

  test("asks for the organisation", async () => {
    const answer = await ask(base);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('name="organisation"');
    expect(headerProblems(answer)).toEqual([]);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(answer.headers.get("content-security-policy")).toContain(
      `form-action 'self' https://*.${base};`,
    );
  });

  test("leads to the organisation's address, known or not: it does not tell which exist", async () => {
    const { subdomain } = await app.aTenant();
    for (const typed of [subdomain, "nobody-at-all"]) {
      const answer = await organisation(` ${typed.toUpperCase()} `);
      expect([answer.status, answer.headers.get("location")]).toEqual([
        303,
        `https://${typed}.${base}/`,
      ]);
    }
  });

  test.each([
    "evil.example/",
    "//evil.example",
    "evil.example#",
    "a.b",
    "acme@evil.example",
    "www",
    "xn--acme",
    "a b",
    "-",
    "a\u0000",
    "x".repeat(5_000),
    '"><script>alert(1)</script>',
  ])("shows the form again for %p", async (typed) => {
    const answer = await organisation(typed);
    const text = await answer.text();
    expect([answer.status, answer.headers.get("location")]).toEqual([200, null]);
    expect(text).toContain('name="organisation"');
    expect(text).not.toContain("<script>alert");
    expect(headerProblems(answer)).toEqual([]);
  });

  test("shows the empty form for nothing typed", async () => {
    for (const typed of ["", "   "]) expect((await organisation(typed)).status).toBe(200);
  });

  test("serves its files and nothing of the tenants", async () => {
    expect((await ask(base, "/assets/app.css")).status).toBe(200);
    for (const path of ["/sign-in", "/api/v1/me", "/saml/idp/sso", "/openapi.json", "/dev/mail"]) {
      expect([path, (await ask(base, path)).status]).toEqual([path, 404]);
    }
    for (const method of ["POST", "PUT", "DELETE"]) {
      expect([method, (await ask(base, "/", { method })).status]).toEqual([method, 404]);
    }
  });
});

describe("subdomainProblem", () => {
  test.each(["a", "acme", "a1", "1a", "my-team", "a".repeat(63), "mail1x"])(
    "%s may be used",
    (name) => {
      expect(subdomainProblem(name)).toBeNull();
    },
  );

  test.each([
    "",
    "-a",
    "a-",
    "A",
    "a.b",
    "a_b",
    "ä",
    "a b",
    "a".repeat(64),
    "xn--a",
    "ab--c",
    "www",
    "api",
    "auth",
    "admin",
    "mail",
    "docs",
    "sso",
    "ns1",
    "mx12",
    "www2",
    "a\n",
  ])("%p may not", (name) => expect(subdomainProblem(name)).toBeString());
});
