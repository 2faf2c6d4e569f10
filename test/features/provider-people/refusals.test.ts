// Who is not sent anywhere, and by whom not: nobody is left without a way in, and no provider is given a super administrator.
import { describe, expect, test } from "bun:test";
import { testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { anIdp, ok, signInBy } from "../identity-providers/support.ts";
import { isSignedIn } from "../sign-in/support.ts";
import {
  codeOf,
  comeWith,
  decide,
  refusalsOf,
  sendTo,
  takeAway,
  withoutPassword,
} from "./support.ts";

const app = await testApp();

async function aHouse(signedInAs?: "super_admin") {
  const tenant = await app.aTenant(signedInAs === undefined ? {} : { signedInAs });
  return { tenant, idp: await anIdp(tenant) };
}

const refused = async (sent: Response) => [sent.status, await codeOf(sent)];

/** As if they had come in by it before. */
const linked = (tenant: TestTenant, idp: { id: string }, user: TestUser) =>
  app.asSuperuser(
    "insert into app.federated_identities (tenant_id, identity_provider_id, subject, user_id) values ($1, $2, $3, $4)",
    [tenant.id, idp.id, `subject-${user.id}`, user.id],
  );

describe("is not sent to a password", () => {
  test("who is not active, and who has no verified address to be mailed at", async () => {
    const { tenant, idp } = await aHouse();
    const gone = await tenant.aUser({ state: "deactivated" });
    const bare = await tenant.aUser();
    for (const user of [gone, bare]) await linked(tenant, idp, user);
    await withoutPassword(app, bare);
    await app.asSuperuser("update app.user_emails set verified_at = null where user_id = $1", [
      bare.id,
    ]);
    const toPassword = async (user: TestUser) =>
      refused(await decide(tenant, user, { way: "password" }));
    expect(await toPassword(gone)).toEqual([409, "provider_people.not_active"]);
    expect(await toPassword(bare)).toEqual([409, "provider_people.no_verified_address"]);
  });
});

describe("is not sent to a provider", () => {
  test("a super administrator, by whomever", async () => {
    const { tenant, idp } = await aHouse();
    const user = await tenant.aUser({ role: "super_admin" });
    expect(await refused(await sendTo(tenant, user, idp))).toEqual([
      409,
      "provider_people.super_admin_stays",
    ]);
  });

  test("a super administrator anew, unless a verified address of theirs leads there", async () => {
    const { tenant, idp } = await aHouse();
    const away = await tenant.aUser({ role: "super_admin" });
    await linked(tenant, idp, away);
    expect(await refused(await takeAway(tenant, away, idp, { way: "again" }))).toEqual([
      409,
      "provider_people.leads_elsewhere",
    ]);
    expect((await tenant.mails()).filter(({ to }) => to === away.email)).toEqual([]);
    const led = await tenant.aUser({ role: "super_admin", email: `ada@${idp.domain}` });
    await linked(tenant, idp, led);
    await ok(takeAway(tenant, led, idp, { way: "again" }));
    expect((await tenant.events("provider_people.assigned")).map(({ data }) => data)).toMatchObject(
      [{ userId: led.id, isAnew: true }],
    );
  });

  test("anew, and the page does not offer it: it says what is to be done first", async () => {
    const { tenant, idp } = await aHouse("super_admin");
    const page = async ({ id }: TestUser) =>
      (await tenant.browser.get(`/identity-providers/${idp.id}/people/${id}`)).text();
    const away = await tenant.aUser({ role: "super_admin" });
    const led = await tenant.aUser({ role: "super_admin", email: `ada@${idp.domain}` });
    const bare = await tenant.aUser({ role: "admin" });
    const member = await tenant.aUser();
    for (const user of [away, led, bare, member]) await linked(tenant, idp, user);
    await withoutPassword(app, bare);
    expect(await page(away)).toContain("no verified address of theirs leads to it. Bind");
    expect(await page(bare)).toContain("Let them choose a password first");
    for (const user of [away, bare]) expect(await page(user)).not.toContain('value="again"');
    for (const user of [led, member]) {
      expect(await page(user)).toContain('value="again"');
      expect(await page(user)).not.toContain("They cannot come by");
    }
    await app.asSuperuser("update app.user_emails set verified_at = null where user_id = $1", [
      member.id,
    ]);
    expect(await page(member)).toContain("none of their addresses is verified");
    await ok(tenant.api.put(`/identity-providers/${idp.id}/disablement`, { confirmed: true }));
    expect(await page(led)).toContain("enable it first");
    expect(await page(led)).not.toContain('value="again"');
  });

  test("who is not active, and who has no verified address", async () => {
    const { tenant, idp } = await aHouse();
    for (const state of ["invited", "deactivated"] as const) {
      const sent = await sendTo(tenant, await tenant.aUser({ state }), idp);
      expect(await refused(sent)).toEqual([409, "provider_people.not_active"]);
    }
    const user = await tenant.aUser();
    await app.asSuperuser("update app.user_emails set verified_at = null where user_id = $1", [
      user.id,
    ]);
    expect(await refused(await sendTo(tenant, user, idp))).toEqual([
      409,
      "provider_people.no_verified_address",
    ]);
  });

  test("an administrator who has nothing to confirm it by", async () => {
    const { tenant, idp } = await aHouse();
    const user = await tenant.aUser({ role: "admin" });
    await withoutPassword(app, user);
    expect(await refused(await sendTo(tenant, user, idp))).toEqual([
      409,
      "provider_people.cannot_confirm",
    ]);
    // Known there already, there is nothing to confirm.
    await linked(tenant, idp, user);
    await ok(sendTo(tenant, user, idp));
    const again = await takeAway(tenant, user, idp, { way: "again" });
    expect(await refused(again)).toEqual([409, "provider_people.cannot_confirm"]);
  });

  test("anybody, where the provider lets nobody in", async () => {
    const { tenant } = await aHouse();
    const draft = await anIdp(tenant, { state: "draft" });
    const user = await tenant.aUser();
    expect(await refused(await sendTo(tenant, user, draft))).toEqual([
      409,
      "provider_people.not_enabled",
    ]);
    expect(await refused(await sendTo(tenant, user, { id: crypto.randomUUID() }))).toEqual([
      409,
      "provider_people.not_enabled",
    ]);
  });

  test("nobody, where the form names no provider or no way", async () => {
    const { tenant } = await aHouse();
    const user = await tenant.aUser();
    for (const [fields, field] of [
      [{ way: "provider" }, "identityProviderId"],
      [{}, "way"],
      [{ way: "again" }, "way"],
    ] as const) {
      const sent = await decide(tenant, user, fields);
      const { errors } = (await sent.json()) as { errors: Record<string, string> };
      expect([sent.status, Object.keys(errors)]).toEqual([422, [field]]);
    }
  });
});

describe("whose address no mailbox has confirmed", () => {
  const says = "has been confirmed by its mailbox: a provider that has not brought them in";
  const byDomain = (user: TestUser, is: boolean) =>
    app.asSuperuser("update app.user_emails set by_domain = $2 where user_id = $1", [user.id, is]);

  test("is turned away by the provider they are sent to: the forms say so before", async () => {
    const { tenant, idp } = await aHouse("super_admin");
    await anIdp(tenant);
    const user = await tenant.aUser();
    const pages = [
      `/users/${user.id}/identity-provider/edit`,
      `/identity-providers/${idp.id}/people/${user.id}`,
    ];
    const said = () =>
      Promise.all(
        pages.map(async (path) => (await (await tenant.browser.get(path)).text()).includes(says)),
      );
    expect(await said()).toEqual([false, false]);
    await byDomain(user, true);
    expect(await said()).toEqual([true, true]);
    await ok(sendTo(tenant, user, idp));
    const named = { email: user.email, nameId: "00u-grace" };
    expect((await comeWith(app, tenant.newBrowser(), idp, named)).status).toBe(403);
    expect(await refusalsOf(tenant)).toEqual(["address_unverified"]);
    await byDomain(user, false);
    expect(await said()).toEqual([false, false]);
    const browser = tenant.newBrowser();
    await comeWith(app, browser, idp, named);
    expect(await isSignedIn(browser)).toBe(true);
  });

  test("nothing of it is said of somebody who is not to be sent anywhere", async () => {
    const { tenant, idp } = await aHouse("super_admin");
    const user = await tenant.aUser({ state: "deactivated" });
    await linked(tenant, idp, user);
    await byDomain(user, true);
    const page = await tenant.browser.get(`/identity-providers/${idp.id}/people/${user.id}`);
    expect(await page.text()).not.toContain(says);
  });
});

describe("is not left without a way in", () => {
  test("whoever decides: not themselves, and not the last super administrator", async () => {
    const { tenant, idp } = await aHouse("super_admin");
    const { me } = tenant;
    await linked(tenant, idp, me);
    await withoutPassword(app, me);
    const path = `/identity-providers/${idp.id}/people/${me.id}?_method=delete`;
    const answers = async (way: string) => {
      const sent = await tenant.browser.post(path, { way }, { headers: json });
      return refused(sent);
    };
    expect(await answers("password")).toEqual([409, "users.own_account"]);
    expect(await answers("deactivation")).toEqual([409, "users.own_account"]);
    expect(await refused(await takeAway(tenant, me, idp, { way: "password" }))).toEqual([
      409,
      "users.last_super_admin",
    ]);
    expect(await refused(await takeAway(tenant, me, idp, { way: "deactivation" }))).toEqual([
      409,
      "users.last_super_admin",
    ]);
    expect(await refused(await takeAway(tenant, me, idp, { way: "again" }))).toEqual([
      409,
      "provider_people.cannot_confirm",
    ]);
    await ok(tenant.api.get(`/users/${me.id}/identity-provider`));
    expect(await isSignedIn(tenant.browser)).toBe(true);
  });

  test("a super administrator with a password is unlinked by themselves", async () => {
    const { tenant, idp } = await aHouse("super_admin");
    await linked(tenant, idp, tenant.me);
    const path = `/identity-providers/${idp.id}/people/${tenant.me.id}?_method=delete`;
    expect((await tenant.browser.post(path, { way: "password" })).status).toBe(303);
    const ways = await ok(tenant.api.get(`/users/${tenant.me.id}/identity-provider`));
    expect(ways).toMatchObject({ links: [], word: null });
  });

  test("who has only the decision, when it is taken back", async () => {
    const { tenant, idp } = await aHouse();
    const user = await tenant.aUser();
    await ok(sendTo(tenant, user, idp));
    await withoutPassword(app, user);
    expect(await refused(await tenant.api.delete(`/users/${user.id}/identity-provider`))).toEqual([
      409,
      "provider_people.no_other_way",
    ]);
    // Nor by what becomes of the provider: they are named before it is closed.
    const closing = await tenant.api.put(`/identity-providers/${idp.id}/disablement`, {});
    expect(await refused(closing)).toEqual([422, "identity_providers.leaves_people_out"]);
    // Deactivated and let in again they are active, and not invited.
    await ok(tenant.api.put(`/users/${user.id}/deactivation`));
    expect(
      await ok<{ state: string }>(tenant.api.delete(`/users/${user.id}/deactivation`)),
    ).toMatchObject({
      state: "active",
    });
  });

  test("somebody who does not come by the provider is not taken away from it", async () => {
    const { tenant, idp } = await aHouse();
    const user = await tenant.aUser();
    const sent = await takeAway(tenant, user, idp, { way: "deactivation" });
    expect(await refused(sent)).toEqual([404, "identity_providers.person_not_linked"]);
    expect(await tenant.events("user.deactivated")).toEqual([]);
  });
});

const json = { accept: "application/json" };

describe("who may", () => {
  test("super administrators alone, with fresh proof, and none of another tenant", async () => {
    const { tenant, idp } = await aHouse();
    const theirs = await aHouse();
    const user = await tenant.aUser();
    for (const role of ["admin", "member"] as const) {
      const script = await tenant.script(role);
      const fields = { way: "provider", identityProviderId: idp.id };
      expect((await script.put(`/users/${user.id}/identity-provider`, fields)).status).toBe(403);
      expect((await script.get(`/identity-providers/${idp.id}/people`)).status).toBe(403);
      expect((await script.put(`/identity-providers/${idp.id}/groups`, {})).status).toBe(403);
    }
    const admin = await tenant.aUser({ role: "super_admin" });
    const browser = await tenant.signedIn(admin);
    app.clock.advance({ seconds: 601 });
    const stale = await browser.post(
      `/users/${user.id}/identity-provider?_method=put`,
      { way: "password" },
      { headers: json },
    );
    expect(await codeOf(stale)).toBe("request.step_up_required");

    expect((await sendTo(theirs.tenant, user, theirs.idp)).status).toBe(404);
    const own = await theirs.tenant.aUser();
    expect((await sendTo(theirs.tenant, own, idp)).status).toBe(409);
    expect((await theirs.tenant.api.get(`/users/${user.id}/identity-provider`)).status).toBe(404);
    expect((await theirs.tenant.api.get(`/identity-providers/${idp.id}/people`)).status).toBe(404);
    expect((await theirs.tenant.api.get(`/identity-providers/${idp.id}/groups`)).status).toBe(404);
    expect((await theirs.tenant.newBrowser().get(`/sign-in/with/${idp.id}`)).status).toBe(404);
    expect((await theirs.tenant.newBrowser().post(`/sign-in/with/${idp.id}`)).status).toBe(404);
  });
});

describe("the list of a provider's people", () => {
  test("has who came and who is to, and is searched", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const idp = await anIdp(tenant);
    await signInBy(app, tenant.newBrowser(), idp);
    const user = await tenant.aUser({ firstName: "Grace", lastName: "Hopper" });
    await ok(sendTo(tenant, user, idp));
    const path = `/identity-providers/${idp.id}/people`;
    type List = { items: { firstName: string; subject: string | null }[] };
    const { items } = await ok<List>(tenant.api.get(path));
    expect(items.map(({ firstName, subject }) => [firstName, subject])).toEqual([
      ["Ada", "00u-ada"],
      ["Grace", null],
    ]);
    const found = await ok<List>(tenant.api.get(`${path}?q=hopp`));
    expect(found.items).toHaveLength(1);
    const page = await (await tenant.browser.get(`${path}?q=hopp`)).text();
    expect(page).toContain("Has not come yet");
    expect(page).not.toContain("00u-ada");
    const others = await tenant.aUser({ firstName: "Alan", lastName: "Turing" });
    const choice = await (await tenant.browser.get(`${path}/new?q=turing`)).text();
    expect(choice).toContain(
      `/users/${others.id}/identity-provider/edit?identityProviderId=${idp.id}`,
    );
    expect(await (await tenant.browser.get(`${path}/new?q=hopper`)).text()).toContain(
      "Nobody matches",
    );
  });

  test("leads to the question what is to come instead, which the form answers", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const idp = await anIdp(tenant);
    const user = await tenant.aUser({ email: `ada@${idp.domain}` });
    await signInBy(app, tenant.newBrowser(), idp);
    const path = `/identity-providers/${idp.id}/people/${user.id}`;
    const asked = await (await tenant.browser.get(path)).text();
    for (const text of ["With what they have here", "anew", "Not at all: deactivate them"])
      expect(asked).toContain(text);
    expect(asked).not.toContain("By another identity provider");
    const empty = await tenant.browser.post(`${path}?_method=delete`, {});
    expect([empty.status, await empty.text()]).toEqual([
      422,
      expect.stringContaining("Choose how the person is to come in"),
    ]);
    const done = await tenant.browser.post(`${path}?_method=delete`, { way: "password" });
    expect(done.headers.get("location")).toBe(`/identity-providers/${idp.id}/people`);
    const edit = await (
      await tenant.browser.get(`/users/${user.id}/identity-provider/edit`)
    ).text();
    expect(edit).toContain("With what they have here, by no provider");
    expect(await (await tenant.browser.get(`/users/${user.id}`)).text()).toContain(
      "by no provider, as was decided",
    );
  });
});
