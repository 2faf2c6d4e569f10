// The tenant's default provider: a sign-in setting, so that a change of it is tried first and goes back by itself.
import { describe, expect, test } from "bun:test";
import type { Trial } from "#features/settings/schema.ts";
import { goodPassword, testApp, type TestTenant } from "../../support/a-tenant.ts";
import { aTrial, form, path, put, settingsOf } from "../settings/support.ts";
import { isSignedIn, locationOf, mailedCode } from "../sign-in/support.ts";
import { anIdp, answer, askedOn, type Idp, makeDefault, ok, signInBy } from "./support.ts";

const app = await testApp();

const placeOf = async (tenant: TestTenant, email = "nobody@elsewhere.example") =>
  locationOf(await tenant.newBrowser().post("/sign-in", { email, return_to: "/" }));
const asDefault = ({ id }: Pick<Idp, "id">) => ({ defaultIdentityProviderId: id as never });
const of = ({ id }: Pick<Trial, "id">) => `${path}/trials/${id}`;

describe("the default provider", () => {
  test("is tried by a test sign-in, applied for ten minutes, and goes back by itself", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const idp = await anIdp(tenant);
    await ok(tenant.api.patch(`/identity-providers/${idp.id}`, { speaksForAll: true }));
    expect((await put(tenant, asDefault(idp))).status).toBe(409);
    const saved = await tenant.browser.put(path, form({ defaultIdentityProviderId: idp.id }), {
      follow: true,
    });
    const page = await saved.text();
    expect(page).toContain(`None: the password is asked for → ${idp.connection.name}`);
    expect(page).toContain("Addresses lead elsewhere");
    const { trial } = await settingsOf(tenant);
    expect(await placeOf(tenant)).toBe("/sign-in/password");

    // Only the sign-in that tries it is led there.
    const begun = await tenant.browser.post("/sign-in", {
      email: tenant.me.email,
      return_to: "/",
      trial: trial?.id ?? "",
    });
    expect(locationOf(begun)).toBe("/sign-in/provider");
    const request = askedOn(await (await tenant.browser.get("/sign-in/provider")).text());
    expect(request.url).toStartWith(idp.ssoUrl);

    await ok(tenant.api.put(`${of(trial!)}/application`, { withoutTest: true }));
    expect(await placeOf(tenant)).toBe("/sign-in/provider");
    app.clock.advance({ seconds: 601 });
    expect(await placeOf(tenant)).toBe("/sign-in/password");
    await app.runJobs();
    expect((await settingsOf(tenant)).defaultIdentityProviderId).toBeNull();
    expect((await tenant.mails()).map(({ subject }) => subject).join()).toContain(tenant.site.name);
  });

  test("marks a trial as tested when its administrator comes through by the provider", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const idp = await anIdp(tenant, { domain: `${tenant.subdomain}.example.com` });
    await app.asSuperuser(
      `insert into app.federated_identities (tenant_id, identity_provider_id, subject, user_id) values ($1, $2, '00u-ada', $3)`,
      [tenant.id, idp.id, tenant.me.id],
    );
    const { browser, me } = tenant;
    await browser.put(path, form({ graceDays: "1" }));
    const trial = (await settingsOf(tenant)).trial?.id ?? "";
    await browser.post("/sign-in", { email: me.email, return_to: "/", trial });
    const asked = askedOn(await (await browser.get("/sign-in/provider")).text());
    const done = await answer(app, browser, idp, { request: asked, email: tenant.me.email });
    expect(locationOf(done)).toBe("/");
    expect((await settingsOf(tenant)).trial?.testedAt).not.toBeNull();
  });

  test("is tried by coming in by it: a password past it shows nothing", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const idp = await anIdp(tenant);
    await ok(tenant.api.patch(`/identity-providers/${idp.id}`, { speaksForAll: true }));
    await app.asSuperuser(
      `insert into app.federated_identities (tenant_id, identity_provider_id, subject, user_id) values ($1, $2, '00u-ada', $3)`,
      [tenant.id, idp.id, tenant.me.id],
    );
    const { browser, me } = tenant;
    const { id: trial } = await aTrial(tenant, asDefault(idp));
    const testedAt = async () => (await settingsOf(tenant)).trial?.testedAt ?? null;
    await app.asSuperuser(`update app.policy_trials set started_by = $1 where id = $2`, [
      me.id,
      trial,
    ]);
    expect(await (await browser.get(path)).text()).toContain("come in by the proposed default");
    const start = { email: me.email, return_to: "/", trial };
    await browser.post("/sign-in", { ...start, local: "1" });
    await browser.post("/sign-in/password", { password: goodPassword });
    await browser.post("/sign-in/code", { code: await mailedCode(tenant, me.email) });
    expect(await testedAt()).toBeNull();

    await browser.post("/sign-in", start);
    const asked = askedOn(await (await browser.get("/sign-in/provider")).text());
    const done = await answer(app, browser, idp, { request: asked, email: me.email });
    expect(locationOf(done)).toBe("/");
    expect(await testedAt()).not.toBeNull();
  });

  test("is one that is there and enabled, of this tenant", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const foreign = await anIdp(await app.aTenant());
    const draft = await anIdp(tenant, { state: "draft" });
    for (const id of [foreign.id, draft.id, crypto.randomUUID()]) {
      const refused = await tenant.api.post(`${path}/trials`, {
        ...(await settingsOf(tenant)),
        defaultIdentityProviderId: id,
      });
      expect([
        refused.status,
        Object.keys(((await refused.json()) as { errors: object }).errors),
      ]).toEqual([422, ["defaultIdentityProviderId"]]);
    }
    const { defaultIdentityProviderId: _, trial: __, ...without } = await settingsOf(tenant);
    expect((await tenant.api.put(path, without)).status).toBe(422);
  });

  test("names people who come by a provider alone, and would not be led to it any more", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const [idp, other] = [await anIdp(tenant, { domain: null }), await anIdp(tenant)];
    await ok(tenant.api.patch(`/identity-providers/${idp.id}`, { speaksForAll: true }));
    await makeDefault(tenant, idp);
    const browser = tenant.newBrowser();
    await signInBy(app, browser, idp, {
      typed: "ada@elsewhere.example",
      email: "ada@elsewhere.example",
    });
    expect(await isSignedIn(browser)).toBe(true);
    for (const change of [{ defaultIdentityProviderId: null }, asDefault(other)]) {
      const { affected, id } = await aTrial(tenant, change);
      expect(affected).toMatchObject({
        count: 1,
        people: [{ email: "ada@elsewhere.example", isStranded: true }],
      });
      const page = await (await tenant.browser.get(`${of({ id })}/people`)).text();
      expect(page).toContain("No way in");
      await ok(tenant.api.delete(of({ id })));
    }
    // Where it is offered to everybody they find it themselves.
    const offer = (isOffered: boolean) =>
      ok(tenant.api.patch(`/identity-providers/${idp.id}`, { isOffered }));
    await offer(true);
    const offered = await aTrial(tenant, { defaultIdentityProviderId: null });
    expect(offered.affected.count).toBe(0);
    await ok(tenant.api.delete(of(offered)));
    await offer(false);
    // With their domain bound to it they are led there all the same.
    await ok(
      tenant.api.post(`/identity-providers/${idp.id}/domains`, { domain: "elsewhere.example" }),
    );
    expect((await aTrial(tenant, { defaultIdentityProviderId: null })).affected.count).toBe(0);
  });

  test("is neither disabled nor deleted while a trial is about it", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const [idp, other] = [await anIdp(tenant), await anIdp(tenant)];
    await makeDefault(tenant, idp);
    const trial = await aTrial(tenant, asDefault(other));
    await ok(tenant.api.put(`${of(trial)}/application`, { withoutTest: true }));
    for (const { id } of [idp, other]) {
      expect((await tenant.api.put(`/identity-providers/${id}/disablement`, {})).status).toBe(409);
      expect((await tenant.api.delete(`/identity-providers/${id}`, {})).status).toBe(409);
    }
    await ok(tenant.api.delete(of(trial)));
    expect((await tenant.api.put(`/identity-providers/${other.id}/disablement`, {})).status).toBe(
      200,
    );
  });
});
