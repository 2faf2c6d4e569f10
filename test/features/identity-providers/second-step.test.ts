// What is asked for beside an identity provider's word, and what that word is worth.
import { describe, expect, test } from "bun:test";
import { authnMethodsReferences } from "#protocols/saml/authn-context.ts";
import { goodPassword, testApp, type TestTenant } from "../../support/a-tenant.ts";
import { locationOf, mailedCode, setPolicy, withApp } from "../sign-in/support.ts";
import { aTrial } from "../settings/support.ts";
import { anIdp, type IdpWish, ok, signInBy } from "./support.ts";

const app = await testApp();
const mfa = "https://refeds.org/profile/mfa";

async function aHouse(wish: IdpWish = {}) {
  const tenant = await app.aTenant();
  return { tenant, idp: await anIdp(tenant, wish), browser: tenant.newBrowser() };
}
const methodsOf = async (tenant: TestTenant) =>
  (await tenant.events("session.started")).map(({ data }) => data["methods"]);

describe("the second step", () => {
  test("is ours, always, where the provider is not believed", async () => {
    const { tenant, idp, browser } = await aHouse({ trustsSecondStep: false });
    expect(locationOf(await signInBy(app, browser, idp, { classRef: mfa }))).toBe("/sign-in/code");
    const email = `ada@${idp.domain}`;
    const [mail] = (await tenant.mails()).filter(({ to }) => to === email);
    expect(mail?.text).toContain(`somebody signs in as you with ${idp.connection.name}`);
    const done = await browser.post("/sign-in/code", { code: await mailedCode(tenant, email) });
    expect(locationOf(done)).toBe("/");
    expect(await methodsOf(tenant)).toEqual([["provider", "email_code"]]);
  });

  test("is the app, where the person has one and the provider is not believed", async () => {
    const { tenant, idp, browser } = await aHouse({ trustsSecondStep: false });
    const user = await tenant.aUser({ email: `ada@${idp.domain}` });
    await signInBy(app, browser, idp);
    await browser.post("/sign-in/code", { code: await mailedCode(tenant, user.email) });
    const authenticator = await withApp(app, tenant, user);
    const another = tenant.newBrowser();
    expect(locationOf(await signInBy(app, another, idp))).toBe("/sign-in/totp");
    await another.post("/sign-in/totp", { code: authenticator.code() });
    expect((await methodsOf(tenant)).at(-1)).toEqual(["provider", "totp"]);
  });

  test("is the provider's word where it says several factors, and ours where it does not", async () => {
    const { tenant, idp } = await aHouse();
    await setPolicy(tenant, { strength: "strong", grace_days: 0 });
    expect(locationOf(await signInBy(app, tenant.newBrowser(), idp, { classRef: mfa }))).toBe("/");
    expect(await methodsOf(tenant)).toEqual([["provider", "provider_mfa"]]);
    expect(locationOf(await signInBy(app, tenant.newBrowser(), idp))).toBe("/sign-in/enrolment");
  });

  test("named by the provider gives no new days of grace to whoever comes by the password", async () => {
    const { tenant, idp } = await aHouse();
    const user = await tenant.aUser({ email: `ada@${idp.domain}` });
    await signInBy(app, tenant.newBrowser(), idp);
    // Super administrators keep their password beside it.
    await tenant.tenant.write((db) =>
      db.updateTable("users").set({ role: "super_admin" }).where("id", "=", user.id).execute(),
    );
    await setPolicy(tenant, { strength: "strong", grace_days: 7 });
    const byPassword = async () => {
      const browser = tenant.newBrowser();
      await browser.post("/sign-in", { email: user.email, local: "1" });
      await browser.post("/sign-in/password", { password: goodPassword });
      await browser.post("/sign-in/code", { code: await mailedCode(tenant, user.email) });
      return (await browser.post("/sign-in/enrolment/later")).status;
    };
    expect(await byPassword()).toBe(303);
    app.clock.advance({ days: 6 });
    expect(locationOf(await signInBy(app, tenant.newBrowser(), idp, { classRef: mfa }))).toBe("/");
    app.clock.advance({ days: 2 });
    expect(await byPassword()).toBe(422);
  });

  test("is counted as the provider names it where stricter settings are tried", async () => {
    const { tenant, idp } = await aHouse();
    await signInBy(app, tenant.newBrowser(), idp, { classRef: mfa });
    const keptOut = async (strength: "strong" | "phishing_resistant") => {
      const trial = await aTrial(tenant, { strength });
      await ok(tenant.api.delete(`/settings/sign-in/trials/${trial.id}`));
      return trial.affected.people.map(({ email, has }) => [email, has]);
    };
    expect(await keptOut("strong")).toEqual([]);
    expect(await keptOut("phishing_resistant")).toEqual([[`ada@${idp.domain}`, "strong"]]);
    await ok(tenant.api.patch(`/identity-providers/${idp.id}`, { trustsSecondStep: false }));
    expect(await keptOut("strong")).toEqual([[`ada@${idp.domain}`, "baseline"]]);
  });

  test("is ours where the provider is believed and says itself that a password was all", async () => {
    const { tenant, idp } = await aHouse();
    const by = async (parts: Parameters<typeof signInBy>[3]) =>
      locationOf(await signInBy(app, tenant.newBrowser(), idp, parts));
    const used = (...values: string[]) => ({ attributes: { [authnMethodsReferences]: values } });
    expect(await by({ classRef: "https://refeds.org/profile/sfa" })).toBe("/sign-in/code");
    expect(await by(used("pwd"))).toBe("/sign-in/code");
    // What Entra ID and Okta say by themselves names no second factor, and does not say that there was none.
    expect(await by({})).toBe("/");
    expect(await by(used("pwd", "http://schemas.microsoft.com/claims/multipleauthn"))).toBe("/");
  });

  test("is asked for there first, where a word for one factor is not enough", async () => {
    const { tenant, idp } = await aHouse({ preset: "entra" });
    const claims = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims";
    const user = await tenant.aUser({ email: `ada@${idp.domain}` });
    const group = await tenant.aGroup("Ops", [user]);
    await tenant.tenant.write((db) =>
      db.updateTable("groups").set({ strength: "strong" }).where("id", "=", group.id).execute(),
    );
    const once = await signInBy(app, tenant.newBrowser(), idp, {
      attributes: {
        "http://schemas.microsoft.com/identity/claims/objectidentifier": ["ada"],
        [`${claims}/emailaddress`]: [user.email],
        [authnMethodsReferences]: ["pwd"],
      },
    });
    expect(locationOf(once)).toBe("/sign-in/provider");
  });

  test("is never phishing-resistant by a context that does not say so", async () => {
    const { tenant, idp } = await aHouse();
    await setPolicy(tenant, { strength: "phishing_resistant", grace_days: 0 });
    const by = async (classRef: string) =>
      locationOf(await signInBy(app, tenant.newBrowser(), idp, { classRef }));
    expect([await by(mfa), await by("phr")]).toEqual(["/sign-in/enrolment", "/"]);
    expect(await methodsOf(tenant)).toEqual([["provider", "provider_phishing_resistant"]]);
  });
});
