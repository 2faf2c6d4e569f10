// To a provider that the address does not lead to: offered to everybody alike, or by its link.
import { describe, expect, test } from "bun:test";
import { goodPassword, testApp, type TestTenant } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { anIdp, answer, askedOn, type Idp, ok, signInBy } from "../identity-providers/support.ts";
import { isSignedIn, locationOf } from "./support.ts";

const app = await testApp();

const offer = (tenant: TestTenant, { id }: Idp, isOffered = true) =>
  ok(tenant.api.patch(`/identity-providers/${id}`, { isOffered }));

const passwordPage = async (browser: Browser, email: string): Promise<string> => {
  await browser.post("/sign-in", { email, return_to: "/groups", local: "1" });
  return (await browser.get("/sign-in/password")).text();
};

const plain = (page: string) => page.replace(/nonce="[^"]+"/g, "");

describe("the page of the password", () => {
  test("names no provider until one is offered, and a button for the one that is", async () => {
    const tenant = await app.aTenant();
    const idp = await anIdp(tenant);
    const name = `Sign in with ${idp.connection.name}`;
    expect(await passwordPage(tenant.newBrowser(), "ada@elsewhere.example")).not.toContain(name);
    await offer(tenant, idp);
    const page = await passwordPage(tenant.newBrowser(), "ada@elsewhere.example");
    expect(page).toContain(name);
    expect(page).toContain(`/sign-in/with/${idp.id}`);
    await ok(tenant.api.put(`/identity-providers/${idp.id}/disablement`, {}));
    expect(await passwordPage(tenant.newBrowser(), "ada@elsewhere.example")).not.toContain(name);
  });

  test("leads to a choice of several, and repeats none that the address leads to", async () => {
    const tenant = await app.aTenant();
    const [first, second] = [await anIdp(tenant), await anIdp(tenant)];
    for (const idp of [first, second]) await offer(tenant, idp);
    const browser = tenant.newBrowser();
    const page = await passwordPage(browser, "ada@elsewhere.example");
    expect(page).toContain('href="/sign-in/with"');
    const choice = await (await browser.get("/sign-in/with")).text();
    for (const { connection } of [first, second])
      expect(choice).toContain(`Sign in with ${connection.name}`);
    expect(choice).toContain('href="/sign-in/password"');
    const led = await passwordPage(browser, `ada@${first.domain}`);
    expect(led.split(`Sign in with ${first.connection.name}`)).toHaveLength(2);
    expect(led).toContain(`/sign-in/with/${second.id}`);
  });

  test("is the same for whoever comes by a provider and for nobody", async () => {
    const tenant = await app.aTenant();
    const idp = await anIdp(tenant);
    await offer(tenant, idp);
    const user = await tenant.aUser({ email: "ada@elsewhere.example" });
    const way = { way: "provider", identityProviderId: idp.id };
    await ok(tenant.api.put(`/users/${user.id}/identity-provider`, way));
    const pages = ["ada@elsewhere.example", "eve@elsewhere.example"].map(async (email) =>
      plain(await passwordPage(tenant.newBrowser(), email)).replaceAll(email, "EMAIL"),
    );
    const [known, unknown] = await Promise.all(pages);
    expect(known).toBe(unknown);
  });
});

describe("choosing a provider", () => {
  test("goes on with the sign-in, and brings its people to where they wanted", async () => {
    const tenant = await app.aTenant();
    const idp = await anIdp(tenant);
    await signInBy(app, tenant.newBrowser(), idp);
    await offer(tenant, idp);
    const browser = tenant.newBrowser();
    await passwordPage(browser, "whoever@elsewhere.example");
    expect(locationOf(await browser.post(`/sign-in/with/${idp.id}`))).toBe("/sign-in/provider");
    const request = askedOn(await (await browser.get("/sign-in/provider")).text());
    expect(locationOf(await answer(app, browser, idp, { request }))).toBe("/groups");
    expect(await isSignedIn(browser)).toBe(true);
  });

  test("by its link: a page that begins nothing, a button that does, and a path of this site alone", async () => {
    const tenant = await app.aTenant();
    const idp = await anIdp(tenant);
    await signInBy(app, tenant.newBrowser(), idp);
    const browser = tenant.newBrowser();
    const page = await browser.get(`/sign-in/with/${idp.id}?return_to=/groups`);
    expect([page.status, page.headers.get("set-cookie")]).toEqual([200, null]);
    expect(await page.text()).toContain("data-auto-submit");
    const come = async (fields: Record<string, string>) => {
      const another = tenant.newBrowser();
      await another.post(`/sign-in/with/${idp.id}`, fields);
      const request = askedOn(await (await another.get("/sign-in/provider")).text());
      return locationOf(await answer(app, another, idp, { request }));
    };
    expect(await come({ return_to: "/groups" })).toBe("/groups");
    expect(await come({ return_to: "https://evil.example/" })).toBe("/");
    expect(await come({ return_to: "/\\evil.example" })).toBe("/");
  });

  test("keeps the wish of the first page to stay signed in; its link alone wishes nothing", async () => {
    const tenant = await app.aTenant();
    const [idp, other] = [await anIdp(tenant), await anIdp(tenant)];
    await signInBy(app, tenant.newBrowser(), idp);
    const isKept = async (keep: Record<string, string> | null, link = "") => {
      const browser = tenant.newBrowser();
      const email = `whoever@${other.domain}`;
      if (keep !== null) {
        const first = await browser.post("/sign-in", { email, return_to: "/", ...keep });
        expect(locationOf(first)).toBe("/sign-in/provider");
      }
      await browser.post(`/sign-in/with/${idp.id}${link}`);
      const request = askedOn(await (await browser.get("/sign-in/provider")).text());
      expect(locationOf(await answer(app, browser, idp, { request }))).toBe("/");
      return browser.cookies.get("__Host-session")?.header.includes("Max-Age");
    };
    expect(await isKept({ keep: "on" })).toBe(true);
    expect(await isKept({})).toBe(false);
    expect(await isKept(null, "?keep=on")).toBe(false);
  });

  test("brings in nobody new under an address that does not lead to it", async () => {
    const tenant = await app.aTenant();
    const idp = await anIdp(tenant);
    const other = await anIdp(tenant);
    // An address that the first one may name, and that leads to the second one by now.
    await ok(tenant.api.delete(`/identity-providers/${idp.id}/domains/${idp.domain}`));
    await ok(tenant.api.post(`/identity-providers/${other.id}/domains`, { domain: idp.domain }));
    const browser = tenant.newBrowser();
    await browser.post(`/sign-in/with/${idp.id}`);
    const request = askedOn(await (await browser.get("/sign-in/provider")).text());
    expect(answer(app, browser, idp, { request })).rejects.toThrow("400");
    expect(await tenant.events("identity_provider.person_created")).toEqual([]);
  });

  test("is counted, asks for everything again of who is signed in, and knows no disabled one", async () => {
    const tenant = await app.aTenant();
    const idp = await anIdp(tenant);
    const browser = tenant.newBrowser();
    await signInBy(app, browser, idp);
    await browser.post(`/sign-in/with/${idp.id}`);
    const asked = askedOn(await (await browser.get("/sign-in/provider")).text());
    expect(asked.xml).toContain('ForceAuthn="true"');
    await ok(tenant.api.put(`/identity-providers/${idp.id}/disablement`, { confirmed: true }));
    expect((await tenant.newBrowser().post(`/sign-in/with/${idp.id}`)).status).toBe(404);
    await ok(tenant.api.delete(`/identity-providers/${idp.id}/disablement`));
    const stranger = tenant.newBrowser();
    expect((await stranger.post(`/sign-in/with/${idp.id}`)).status).toBe(303);
    await app.asSuperuser(
      "update app.limits set hits = 1000 where tenant_id = $1 and name = 'sign_in.starts_ip'",
      [tenant.id],
    );
    expect((await stranger.post(`/sign-in/with/${idp.id}`)).status).toBe(429);
    // A browser in which somebody has signed in is not theirs to use up.
    expect((await browser.post(`/sign-in/with/${idp.id}`)).status).toBe(303);
  });
});

test("who was sent to a provider comes in by it alone, wherever their address leads", async () => {
  const tenant = await app.aTenant();
  const [idp, other] = [await anIdp(tenant), await anIdp(tenant)];
  const user = await tenant.aUser({ email: `ada@${idp.domain}` });
  await signInBy(app, tenant.newBrowser(), idp);
  const refused = async () => {
    const browser = tenant.newBrowser();
    await browser.post("/sign-in", { email: user.email, return_to: "/", local: "1" });
    const sent = await browser.post("/sign-in/password", { password: goodPassword });
    return sent.status === 422;
  };
  expect(await refused()).toBe(true);
  // Their address leads to nobody: it was all that made it the only way in.
  await ok(tenant.api.delete(`/identity-providers/${idp.id}/domains/${idp.domain}`));
  expect(await refused()).toBe(false);
  const way = { way: "provider", identityProviderId: idp.id };
  await ok(tenant.api.put(`/users/${user.id}/identity-provider`, way));
  expect(await refused()).toBe(true);
  await ok(tenant.api.post(`/identity-providers/${other.id}/domains`, { domain: idp.domain }));
  expect(await refused()).toBe(true);
  await ok(tenant.api.put(`/identity-providers/${idp.id}/disablement`, {}));
  expect(await refused()).toBe(false);
});
