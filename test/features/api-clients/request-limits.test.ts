// How much one caller may ask of the API in a minute: refused with the time to wait, shared between processes, shown, released.
import { describe, expect, test } from "bun:test";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import { aScript, type Script } from "../../support/browser.ts";
import { testApplication, testServices } from "../../support/services.ts";

const house = await testApp();

interface Client {
  readonly clientId: string;
  readonly clientSecret: string;
}

async function aClient(tenant: TestTenant, name = "Payroll") {
  const made = await tenant.api.post("/api-clients", { name, role: "admin" });
  const client = (await made.json()) as Client;
  const answer = await tenant.newBrowser().post("/oauth2/token", {
    grant_type: "client_credentials",
    client_id: client.clientId,
    client_secret: client.clientSecret,
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return { ...client, token, script: aScript(house.app, tenant.origin, token) };
}

/** What is counted is told every now and then, and when it is asked for. */
const told = () => house.app.settle();
/** Who is refused hears of a release within a second or two, by a request of theirs. */
const refusedAgain = () => Bun.sleep(1_100);

/** As many again as fit into this minute but a few, as if another process had counted them. */
const almost = (tenant: TestTenant, name: string, hits: number) =>
  house.asSuperuser("update app.limits set hits = $3 where tenant_id = $1 and name = $2", [
    tenant.id,
    name,
    hits,
  ]);

/** A request, which Postgres knows of. */
async function known(script: Script, settle = told): Promise<number> {
  const { status } = await script.get("/me");
  await settle();
  return status;
}

const spentBy = async (script: Script, most: number) => {
  for (let sent = 0; sent < most; sent += 1) {
    const answer = await script.get("/me");
    if (answer.status === 429) return answer;
  }
  return null;
};
const reached = async ({ api }: TestTenant) =>
  ((await (await api.get("/limits")).json()) as { items: { id: string; name: string }[] }).items;

/** At the beginning of a minute, so that what is counted by hand stays in it. */
function atTheMinute(): void {
  house.clock.advance({ seconds: 61 - (Math.floor(house.clock.now().getTime() / 1_000) % 60) });
}

describe("600 requests a minute of one API client", () => {
  test("are let through, more are told how long to wait; others go on; administrators see and release it", async () => {
    const tenant = await house.aTenant();
    const [client, other] = [await aClient(tenant), await aClient(tenant, "Other")];
    atTheMinute();
    expect(await known(client.script)).toBe(200);
    await almost(tenant, "api.requests_client", 590);
    await client.script.get("/me");
    await told();
    const refused = await spentBy(client.script, 30);
    expect([refused?.status, Number(refused?.headers.get("retry-after")) > 0]).toEqual([429, true]);
    expect(await refused?.json()).toMatchObject({ code: "request.too_many", status: 429 });
    expect((await other.script.get("/me")).status).toBe(200);

    await told();
    expect(await reached(tenant)).toMatchObject([
      {
        name: "api.requests_client",
        about: "API client “Payroll”",
        says: "Requests of one API client, within a minute",
      },
    ]);
    const id = (await reached(tenant))[0]?.id ?? "";
    expect((await tenant.api.delete(`/limits/${id}`)).status).toBe(204);
    await refusedAgain();
    await client.script.get("/me");
    await told();
    expect((await client.script.get("/me")).status).toBe(200);
  }, 120_000);

  test("count in every process, though none waits for the other", async () => {
    const tenant = await house.aTenant();
    const { token, script } = await aClient(tenant);
    const second = testApplication({
      ...testServices(house.open()),
      clock: house.clock,
    });
    const there = aScript(second, tenant.origin, token);
    atTheMinute();
    for (let sent = 0; sent < 40; sent += 1) await script.get("/me");
    await told();
    await almost(tenant, "api.requests_client", 599);
    await known(there, () => second.settle());
    expect(await spentBy(there, 30)).not.toBeNull();
    await second.settle();
  }, 120_000);

  test("begin anew with the next minute, and cost no write a request", async () => {
    const tenant = await house.aTenant();
    const { script } = await aClient(tenant);
    atTheMinute();
    const hits = async () => {
      const rows = await house.asSuperuser<{ hits: number }>(
        "select hits from app.limits where tenant_id = $1 and name = 'api.requests_client'",
        [tenant.id],
      );
      return rows.reduce((sum, row) => sum + row.hits, 0);
    };
    await told();
    const before = await hits();
    for (let sent = 0; sent < 20; sent += 1) await script.get("/me");
    expect((await hits()) - before).toBeLessThan(20);
    await told();
    expect((await hits()) - before).toBe(20);
  }, 120_000);
});

describe("3,000 requests a minute from one network", () => {
  test("are let through; a flood of wrong tokens is refused before a token is looked up", async () => {
    const tenant = await house.aTenant();
    const stranger = aScript(house.app, tenant.origin, "x".repeat(43));
    atTheMinute();
    expect(await known(stranger)).toBe(401);
    await almost(tenant, "api.requests_network", 3_000);
    await stranger.get("/me");
    await told();
    expect((await stranger.get("/me")).status).toBe(429);
    // Pages are not the API's.
    expect((await tenant.newBrowser().get("/sign-in")).status).toBe(200);
    // Nor is another tenant's API.
    const elsewhere = await house.aTenant();
    expect((await elsewhere.api.get("/me")).status).toBe(200);
  }, 120_000);
});
