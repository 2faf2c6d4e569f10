// An address at a proved domain that no mailbox has confirmed: who may give one, and what it is not good for until then.
import { describe, expect, test } from "bun:test";
import { consumeLink, issueLink } from "#features/one-time-links/index.ts";
import { goodPassword, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { addressesOf, confirmationLink, idOf, own, pathOf } from "../addresses/support.ts";
import { anIdp, ok, signInBy } from "../identity-providers/support.ts";
import { isSignedIn, locationOf, mailedCode, throughPassword } from "../sign-in/support.ts";
import { aDomain, codeOf, houseWithDns, json, proved } from "./support.ts";

const house = await houseWithDns();
const { aTenant } = house;

const causesIn = async (tenant: TestTenant) =>
  (await tenant.events("sign_in.provider_refused")).map(({ data }) => data["cause"]);
const isSomebody = async (browser: Browser, { email }: TestUser) =>
  (await (await browser.get("/profile")).text()).includes(email);
const isByDomain = async (tenant: TestTenant, user: TestUser, email: string) =>
  (
    await json<{ addresses: { email: string; byDomain: boolean }[] }>(tenant.api.get(pathOf(user)))
  ).addresses.find((one) => one.email === email)?.byDomain;

/** A provider whose domain is proved, and a member to whom a super administrator gave an address there. */
async function given() {
  const tenant = await aTenant({ signedInAs: "super_admin" });
  const idp = await anIdp(tenant);
  await proved(house, tenant, idp.domain);
  const user = await tenant.aUser();
  const email = `ada@${idp.domain}`;
  await ok(tenant.api.post(pathOf(user), { email }));
  expect(await isByDomain(tenant, user, email)).toBe(true);
  return { tenant, idp, user, email };
}

describe("an administrator", () => {
  test("does not make a member the owner of a mailbox: it is asked, at a proved domain too", async () => {
    const tenant = await aTenant({ signedInAs: "admin" });
    const domain = await proved(house, tenant, aDomain());
    const member = await tenant.aUser();
    const email = `ceo@${domain.domain}`;
    const form = await (await tenant.browser.get(`${pathOf(member)}/new`)).text();
    expect(form).toContain("Send the message");
    expect(form).not.toContain("at once");
    expect(locationOf(await tenant.browser.post(pathOf(member), { email }))).toBe(pathOf(member));
    expect(await (await tenant.browser.get(pathOf(member))).text()).toContain(
      `A message is on its way to ${email}`,
    );
    const { addresses, pending } = await addressesOf(tenant, member);
    expect([addresses.length, pending.map((one) => one.email)]).toEqual([1, [email]]);
    const theirs = await tenant.signedIn(member);
    const id = await idOf(tenant, member, email);
    const put = await theirs.post(`${own}/${id}/primary?_method=put`, { confirm: "on" });
    expect(put.status).toBe(404);
    expect(await tenant.events("address.added")).toEqual([]);
    // The mailbox gives it.
    await tenant.newBrowser().post(await confirmationLink(tenant, email));
    expect(await isByDomain(tenant, member, email)).toBe(false);
  });

  test("does not as a script either", async () => {
    const tenant = await aTenant();
    const domain = await proved(house, tenant, aDomain());
    const member = await tenant.aUser();
    const script = await tenant.script("admin");
    const asked = await json(script.post(pathOf(member), { email: `ceo@${domain.domain}` }));
    expect(asked).toHaveProperty("expiresAt");
  });

  test("does not come in as somebody by the provider who had their address before", async () => {
    const tenant = await aTenant({ signedInAs: "admin" });
    const idp = await anIdp(tenant);
    await ok(tenant.api.patch(`/identity-providers/${idp.id}`, { createsPeople: true }));
    await proved(house, tenant, idp.domain);
    const second = await tenant.aUser();
    await tenant.browser.post(pathOf(second), { email: `ada@${idp.domain}` });
    const ada = tenant.newBrowser();
    await signInBy(house, ada, idp);
    expect(await isSignedIn(ada)).toBe(true);
    expect(await isSomebody(ada, second)).toBe(false);
  });
});

describe("a provider's first word about an address that its domain alone verified", () => {
  test("links nobody", async () => {
    const { tenant, idp, user } = await given();
    const browser = tenant.newBrowser();
    const refused = await signInBy(house, browser, idp);
    expect(refused.status).toBe(403);
    // They have an account, and no invitation: the page has the way that confirms the address.
    const page = await refused.text();
    expect(page).toContain("its mailbox has not confirmed it yet");
    expect(page).toContain('href="/forgotten-password"');
    expect(await isSignedIn(browser)).toBe(false);
    expect(await causesIn(tenant)).toEqual(["address_unverified"]);
    expect(await isByDomain(tenant, user, `ada@${idp.domain}`)).toBe(true);
  });

  test("links its owner once a code that was mailed there ended a sign-in", async () => {
    const { tenant, idp, user, email } = await given();
    const first = tenant.newBrowser();
    // By the primary one first: that proves another mailbox.
    await throughPassword(first, user.email);
    await first.post("/sign-in/code", { code: await mailedCode(tenant, user.email) });
    expect([await isSignedIn(first), await isByDomain(tenant, user, email)]).toEqual([true, true]);
    await tenant.tenant.write((db) =>
      db.deleteFrom("identity_provider_domains").where("domain", "=", idp.domain).execute(),
    );
    const browser = tenant.newBrowser();
    await throughPassword(browser, email);
    await browser.post("/sign-in/code", { code: await mailedCode(tenant, email) });
    expect(await isSignedIn(browser)).toBe(true);
    expect(await isByDomain(tenant, user, email)).toBe(false);
  });

  test("links its owner once a link to a new password was opened there", async () => {
    const { tenant, idp, user, email } = await given();
    const link = await tenant.tenant.write((db) =>
      issueLink(db, {
        userId: user.id,
        email,
        purpose: "password_reset",
        now: house.clock.now(),
      }),
    );
    const opened = await tenant.newBrowser().post(`/reset-password/${link.id}/${link.token}`);
    expect(locationOf(opened)).toBe("/sign-in/new-password");
    expect(await isByDomain(tenant, user, email)).toBe(false);
    const browser = tenant.newBrowser();
    await signInBy(house, browser, idp);
    expect([await isSignedIn(browser), await isSomebody(browser, user)]).toEqual([true, true]);
  });

  test("links nobody for a link that did not go to the mailbox: the operator's, and one that a sign-in shows", async () => {
    const { tenant, user, email } = await given();
    const asked = { userId: user.id, email, now: house.clock.now() };
    const byOperator = await tenant.tenant.write((db) =>
      issueLink(db, { ...asked, purpose: "password_reset", byOperator: true }),
    );
    const opened = await tenant
      .newBrowser()
      .post(`/reset-password/${byOperator.id}/${byOperator.token}`);
    expect(locationOf(opened)).toBe("/sign-in/new-password");
    expect(await isByDomain(tenant, user, email)).toBe(true);
    await ok(tenant.api.put(`/users/${user.id}/deactivation`));
    const shown = await tenant.tenant.write((db) =>
      issueLink(db, { ...asked, purpose: "reactivation" }),
    );
    const link = { linkId: shown.id, token: shown.token, now: house.clock.now() };
    const used = await tenant.tenant.write((db) =>
      consumeLink(db, { ...link, purpose: "reactivation" }),
    );
    expect(used).toMatchObject({ email });
    expect(await isByDomain(tenant, user, email)).toBe(true);
  });

  test("links whoever was welcomed and chose a password, and turns away whoever did not yet", async () => {
    const tenant = await aTenant({ signedInAs: "admin" });
    const idp = await anIdp(tenant);
    await proved(house, tenant, idp.domain);
    const email = `ada@${idp.domain}`;
    const person = { firstName: "Ada", lastName: "Lovelace", email };
    const user = await json<TestUser>(tenant.api.post("/users", person));
    expect(await isByDomain(tenant, user, email)).toBe(true);
    expect((await signInBy(house, tenant.newBrowser(), idp)).status).toBe(403);
    const welcome = (await tenant.mails()).find(({ to }) => to === email);
    const browser = tenant.newBrowser();
    await browser.post(welcome?.link ?? "");
    await browser.post("/sign-in/new-password", { password: goodPassword });
    expect(await isByDomain(tenant, user, email)).toBe(false);
    const later = tenant.newBrowser();
    await signInBy(house, later, idp);
    expect([await isSignedIn(later), await isSomebody(later, user)]).toEqual([true, true]);
  });
});

describe("a higher role", () => {
  const roleOf = async (tenant: TestTenant, { id }: TestUser) =>
    (await json<{ role: string }>(tenant.api.get(`/users/${id}`))).role;

  test("waits for the mailbox of every address, and says which", async () => {
    const { tenant, user, email } = await given();
    const page = await tenant.browser.post(`/users/${user.id}?_method=patch`, {
      firstName: user.firstName,
      lastName: user.lastName,
      role: "admin",
    });
    expect([page.status, await page.text()]).toEqual([
      409,
      expect.stringContaining(`${email}: added because of its domain`),
    ]);
    const asked = tenant.api.patch(`/users/${user.id}`, { role: "admin" });
    expect(await codeOf(asked)).toEqual([409, "users.addresses_unconfirmed"]);
    expect(await roleOf(tenant, user)).toBe("member");
    // Made primary it is no better.
    const path = `${pathOf(user)}/${await idOf(tenant, user, email)}`;
    await ok(tenant.api.put(`${path}/primary`, { confirm: true }));
    expect((await tenant.api.patch(`/users/${user.id}`, { role: "admin" })).status).toBe(409);
    await ok(
      tenant.api.put(`${pathOf(user)}/${await idOf(tenant, user, user.email)}/primary`, {
        confirm: true,
      }),
    );
    expect((await tenant.api.delete(path)).status).toBe(200);
    await ok(tenant.api.patch(`/users/${user.id}`, { role: "admin" }));
    expect(await roleOf(tenant, user)).toBe("admin");
  });

  test("may be given to whoever was not welcomed yet; a lower one and names to anybody", async () => {
    const { tenant, idp } = await given();
    const person = { firstName: "Grace", lastName: "Hopper", email: `grace@${idp.domain}` };
    const invited = await json<TestUser>(tenant.api.post("/users", person));
    await ok(tenant.api.patch(`/users/${invited.id}`, { role: "admin" }));
    const admin = await tenant.aUser({ role: "admin" });
    await ok(tenant.api.post(pathOf(admin), { email: `second@${idp.domain}` }));
    await ok(tenant.api.patch(`/users/${admin.id}`, { firstName: "Lise" }));
    expect((await tenant.api.patch(`/users/${admin.id}`, { role: "super_admin" })).status).toBe(
      409,
    );
    await ok(tenant.api.patch(`/users/${admin.id}`, { role: "member" }));
  });
});
