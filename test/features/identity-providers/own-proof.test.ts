// A first sign-in by a provider, of somebody who has an app or a passkey here: its word alone links nobody to it.
import { describe, expect, test } from "bun:test";
import { goodPassword, testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { ask, confirmationLink } from "../addresses/support.ts";
import { aPasskey } from "../passkeys/support.ts";
import { byPasskey, isSignedIn, locationOf, withApp } from "../sign-in/support.ts";
import { anIdp, type IdpWish, signInBy } from "./support.ts";

const app = await testApp();
const mfa = "https://refeds.org/profile/mfa";

async function aHouse(wish: IdpWish = {}) {
  const tenant = await app.aTenant();
  const idp = await anIdp(tenant, wish);
  const user = await tenant.aUser({ email: `ada@${idp.domain}` });
  return { tenant, idp, user, browser: tenant.newBrowser() };
}
const linksOf = async (tenant: TestTenant) =>
  (await tenant.events("identity_provider.person_linked")).length;
const methodsOf = async (tenant: TestTenant) =>
  (await tenant.events("session.started")).at(-1)?.data["methods"];
/** As somebody whom a provider made, or an import without passwords. */
const withoutPassword = ({ tenant }: TestTenant, { id }: TestUser) =>
  tenant.write((db) =>
    db.updateTable("users").set({ password_hash: null }).where("id", "=", id).execute(),
  );
const namesOf = ({ tenant }: TestTenant, { id }: TestUser) =>
  tenant.read((db) =>
    db
      .selectFrom("users")
      .select(["first_name", "last_name"])
      .where("id", "=", id)
      .executeTakeFirstOrThrow(),
  );
const byLink = (browser: Browser) => browser.post("/sign-in/link", { password: goodPassword });

describe("a first sign-in by a provider", () => {
  test("does not step around a passkey by an address that was added in its owner's session", async () => {
    const tenant = await app.aTenant();
    const idp = await anIdp(tenant);
    const victim = await tenant.aUser();
    await aPasskey(app, tenant, victim);
    const email = `ada@${idp.domain}`;
    await ask(tenant, await tenant.signedIn(victim), email);
    await tenant.newBrowser().post(await confirmationLink(tenant, email));
    const thief = tenant.newBrowser();
    expect(locationOf(await signInBy(app, thief, idp, { classRef: mfa }))).toBe("/sign-in/link");
    expect(await isSignedIn(thief)).toBe(false);
    expect(await linksOf(tenant)).toBe(0);
    // Nor does the password alone.
    expect(locationOf(await byLink(thief))).toBe("/sign-in/passkey");
    expect([await isSignedIn(thief), await linksOf(tenant)]).toEqual([false, 0]);
  });

  test("is confirmed once by a passkey", async () => {
    const { tenant, idp, user, browser } = await aHouse();
    const { authenticator } = await aPasskey(app, tenant, user);
    expect(locationOf(await signInBy(app, browser, idp))).toBe("/sign-in/link");
    const page = await (await browser.get("/sign-in/link")).text();
    expect(page).toContain("people with an authenticator app or a passkey");
    // Whoever does not know the password is not stuck here.
    expect(page).toContain('href="/forgotten-password"');
    expect(locationOf(await byPasskey(tenant, browser, authenticator))).toBe("/");
    expect([await methodsOf(tenant), await linksOf(tenant)]).toEqual([["provider", "passkey"], 1]);
    expect(locationOf(await signInBy(app, tenant.newBrowser(), idp))).toBe("/");
  });

  test.each([true, false])("is confirmed by password and app (trusted: %p)", async (trusted) => {
    const { tenant, idp, user, browser } = await aHouse({ trustsSecondStep: trusted });
    const authenticator = await withApp(app, tenant, user);
    expect(locationOf(await signInBy(app, browser, idp))).toBe("/sign-in/link");
    expect(locationOf(await byLink(browser))).toBe("/sign-in/totp");
    expect(await linksOf(tenant)).toBe(0);
    const done = await browser.post("/sign-in/totp", { code: authenticator.code() });
    expect([locationOf(done), await linksOf(tenant)]).toEqual(["/", 1]);
    expect(await methodsOf(tenant)).toEqual(["provider", "password", "totp"]);
  });

  test("asks who has no password for the app or the passkey itself, and takes no names before", async () => {
    const { tenant, idp, user, browser } = await aHouse();
    const authenticator = await withApp(app, tenant, user);
    await withoutPassword(tenant, user);
    const before = await namesOf(tenant, user);
    const word = { classRef: mfa, firstName: "Mallory", lastName: "Else" };
    expect(locationOf(await signInBy(app, browser, idp, word))).toBe("/sign-in/totp");
    expect([await linksOf(tenant), await namesOf(tenant, user)]).toEqual([0, before]);
    const done = await browser.post("/sign-in/totp", { code: authenticator.code() });
    expect([locationOf(done), await linksOf(tenant)]).toEqual(["/", 1]);
    expect(await methodsOf(tenant)).toEqual(["provider", "provider_mfa", "totp"]);
  });

  test("of somebody without a password, with a passkey, leads to that", async () => {
    const { tenant, idp, user, browser } = await aHouse();
    const { authenticator } = await aPasskey(app, tenant, user);
    await withoutPassword(tenant, user);
    expect(locationOf(await signInBy(app, browser, idp))).toBe("/sign-in/passkey");
    expect(locationOf(await byPasskey(tenant, browser, authenticator))).toBe("/");
    expect(await linksOf(tenant)).toBe(1);
  });

  test("of somebody who has nothing here is confirmed by nothing", async () => {
    const { tenant, idp, user, browser } = await aHouse();
    await withoutPassword(tenant, user);
    expect(locationOf(await signInBy(app, browser, idp))).toBe("/");
    expect(await linksOf(tenant)).toBe(1);
  });
});
