// What is asked for beside an identity provider's word, and what that word is worth.
import { describe, expect, test } from "bun:test";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
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
    const done = await browser.post("/sign-in/code", { code: await mailedCode(tenant, email) });
    expect(locationOf(done)).toBe("/");
    expect(await methodsOf(tenant)).toEqual([["provider", "email_code"]]);
  });

  test("is the app, where the person has one and the provider is not believed", async () => {
    const { tenant, idp, browser } = await aHouse({ trustsSecondStep: false });
    const user = await tenant.aUser({ email: `ada@${idp.domain}` });
    const authenticator = await withApp(app, tenant, user);
    expect(locationOf(await signInBy(app, browser, idp))).toBe("/sign-in/totp");
    await browser.post("/sign-in/totp", { code: authenticator.code() });
    expect(await methodsOf(tenant)).toEqual([["provider", "totp"]]);
  });

  test("is the provider's word where it says several factors, and ours where it does not", async () => {
    const { tenant, idp } = await aHouse();
    await setPolicy(tenant, { strength: "strong", grace_days: 0 });
    expect(locationOf(await signInBy(app, tenant.newBrowser(), idp, { classRef: mfa }))).toBe("/");
    expect(await methodsOf(tenant)).toEqual([["provider", "provider_mfa"]]);
    expect(locationOf(await signInBy(app, tenant.newBrowser(), idp))).toBe("/sign-in/enrolment");
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

  test("is never phishing-resistant by a context that does not say so", async () => {
    const { tenant, idp } = await aHouse();
    await setPolicy(tenant, { strength: "phishing_resistant", grace_days: 0 });
    const by = async (classRef: string) =>
      locationOf(await signInBy(app, tenant.newBrowser(), idp, { classRef }));
    expect([await by(mfa), await by("phr")]).toEqual(["/sign-in/enrolment", "/"]);
    expect(await methodsOf(tenant)).toEqual([["provider", "provider_phishing_resistant"]]);
  });
});
