// Limits outside of signing in: each says whom or what it stops, for those who are asked why something does not work.
import { describe, expect, test } from "bun:test";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import { aPasskey } from "../passkeys/support.ts";
import { anSp } from "../sso/support.ts";

const app = await testApp();

interface Reached {
  readonly id: string;
  readonly name: string;
  readonly about: string;
  readonly says: string;
}

const reached = async ({ api }: TestTenant, query = "") =>
  ((await (await api.get(`/limits${query}`)).json()) as { items: Reached[] }).items;

const names = async (tenant: TestTenant) => (await reached(tenant)).map(({ name }) => name);

describe("a reached limit says whom it stops", () => {
  test("who tried too often to prove who they are", async () => {
    const tenant = await app.aTenant({ signedInAs: "admin" });
    const { browser, me } = tenant;
    const wrong = { currentPassword: "not the current one" };
    for (let tries = 0; tries < 9; tries += 1) await browser.post("/step-up", wrong);
    expect(await reached(tenant)).toEqual([]);
    await browser.post("/step-up", wrong);
    expect(await reached(tenant)).toMatchObject([
      {
        name: "authenticators.proof",
        about: me.email,
        says: "Proof of who one is, tried by somebody who is signed in",
      },
    ]);
    expect((await browser.post("/step-up", wrong)).status).toBe(429);
    expect(await (await browser.get("/limits")).text()).toContain(me.email);
    expect(await (await browser.get(`/users/${me.id}`)).text()).toContain(
      "This person is slowed down",
    );
    // Released, they may try again.
    await tenant.api.delete(`/users/${me.id}/limits`);
    expect((await browser.post("/step-up", wrong)).status).toBe(422);
  });

  test("who asked too often for a passkey", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    await aPasskey(app, tenant, tenant.me);
    const ask = () =>
      tenant.browser.post(
        "/security/passkeys/proof",
        {},
        { headers: { accept: "application/json" } },
      );
    for (let tries = 0; tries < 30; tries += 1) await ask();
    expect(await reached(tenant)).toMatchObject([
      { name: "security.passkey_questions", about: tenant.me.email },
    ]);
  });

  test("from where, and with whose id, wrong secrets of API clients came", async () => {
    const tenant = await app.aTenant();
    const made = await tenant.api.post("/api-clients", { name: "Payroll", role: "member" });
    const { clientId } = (await made.json()) as { clientId: string };
    const browser = tenant.newBrowser();
    const wrong = { grant_type: "client_credentials", client_secret: "x".repeat(43) };
    const strange = { ...wrong, client_id: crypto.randomUUID() };
    for (let tries = 0; tries < 19; tries += 1) await browser.post("/oauth2/token", strange);
    await browser.post("/oauth2/token", { ...wrong, client_id: clientId });
    const about = `${browser.ip} (last tried: API client “Payroll”)`;
    expect(await reached(tenant, "?q=payroll")).toMatchObject([
      { name: "api_clients.wrong_secret", about },
    ]);
    const another = tenant.newBrowser();
    for (let tries = 0; tries < 20; tries += 1) await another.post("/oauth2/token", strange);
    expect(await reached(tenant, `?q=${another.ip}`)).toMatchObject([{ about: another.ip }]);
  });

  test("who was invited too often", async () => {
    const tenant = await app.aTenant({ signedInAs: "admin" });
    const user = await tenant.aUser({ state: "invited" });
    const path = `/users/${user.id}/invitation`;
    const statuses: number[] = [];
    for (let tries = 0; tries < 6; tries += 1)
      statuses.push((await tenant.browser.post(path)).status);
    expect([statuses.slice(0, 5), statuses[5]]).toEqual([[303, 303, 303, 303, 303], 429]);
    expect(await reached(tenant)).toMatchObject([
      { name: "invitations.resends", about: user.email },
    ]);
  });

  test("whose sign-ins to applications are too many, and from which network faulty ones came", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const sp = await anSp(tenant);
    const launch = () => tenant.browser.get(`/saml/idp/launch/${sp.application.id}`);
    await launch();
    // As many again as fit in five minutes but one, without sending them all.
    await app.asSuperuser(
      "update app.limits set hits = 599 where name = 'sso.requests' and tenant_id = $1",
      [tenant.id],
    );
    expect((await launch()).status).toBe(303);
    expect(await reached(tenant)).toMatchObject([{ name: "sso.requests", about: tenant.me.email }]);
    const stranger = tenant.newBrowser();
    for (let tries = 0; tries < 60; tries += 1) await stranger.get("/saml/idp/sso?SAMLRequest=x");
    expect(await reached(tenant, `?q=${stranger.ip}`)).toMatchObject([
      { name: "sso.refused_requests", about: stranger.ip },
    ]);
  });

  test("to nobody in another tenant", async () => {
    const [tenant, other] = [await app.aTenant({ signedInAs: "member" }), await app.aTenant()];
    for (let tries = 0; tries < 10; tries += 1)
      await tenant.browser.post("/step-up", { currentPassword: "not the current one" });
    expect([await names(tenant), await names(other)]).toEqual([["authenticators.proof"], []]);
  });
});
