// What of its role's rights a script may use, and by whose right it acts: no more than its maker has now, and not at all without one.
import { describe, expect, test } from "bun:test";
import { areas, permissions, areaOf } from "#src/permissions.ts";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import { aScript, type Script } from "../../support/browser.ts";

const app = await testApp();

interface Client {
  readonly clientId: string;
  readonly clientSecret: string;
}
interface Listed {
  readonly id: string;
  readonly createdBy: { readonly id: string; readonly name: string } | null;
  readonly actsAs: string | null;
  readonly access: string;
  readonly areas: readonly string[] | null;
}

async function tokenOf(tenant: TestTenant, { clientId, clientSecret }: Client): Promise<Response> {
  return tenant.newBrowser().post("/oauth2/token", {
    grant_type: "client_credentials",
    client_id: clientId,
    client_secret: clientSecret,
  });
}
async function scriptOf(tenant: TestTenant, client: Client): Promise<Script> {
  const { access_token: token } = (await (await tokenOf(tenant, client)).json()) as {
    access_token: string;
  };
  return aScript(app.app, tenant.origin, token);
}
const made = async (answer: Promise<Response>) => (await (await answer).json()) as Client;
/** Made by a person on the page. */
async function madeBy(
  browser: TestTenant["browser"],
  fields: Record<string, string | string[]> = {},
): Promise<Client> {
  const sent = { name: "Payroll", role: "super_admin", access: "write", ...fields };
  const page = await (await browser.post("/api-clients", sent)).text();
  const [, clientId = "", clientSecret = ""] =
    /curl -u (?:&#39;|')([0-9a-f-]{36}):([\w-]{43})/.exec(page) ?? [];
  if (clientSecret === "") throw new Error(`no secret on the page: ${page.slice(-3_000)}`);
  return { clientId, clientSecret };
}
const listed = async ({ api }: TestTenant, { clientId }: Client) =>
  ((await (await api.get("/api-clients")).json()) as { items: Listed[] }).items.find(
    ({ id }) => id === clientId,
  );
const code = async (answer: Response) => [
  answer.status,
  ((await answer.json()) as { code: string }).code,
];

describe("a scope", () => {
  test("of reading lets nothing be changed, whatever the role", async () => {
    const tenant = await app.aTenant();
    const group = await tenant.aGroup();
    const reader = await scriptOf(
      tenant,
      await made(
        tenant.api.post("/api-clients", { name: "Report", role: "super_admin", access: "read" }),
      ),
    );
    for (const path of ["/me", "/users", "/groups", "/events", "/settings/sign-in", "/api-clients"])
      expect([path, (await reader.get(path)).status]).toEqual([path, 200]);
    const refused = [403, "request.out_of_scope"];
    expect(await code(await reader.post("/groups", { name: "Mine" }))).toEqual(refused);
    expect(await code(await reader.delete(`/groups/${group.id}`))).toEqual(refused);
    expect(
      await code(await reader.post("/api-clients", { name: "More", role: "super_admin" })),
    ).toEqual(refused);
    expect(await tenant.events("group.created")).toEqual([]);
  });

  test("of areas opens those and oneself, and what the role does not allow stays shut", async () => {
    const tenant = await app.aTenant();
    const limited = (role: string) =>
      made(tenant.api.post("/api-clients", { name: "HR", role, areas: ["users", "api_clients"] }));
    const script = await scriptOf(tenant, await limited("super_admin"));
    expect((await script.get("/me")).status).toBe(200);
    expect((await script.get("/users")).status).toBe(200);
    const person = { email: "new@acme.example", firstName: "N", lastName: "W", role: "member" };
    expect((await script.post("/users", person)).status).toBe(201);
    for (const path of ["/groups", "/events", "/sessions", "/applications", "/settings/sign-in"])
      expect([path, ...(await code(await script.get(path)))]).toEqual([
        path,
        403,
        "request.out_of_scope",
      ]);
    const admin = await scriptOf(tenant, await limited("admin"));
    expect(await code(await admin.get("/api-clients"))).toEqual([403, "request.forbidden"]);
  });

  test("is not widened by the script itself: neither by another client nor by another secret", async () => {
    const tenant = await app.aTenant();
    const wide = await made(tenant.api.post("/api-clients", { name: "All", role: "super_admin" }));
    const own = { name: "Keys", role: "super_admin", areas: ["api_clients", "users"] };
    const script = await scriptOf(tenant, await made(tenant.api.post("/api-clients", own)));
    const tooWide = [403, "api_clients.scope_too_wide"];
    const more = { name: "More", role: "super_admin" };
    expect(await code(await script.post("/api-clients", more))).toEqual(tooWide);
    expect(
      await code(await script.post("/api-clients", { ...more, areas: ["users", "groups"] })),
    ).toEqual(tooWide);
    expect(await code(await script.post(`/api-clients/${wide.clientId}/secret`))).toEqual(tooWide);
    const same = { ...more, access: "read", areas: ["users"] };
    expect((await script.post("/api-clients", same)).status).toBe(201);
  });

  test("is chosen on the page, shown in the list, recorded, and named where it is unknown", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const form = await (await tenant.browser.get("/api-clients/new")).text();
    for (const area of areas) expect(form).toContain(`value="${area}"`);
    const client = await madeBy(tenant.browser, { access: "read", areas: ["users", "groups"] });
    expect(await listed(tenant, client)).toMatchObject({
      access: "read",
      areas: ["users", "groups"],
      createdBy: { id: tenant.me.id },
    });
    const page = await (await tenant.browser.get("/api-clients")).text();
    expect(page).toContain("Read only · People, Groups");
    expect(page).toContain(`/users/${tenant.me.id}`);
    expect((await tenant.events("api_client.created")).map(({ data }) => data)).toMatchObject([
      { access: "read", areas: ["users", "groups"] },
    ]);
    const wrong = await tenant.api.post("/api-clients", {
      name: "x",
      role: "admin",
      areas: ["everything"],
    });
    expect(wrong.status).toBe(422);
  });

  test("has an area for each permission but one's own", () => {
    const covered = permissions.map(areaOf).filter((area) => !areas.includes(area));
    expect([...new Set(covered)].toSorted()).toEqual(["account", "apps"]);
  });
});

describe("by whose right", () => {
  test("with no more than its maker's role, at its next request", async () => {
    const tenant = await app.aTenant();
    const maker = await tenant.aUser({ role: "super_admin" });
    await tenant.aUser({ role: "super_admin" });
    const client = await madeBy(await tenant.signedIn(maker));
    const script = await scriptOf(tenant, client);
    expect((await script.get("/api-clients")).status).toBe(200);
    const demote = (role: string) => tenant.api.patch(`/users/${maker.id}`, { role });
    expect((await demote("admin")).status).toBe(200);
    expect((await script.get("/api-clients")).status).toBe(403);
    expect((await script.get("/users")).status).toBe(200);
    expect(await listed(tenant, client)).toMatchObject({ actsAs: "admin" });
    await demote("member");
    expect((await script.get("/users")).status).toBe(403);
    expect(await (await script.get("/me")).json()).toMatchObject({ kind: "client" });
    // Back in office, the script is, too: it never was another one.
    await demote("super_admin");
    expect((await script.get("/api-clients")).status).toBe(200);
  });

  test("not at all once its maker is deactivated: tokens and secret are worth nothing", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const maker = await tenant.aUser({ role: "super_admin" });
    const client = await madeBy(await tenant.signedIn(maker));
    const script = await scriptOf(tenant, client);
    const child = await scriptOf(
      tenant,
      await made(script.post("/api-clients", { name: "Child", role: "admin" })),
    );
    await tenant.api.put(`/users/${maker.id}/deactivation`);
    expect([(await script.get("/me")).status, (await child.get("/me")).status]).toEqual([401, 401]);
    expect((await tokenOf(tenant, client)).status).toBe(401);
    expect((await tenant.events("api_client.refused")).at(-1)?.data).toMatchObject({
      cause: "maker_gone",
    });
    expect(await listed(tenant, client)).toMatchObject({ actsAs: null });
    expect(await (await tenant.browser.get("/api-clients")).text()).toContain("Stopped");
  });

  test("by nobody's once its maker is gone, which the page says of both its maker and its state", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const maker = await tenant.aUser({ role: "super_admin" });
    await madeBy(await tenant.signedIn(maker));
    await tenant.api.put(`/users/${maker.id}/deactivation`);
    await tenant.api.delete(`/users/${maker.id}`, { confirmation: maker.email });
    const page = await (await tenant.browser.get("/api-clients")).text();
    expect(page.match(/Somebody who is gone/g)).toHaveLength(2);
  });

  test("of whoever gave it another secret: the old one and its tokens are worth nothing", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const { browser, me } = tenant;
    const maker = await tenant.aUser({ role: "super_admin" });
    const client = await madeBy(await tenant.signedIn(maker));
    const before = await scriptOf(tenant, client);
    const path = `/api-clients/${client.clientId}/secret`;
    expect(await (await browser.get(path)).text()).toContain("Give Payroll another secret?");
    const page = await browser.post(path);
    expect(page.headers.get("cache-control")).toBe("no-store");
    const secret = /curl -u (?:&#39;|')[0-9a-f-]{36}:([\w-]{43})/.exec(await page.text())?.[1];
    const renewed = { ...client, clientSecret: secret ?? "none" };
    expect((await before.get("/me")).status).toBe(401);
    expect((await tokenOf(tenant, client)).status).toBe(401);
    await tenant.api.put(`/users/${maker.id}/deactivation`);
    expect((await (await scriptOf(tenant, renewed)).get("/users")).status).toBe(200);
    expect(await listed(tenant, client)).toMatchObject({ createdBy: { id: me.id } });
    const events = await tenant.events("api_client.secret_replaced");
    expect(events.map(({ data }) => data)).toMatchObject([{ clientId: client.clientId }]);
    expect(JSON.stringify(events)).not.toContain(secret);
    await tenant.api.put(`/api-clients/${client.clientId}/revocation`);
    expect(await code(await tenant.api.post(path))).toEqual([409, "api_clients.revoked"]);
  });

  test("of its maker too where it is older than that: the migration reads them from the audit trail", async () => {
    const tenant = await app.aTenant();
    const [maker, leaver] = [
      await tenant.aUser({ role: "super_admin" }),
      await tenant.aUser({ role: "super_admin" }),
    ];
    const client = await madeBy(await tenant.signedIn(maker));
    const script = await scriptOf(tenant, client);
    const child = await made(script.post("/api-clients", { name: "Child", role: "admin" }));
    const orphan = await madeBy(await tenant.signedIn(leaver));
    const operators = await made(tenant.api.post("/api-clients", { name: "ci", role: "admin" }));
    await tenant.api.put(`/users/${leaver.id}/deactivation`);
    await tenant.api.delete(`/users/${leaver.id}`, { confirmation: leaver.email });
    await app.asSuperuser(
      "update app.api_clients set created_by = null, made_by_person = false where tenant_id = $1",
      [tenant.id],
    );
    expect(await listed(tenant, orphan)).toMatchObject({ actsAs: "super_admin" });
    const file = await Bun.file("sql/migrations/0017_bound_secrets_and_client_scopes.sql").text();
    const [, backfill] =
      /(alter table app\.api_clients\s+no force[^]*?alter table app\.users\s+force row level security;)/.exec(
        file,
      ) ?? [];
    const database = await app.connect("superuser");
    await database.query(
      `begin; set local role app_owner; set local search_path = app, pg_temp; ${backfill}; commit`,
    );
    const ofMaker = { createdBy: { id: maker.id } };
    expect(await listed(tenant, client)).toMatchObject({ ...ofMaker, actsAs: "super_admin" });
    expect(await listed(tenant, child)).toMatchObject({ ...ofMaker, actsAs: "admin" });
    expect(await listed(tenant, orphan)).toMatchObject({ createdBy: null, actsAs: null });
    expect(await listed(tenant, operators)).toMatchObject({ createdBy: null, actsAs: "admin" });
    expect((await tokenOf(tenant, orphan)).status).toBe(401);
    expect(
      await app.asSuperuser(
        "select relname from pg_class where relnamespace = 'app'::regnamespace and relkind = 'r' and not relforcerowsecurity",
      ),
    ).toEqual([]);
  });

  test("of nobody where an operator made it, and never in another tenant", async () => {
    const [tenant, other] = [await app.aTenant(), await app.aTenant()];
    const client = await made(tenant.api.post("/api-clients", { name: "ci", role: "admin" }));
    expect(await listed(tenant, client)).toMatchObject({ createdBy: null, actsAs: "admin" });
    expect((await other.api.post(`/api-clients/${client.clientId}/secret`)).status).toBe(404);
    expect((await (await scriptOf(tenant, client)).get("/me")).status).toBe(200);
  });
});
