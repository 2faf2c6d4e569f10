// API clients in the hands of a super admin, and what their tokens may do on /api/v1.
import { describe, expect, test } from "bun:test";
import { stateOf } from "../../http/support/state.ts";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import { aScript, type Script } from "../../support/browser.ts";

const app = await testApp();

interface Client {
  readonly clientId: string;
  readonly clientSecret: string;
}

const create = async ({ api }: TestTenant, role = "super_admin", name = "ci") =>
  (await (await api.post("/api-clients", { name, role })).json()) as Client;

async function tokenOf(tenant: TestTenant, { clientId, clientSecret }: Client): Promise<string> {
  const answer = await tenant.newBrowser().post("/oauth2/token", {
    grant_type: "client_credentials",
    client_id: clientId,
    client_secret: clientSecret,
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

const scriptOf = async (tenant: TestTenant, client: Client): Promise<Script> =>
  aScript(app.app, tenant.origin, await tokenOf(tenant, client));

describe("creating", () => {
  test("by the API answers the secret, once", async () => {
    const tenant = await app.aTenant();
    const answer = await tenant.api.post("/api-clients", { name: "ci", role: "admin" });
    expect(answer.status).toBe(201);
    const client = (await answer.json()) as Client;
    expect(client).toEqual({
      clientId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      clientSecret: expect.stringMatching(/^[\w-]{43}$/),
      name: "ci",
      role: "admin",
      access: "write",
      areas: null,
    } as unknown as Client);
    const list = await (await tenant.api.get("/api-clients")).text();
    expect([list.includes(client.clientId), list.includes(client.clientSecret)]).toEqual([
      true,
      false,
    ]);
    expect(JSON.stringify(await tenant.events())).not.toContain(client.clientSecret);
  });

  test("by form shows the secret on the answer's page, and nowhere after", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const answer = await tenant.browser.post("/api-clients", {
      name: "Import <b>",
      role: "member",
    });
    const page = await answer.text();
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "no-store"]);
    const secret = /curl -u (?:&#39;|')[0-9a-f-]{36}:([\w-]{43})/.exec(page)?.[1] ?? "";
    expect(secret).not.toBe("");
    expect(page).not.toContain("Import <b>");
    for (const path of ["/api-clients", "/events", "/"]) {
      expect([path, (await (await tenant.browser.get(path)).text()).includes(secret)]).toEqual([
        path,
        false,
      ]);
    }
  });

  test.each([
    [{ role: "admin" }, "name"],
    [{ name: " ", role: "admin" }, "name"],
    [{ name: "x".repeat(101), role: "admin" }, "name"],
    [{ name: "ci" }, "role"],
    [{ name: "ci", role: "owner" }, "role"],
    [{ name: "ci", role: "admin", access: "all" }, "access"],
  ])("%j is refused", async (input, field) => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const before = await stateOf(app, tenant);
    const answer = await tenant.api.post("/api-clients", input);
    const { errors } = (await answer.json()) as { errors: object };
    expect([answer.status, Object.keys(errors)]).toEqual([422, [field]]);
    const form = await tenant.browser.post("/api-clients", input);
    expect([
      form.status,
      /aria-invalid="true"|class="field-problem|problem/.test(await form.text()),
    ]).toEqual([422, true]);
    expect(await stateOf(app, tenant)).toEqual(before);
  });
});

describe("revoking", () => {
  test("ends the client and every token of it at once, for good", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const [client, other] = [await create(tenant), await create(tenant)];
    const [first, second, stays] = [
      await scriptOf(tenant, client),
      await scriptOf(tenant, client),
      await scriptOf(tenant, other),
    ];
    const page = await (
      await tenant.browser.get(`/api-clients/${client.clientId}/revocation`)
    ).text();
    expect(page).toContain("Revoke ci?");
    const answer = await tenant.browser.put(`/api-clients/${client.clientId}/revocation`);
    expect(answer.headers.get("location")).toBe("/api-clients");
    for (const script of [first, second]) {
      const refused = await script.get("/me");
      expect(refused.status).toBe(401);
      expect(refused.headers.get("www-authenticate")).toBe('Bearer error="invalid_token"');
      expect(await refused.json()).toMatchObject({ code: "api_clients.bad_token" });
    }
    expect((await stays.get("/me")).status).toBe(200);
    const left = await app.asSuperuser("select from app.api_tokens where client_id = $1", [
      client.clientId,
    ]);
    expect(left).toEqual([]);
    expect(await tokenOf(tenant, client)).toBeUndefined();
    await tenant.browser.put(`/api-clients/${client.clientId}/revocation`);
    expect(await tenant.events("api_client.revoked")).toHaveLength(1);
    expect(await (await tenant.browser.get("/api-clients")).text()).toContain("Revoked");
  });
});

describe("a token", () => {
  test("works for an hour", async () => {
    const tenant = await app.aTenant();
    const script = await scriptOf(tenant, await create(tenant));
    app.clock.advance({ minutes: 59, seconds: 50 });
    expect((await script.get("/me")).status).toBe(200);
    app.clock.advance({ seconds: 15 });
    expect((await script.get("/me")).status).toBe(401);
  });

  test("does what its role may, and no more", async () => {
    const tenant = await app.aTenant();
    const reach = async (role: string) => {
      const script = await scriptOf(tenant, await create(tenant, role));
      const paths = [
        "/me",
        "/users",
        "/groups",
        "/applications",
        "/sessions",
        "/events",
        "/api-clients",
      ];
      const statuses = await Promise.all(
        paths.map(async (path) => (await script.get(path)).status),
      );
      const application = await script.post("/applications", { name: "x" });
      return [...statuses, application.status];
    };
    expect(await reach("member")).toEqual([200, 403, 403, 403, 403, 403, 403, 403]);
    expect(await reach("admin")).toEqual([200, 200, 200, 200, 200, 200, 403, 403]);
    expect(await reach("super_admin")).toEqual([200, 200, 200, 200, 200, 200, 200, 422]);
  });

  test("of an admin cannot make a client above its own role", async () => {
    const tenant = await app.aTenant();
    const script = await scriptOf(tenant, await create(tenant, "admin"));
    const answer = await script.post("/api-clients", { name: "Higher", role: "super_admin" });
    expect(answer.status).toBe(403);
  });

  test("acts under its client's name in the audit trail", async () => {
    const tenant = await app.aTenant();
    const client = await create(tenant);
    await (await scriptOf(tenant, client)).post("/groups", { name: "By script" });
    const [row] = await app.asSuperuser<{ actor_kind: string; actor_id: string }>(
      "select actor_kind, actor_id from app.audit_events where tenant_id = $1 and name = 'group.created'",
      [tenant.id],
    );
    expect(row).toEqual({ actor_kind: "client", actor_id: client.clientId });
  });

  test.each([
    ["in the query", (token: string) => [`/api/v1/me?access_token=${token}`, {}]],
    [
      "as a cookie",
      (token: string) => [
        "/api/v1/me",
        { cookie: `__Host-session=${token}; access_token=${token}` },
      ],
    ],
    [
      "under another scheme",
      (token: string) => ["/api/v1/me", { authorization: `Basic ${token}` }],
    ],
    [
      "with more behind it",
      (token: string) => ["/api/v1/me", { authorization: `Bearer ${token} x` }],
    ],
    ["cut", (token: string) => ["/api/v1/me", { authorization: `Bearer ${token.slice(1)}` }]],
    [
      "twice",
      (token: string) => ["/api/v1/me", { authorization: `Bearer ${token}, Bearer ${token}` }],
    ],
    ["empty", () => ["/api/v1/me", { authorization: "Bearer " }]],
  ] as const)("%s is none", async (_, sent) => {
    const tenant = await app.aTenant();
    const token = await tokenOf(tenant, await create(tenant));
    const [path, headers] = sent(token) as [string, Record<string, string>];
    expect((await tenant.newBrowser().get(path, { headers })).status).toBe(401);
  });

  test("in any case of the scheme's letters is one", async () => {
    const tenant = await app.aTenant();
    const token = await tokenOf(tenant, await create(tenant));
    const headers = { authorization: `bearer ${token}` };
    expect((await tenant.newBrowser().get("/api/v1/me", { headers })).status).toBe(200);
  });

  test("opens no page: browsers' addresses ask for a session", async () => {
    const tenant = await app.aTenant();
    const token = await tokenOf(tenant, await create(tenant));
    const headers = { authorization: `Bearer ${token}`, accept: "application/json" };
    const browser = tenant.newBrowser();
    expect((await browser.get("/users", { headers })).status).toBe(401);
    expect((await browser.post("/groups", { name: "By page" }, { headers })).status).toBe(401);
  });

  test("of another tenant is refused", async () => {
    const [ours, theirs] = [await app.aTenant(), await app.aTenant()];
    const token = await tokenOf(theirs, await create(theirs));
    expect((await aScript(app.app, ours.origin, token).get("/me")).status).toBe(401);
  });
});

describe("GET /api-clients", () => {
  test("pages, newest first, and shows an empty list", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const made: string[] = [];
    for (const name of ["one", "two", "three"])
      made.unshift((await create(tenant, "member", name)).clientId);
    const page = async (query: string) =>
      (await (await tenant.api.get(`/api-clients?limit=2${query}`)).json()) as {
        items: { id: string }[];
        next: string | null;
      };
    const first = await page("");
    const second = await page(`&cursor=${first.next}`);
    const seen = [...first.items, ...second.items].map(({ id }) => id);
    expect(seen.filter((id) => made.includes(id))).toEqual(made);
    const nobody = await app.aTenant({ signedInAs: "super_admin" });
    await app.asSuperuser("delete from app.api_clients where tenant_id = $1", [nobody.id]);
    expect(await (await nobody.browser.get("/api-clients")).text()).toContain("No API clients yet");
  });
});
