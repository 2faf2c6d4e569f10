// Limits of what is sent, chosen and set up: invitations, new passwords, factors at a sign-in, tokens. Each is refused with the time to wait,
// changes nothing, and says whom it stops.
import { describe, expect, test } from "bun:test";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import { mailedCode, resetLink, setPolicy, throughPassword, wrong } from "../sign-in/support.ts";

const app = await testApp();

interface Reached {
  readonly name: string;
  readonly about: string;
}
const reached = async ({ api }: TestTenant) =>
  ((await (await api.get("/limits")).json()) as { items: Reached[] }).items.map(
    ({ name, about }) => [name, about],
  );
const json = { headers: { accept: "application/json" } };
const waits = (answer: Response) => [answer.status, Number(answer.headers.get("retry-after")) > 0];

/** As many again as fit but so many, without sending them all. */
const leave = (tenant: TestTenant, name: string, hits: number) =>
  app.asSuperuser("update app.limits set hits = $3 where tenant_id = $1 and name = $2", [
    tenant.id,
    name,
    hits,
  ]);
let counted = 0;
const somebody = () => {
  counted += 1;
  return {
    email: `invited${counted}@acme.example`,
    firstName: "Ada",
    lastName: "Lovelace",
    role: "member",
  };
};

describe("invitations", () => {
  test("by one administrator: 200 an hour; others go on; who is refused has added nobody", async () => {
    const tenant = await app.aTenant({ signedInAs: "admin" });
    const { browser, me } = tenant;
    expect((await browser.post("/users", somebody())).status).toBe(303);
    await leave(tenant, "invitations.sent_by", 999);
    expect((await browser.post("/users", somebody())).status).toBe(303);
    const late = somebody();
    expect(waits(await browser.post("/users", late))).toEqual([429, true]);
    const list = await (await browser.get(`/users?q=${late.email}`)).text();
    expect(list).toContain("Nobody matches");
    expect((await tenant.mails()).filter(({ to }) => to === late.email)).toEqual([]);
    expect(await reached(tenant)).toEqual([["invitations.sent_by", me.email]]);
    // Sent again counts as well.
    const another = await tenant.aUser({ state: "invited" });
    expect((await browser.post(`/users/${another.id}/invitation`)).status).toBe(429);
    const other = await tenant.signedIn(await tenant.aUser({ role: "admin" }));
    expect((await other.post("/users", somebody())).status).toBe(303);
    app.clock.advance({ hours: 2 });
    expect((await tenant.signedIn(me).then((own) => own.post("/users", late))).status).toBe(303);
  });

  test("by a script, and by the whole organisation: 2,000 a day; another tenant goes on", async () => {
    const tenant = await app.aTenant();
    expect((await tenant.api.post("/users", somebody())).status).toBe(201);
    await leave(tenant, "invitations.sent_all", 9_999);
    expect((await tenant.api.post("/users", somebody())).status).toBe(201);
    expect(waits(await tenant.api.post("/users", somebody()))).toEqual([429, true]);
    expect(await reached(tenant)).toEqual([["invitations.sent_all", "everybody"]]);
    const other = await app.aTenant();
    expect((await other.api.post("/users", somebody())).status).toBe(201);
  });
});

describe("a new password", () => {
  test("by a link is tried 20 times in a quarter of an hour, whatever comes of it", async () => {
    const tenant = await app.aTenant();
    const user = await tenant.aUser();
    const browser = tenant.newBrowser();
    await browser.post(await resetLink(tenant, user));
    const choose = (password: string) => browser.post("/sign-in/new-password", { password });
    expect((await choose("short")).status).toBe(422);
    await leave(tenant, "sign_in.new_passwords", 19);
    expect((await choose("short")).status).toBe(422);
    expect(waits(await choose("heron candle umbrella plinth"))).toEqual([429, true]);
    expect(await reached(tenant)).toEqual([["sign_in.new_passwords", user.email]]);
    expect(await tenant.events("password.reset")).toEqual([]);
  });

  test("that is asked for by an administrator, or is the first one, is counted alike", async () => {
    const tenant = await app.aTenant();
    const forced = await tenant.aUser();
    await tenant.api.put(`/users/${forced.id}/password-reset-requirement`);
    const browser = tenant.newBrowser();
    await throughPassword(browser, forced.email);
    expect((await browser.post("/sign-in/new-password", { password: "short" })).status).toBe(422);
    await leave(tenant, "sign_in.new_passwords", 20);
    expect((await browser.post("/sign-in/new-password", { password: "short" })).status).toBe(429);

    const { email } = somebody();
    await tenant.api.post("/users", { ...somebody(), email });
    const link = (await tenant.mails()).find(({ to }) => to === email)?.link ?? "";
    const first = tenant.newBrowser();
    await first.post(link);
    expect((await first.post("/sign-in/new-password", { password: "short" })).status).toBe(422);
    await leave(tenant, "sign_in.new_passwords", 20);
    expect((await first.post("/sign-in/new-password", { password: "short" })).status).toBe(429);
  });
});

describe("what is set up at a sign-in", () => {
  const atEnrolment = async () => {
    const tenant = await app.aTenant();
    await setPolicy(tenant, { strength: "strong", grace_days: 0 });
    const user = await tenant.aUser();
    const browser = tenant.newBrowser();
    await throughPassword(browser, user.email);
    await browser.post("/sign-in/code", { code: await mailedCode(tenant, user.email) });
    return { tenant, user, browser };
  };

  test("a passkey is asked for 30 times in five minutes", async () => {
    const { tenant, user, browser } = await atEnrolment();
    const ask = () => browser.post("/sign-in/enrolment/passkey/options", {}, json);
    expect((await ask()).status).toBe(200);
    await leave(tenant, "sign_in.passkey_set_ups", 29);
    expect((await ask()).status).toBe(200);
    expect(waits(await ask())).toEqual([429, true]);
    expect(await reached(tenant)).toEqual([["sign_in.passkey_set_ups", user.email]]);
  });

  test("a first code of an app is tried five times in five minutes", async () => {
    const { tenant, user, browser } = await atEnrolment();
    await browser.post("/sign-in/enrolment/app");
    const guess = () =>
      browser.post("/sign-in/enrolment/app/confirmation", { code: wrong("00000001").slice(2) });
    for (let tries = 0; tries < 5; tries += 1) expect((await guess()).status).toBe(422);
    expect(waits(await guess())).toEqual([429, true]);
    expect(await reached(tenant)).toEqual([["sign_in.first_codes", user.email]]);
  });
});

test("tokens of one API client: 120 in five minutes", async () => {
  const tenant = await app.aTenant();
  const made = await tenant.api.post("/api-clients", { name: "Payroll", role: "member" });
  const client = (await made.json()) as { clientId: string; clientSecret: string };
  const ask = () =>
    tenant.newBrowser().post("/oauth2/token", {
      grant_type: "client_credentials",
      client_id: client.clientId,
      client_secret: client.clientSecret,
    });
  expect((await ask()).status).toBe(200);
  await leave(tenant, "api_clients.tokens", 119);
  expect((await ask()).status).toBe(200);
  expect(waits(await ask())).toEqual([429, true]);
  expect(await reached(tenant)).toEqual([["api_clients.tokens", "API client “Payroll”"]]);
});
