// Sending a person to an identity provider, and away from one: what their next sign-in is, and whom it must not happen to.
import { describe, expect, test } from "bun:test";
import { goodPassword, testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { anIdp, type Idp, makeDefault, ok, signInBy } from "../identity-providers/support.ts";
import { isSignedIn, locationOf, mailedCode, resetLink } from "../sign-in/support.ts";
import {
  codeOf,
  comeWith,
  refusalsOf,
  sendTo,
  decide,
  takeAway,
  withoutPassword,
} from "./support.ts";

const app = await testApp();

const outside = "ada@elsewhere.example";

async function aHouse() {
  const tenant = await app.aTenant();
  const idp = await anIdp(tenant);
  return { tenant, idp, browser: tenant.newBrowser() };
}
const as = (user: Pick<TestUser, "email">, nameId = "00u-ada") => ({ email: user.email, nameId });

/** How the account opens by its password: where the browser goes on, or null. */
async function byPassword(tenant: TestTenant, user: TestUser): Promise<string | null> {
  const browser = tenant.newBrowser();
  await browser.post("/sign-in", { email: user.email, return_to: "/", local: "1" });
  return locationOf(await browser.post("/sign-in/password", { password: goodPassword }));
}

describe("somebody sent to a provider", () => {
  test("comes in by it under an address that it may not name otherwise, and by nothing else from then on", async () => {
    const { tenant, idp, browser } = await aHouse();
    const user = await tenant.aUser({ email: outside });
    const sent = await ok<{ isWaiting: boolean }>(sendTo(tenant, user, idp));
    expect(sent).toMatchObject({ isWaiting: true, links: [], hasPassword: true });
    // Until the provider has named them what they have opens the account: it may not know them yet.
    expect(await byPassword(tenant, user)).toBe("/sign-in/code");
    expect(locationOf(await comeWith(app, browser, idp, as(user)))).toBe("/");
    expect(await isSignedIn(browser)).toBe(true);
    expect((await tenant.events("identity_provider.person_linked"))[0]?.data).toMatchObject({
      userId: user.id,
      email: outside,
    });
    expect(await byPassword(tenant, user)).toBeNull();
    // And again, though the address is still none of its own.
    expect(locationOf(await comeWith(app, tenant.newBrowser(), idp, as(user)))).toBe("/");
    expect(await tenant.events("identity_provider.person_created")).toEqual([]);
  });

  test("is told at every verified address, with the way there; a forgotten password tells it too", async () => {
    const { tenant, idp } = await aHouse();
    const user = await tenant.aUser({ email: outside });
    await ok(sendTo(tenant, user, idp));
    const mail = (await tenant.mails()).findLast(({ to }) => to === outside);
    expect(mail?.text).toContain(`${tenant.origin}/sign-in/with/${idp.id}`);
    expect(mail?.text).toContain("by an administrator");
    await comeWith(app, tenant.newBrowser(), idp, as(user));
    expect(await resetLink(tenant, user)).toBe("none");
    const forgotten = (await tenant.mails()).findLast(({ to }) => to === outside);
    expect(forgotten?.subject).toBe(`How you sign in to ${tenant.site.name}`);
    expect(forgotten?.text).toContain(`${tenant.origin}/sign-in/with/${idp.id}`);
  });

  test("is told once: the same decision again does nothing", async () => {
    const { tenant, idp } = await aHouse();
    const user = await tenant.aUser({ email: outside });
    await ok(sendTo(tenant, user, idp));
    await ok(sendTo(tenant, user, idp));
    await comeWith(app, tenant.newBrowser(), idp, as(user));
    await ok(sendTo(tenant, user, idp));
    expect(await tenant.events("provider_people.assigned")).toHaveLength(1);
    expect((await tenant.mails()).filter(({ to }) => to === outside)).toHaveLength(2);
  });

  test("is brought in by no other provider, though their domain is bound to it", async () => {
    const { tenant, idp } = await aHouse();
    const other = await anIdp(tenant);
    const user = await tenant.aUser({ email: `ada@${other.domain}` });
    await ok(sendTo(tenant, user, idp));
    const refused = await signInBy(app, tenant.newBrowser(), other);
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain("An administrator of");
    expect(await refusalsOf(tenant)).toEqual(["sent_elsewhere"]);
    expect(locationOf(await comeWith(app, tenant.newBrowser(), idp, as(user)))).toBe("/");
    expect((await signInBy(app, tenant.newBrowser(), other)).status).toBe(403);
  });

  test("is nobody else: an address that is not verified, another person's, or after they left", async () => {
    const { tenant, idp } = await aHouse();
    const user = await tenant.aUser({ email: outside });
    await ok(sendTo(tenant, user, idp));
    const come = (email: string) =>
      comeWith(app, tenant.newBrowser(), idp, { email, nameId: email }).then(
        ({ status }) => status,
        () => 400,
      );
    const victim = await tenant.aUser({ email: "eve@elsewhere.example" });
    expect(await come(victim.email)).toBe(400);
    await app.asSuperuser(
      `insert into app.user_emails (tenant_id, user_id, email, is_primary) values ($1, $2, 'second@elsewhere.example', false)`,
      [tenant.id, user.id],
    );
    expect(await come("second@elsewhere.example")).toBe(400);
    expect(
      (await tenant.events("identity_provider.response_refused")).map(({ data }) => data["code"]),
    ).toEqual(["address_not_allowed", "address_not_allowed"]);
    await ok(decide(tenant, user, { way: "password" }));
    expect(await come(outside)).toBe(400);
    expect(await tenant.events("session.started")).toEqual([]);
  });

  test("is one subject: a second one of the same address does not come in as them", async () => {
    const { tenant, idp } = await aHouse();
    const user = await tenant.aUser({ email: outside });
    await ok(sendTo(tenant, user, idp));
    await comeWith(app, tenant.newBrowser(), idp, as(user, "first"));
    expect((await comeWith(app, tenant.newBrowser(), idp, as(user, "second"))).status).toBe(403);
    expect(await refusalsOf(tenant)).toEqual(["other_subject"]);
  });

  test("as an administrator confirms it by their own password", async () => {
    const { tenant, idp, browser } = await aHouse();
    const user = await tenant.aUser({ role: "admin", email: outside });
    await ok(sendTo(tenant, user, idp));
    expect(locationOf(await comeWith(app, browser, idp, as(user)))).toBe("/sign-in/link");
    expect(await tenant.events("identity_provider.person_linked")).toEqual([]);
    await browser.post("/sign-in/link", { password: goodPassword });
    const code = await mailedCode(tenant, user.email);
    expect(locationOf(await browser.post("/sign-in/code", { code }))).toBe("/");
    expect(await tenant.events("identity_provider.person_linked")).toHaveLength(1);
  });

  test("who became a super administrator meanwhile is not brought in by the decision", async () => {
    const { tenant, idp } = await aHouse();
    const user = await tenant.aUser({ email: outside });
    await ok(sendTo(tenant, user, idp));
    await ok(tenant.api.patch(`/users/${user.id}`, { role: "super_admin" }));
    const come = comeWith(app, tenant.newBrowser(), idp, as(user));
    expect(come).rejects.toThrow("400");
    await come.catch(() => undefined);
    expect(
      (await tenant.events("identity_provider.response_refused")).map(({ data }) => data["code"]),
    ).toEqual(["address_not_allowed"]);
  });
});

describe("somebody who was brought in before", () => {
  async function linked() {
    const { tenant, idp } = await aHouse();
    const user = await tenant.aUser({ email: outside });
    await ok(sendTo(tenant, user, idp));
    await comeWith(app, tenant.newBrowser(), idp, as(user));
    return { tenant, idp, user };
  }

  test("comes in under an address that is not theirs any more, or never was; it is used for nothing", async () => {
    const { tenant, idp, user } = await linked();
    await app.asSuperuser("update app.user_emails set email = $2 where user_id = $1", [
      user.id,
      "ada@new.example",
    ]);
    const other = await tenant.aUser({ email: "eve@elsewhere.example" });
    for (const email of [outside, "married@elsewhere.example", other.email]) {
      const browser = tenant.newBrowser();
      expect(locationOf(await comeWith(app, browser, idp, as({ email })))).toBe("/");
      expect(await (await browser.get("/profile")).text()).toContain("ada@new.example");
    }
    expect(await tenant.events("identity_provider.person_linked")).toHaveLength(1);
    expect(await tenant.events("identity_provider.person_created")).toEqual([]);
    expect(await tenant.events("identity_provider.response_refused")).toEqual([]);
  });

  test("is the subject alone: another one is refused under such an address as ever", async () => {
    const { tenant, idp } = await linked();
    const other = await tenant.aUser({ email: "eve@elsewhere.example" });
    const come = comeWith(app, tenant.newBrowser(), idp, as(other, "00u-eve"));
    expect(come).rejects.toThrow("400");
    await come.catch(() => undefined);
    expect(
      (await tenant.events("identity_provider.response_refused")).map(({ data }) => data["code"]),
    ).toEqual(["address_not_allowed"]);
  });
});

describe("a person moved to another provider", () => {
  test("loses the link, the sessions that came by it, and comes in by the new one alone", async () => {
    const { tenant, idp, browser } = await aHouse();
    const other = await anIdp(tenant);
    await signInBy(app, browser, idp);
    const id = String((await tenant.events("identity_provider.person_created"))[0]?.data["userId"]);
    const user = { id: id as TestUser["id"], email: `ada@${idp.domain}` };
    const elsewhere = await tenant.signedIn({ ...user, role: "member" } as TestUser);
    await ok(takeAway(tenant, user, idp, { way: "provider", identityProviderId: other.id }));
    expect(await isSignedIn(browser)).toBe(false);
    expect(await isSignedIn(elsewhere)).toBe(true);
    expect((await tenant.events("session.ended")).map(({ data }) => data["reason"])).toEqual([
      "provider_removed",
    ]);
    expect(await tenant.events("identity_provider.person_unlinked")).toHaveLength(1);
    // Their domain still leads there.
    expect((await signInBy(app, tenant.newBrowser(), idp)).status).toBe(403);
    expect(locationOf(await comeWith(app, tenant.newBrowser(), other, as(user, "b-1")))).toBe("/");
    const ways = await ok<{ links: { id: string }[]; isWaiting: boolean }>(
      tenant.api.get(`/users/${id}/identity-provider`),
    );
    expect([ways.links.map((link) => link.id), ways.isWaiting]).toEqual([[other.id], false]);
  });

  test("whose account there was made anew comes in as the new subject", async () => {
    const { tenant, idp } = await aHouse();
    await signInBy(app, tenant.newBrowser(), idp, { nameId: "old" });
    const id = String((await tenant.events("identity_provider.person_created"))[0]?.data["userId"]);
    expect((await signInBy(app, tenant.newBrowser(), idp, { nameId: "new" })).status).toBe(403);
    await ok(takeAway(tenant, { id }, idp, { way: "again" }));
    expect(locationOf(await signInBy(app, tenant.newBrowser(), idp, { nameId: "new" }))).toBe("/");
    expect((await signInBy(app, tenant.newBrowser(), idp, { nameId: "old" })).status).toBe(403);
  });

  test("in the middle of a sign-in by the old one does not finish it", async () => {
    const { tenant, idp, browser } = await aHouse();
    const other = await anIdp(tenant);
    const user = await tenant.aUser({ email: `ada@${idp.domain}` });
    await ok(tenant.api.patch(`/identity-providers/${idp.id}`, { trustsSecondStep: false }));
    expect(locationOf(await signInBy(app, browser, idp))).toBe("/sign-in/code");
    await ok(sendTo(tenant, user, other));
    const code = await mailedCode(tenant, user.email);
    const done = await browser.post("/sign-in/code", { code });
    expect(locationOf(done)).not.toBe("/");
    expect(await isSignedIn(browser)).toBe(false);
    expect(await tenant.events("identity_provider.person_linked")).toEqual([]);
  });
});

describe("a person sent to what they have here", () => {
  async function aPerson(idp: Idp, tenant: TestTenant) {
    const user = await tenant.aUser({ email: `ada@${idp.domain}` });
    await signInBy(app, tenant.newBrowser(), idp);
    return user;
  }

  test("uses their password again, and the provider of their domain brings them in no more", async () => {
    const { tenant, idp } = await aHouse();
    const user = await aPerson(idp, tenant);
    expect(await byPassword(tenant, user)).toBeNull();
    await ok(takeAway(tenant, user, idp, { way: "password" }));
    expect(await byPassword(tenant, user)).toBe("/sign-in/code");
    expect((await signInBy(app, tenant.newBrowser(), idp)).status).toBe(403);
    expect(await refusalsOf(tenant)).toEqual(["sent_elsewhere"]);
    const texts = (await tenant.mails()).filter(({ to }) => to === user.email);
    expect(texts.map(({ text }) => text.includes("/sign-in?local=1"))).toContain(true);
  });

  test("without a password is mailed the way to one, and keeps the account and its groups", async () => {
    const { tenant, idp } = await aHouse();
    const user = await aPerson(idp, tenant);
    await tenant.aGroup("Staff", [user]);
    await withoutPassword(app, user);
    await ok(takeAway(tenant, user, idp, { way: "password" }));
    const link = (await tenant.mails()).findLast(({ to }) => to === user.email)?.link ?? "";
    expect(link).toStartWith("/reset-password/");
    const browser = tenant.newBrowser();
    await browser.post(link);
    const chosen = await browser.post("/sign-in/new-password", { password: goodPassword });
    expect(locationOf(chosen)).toBe("/sign-in/password");
    expect(locationOf(await browser.post("/sign-in/password", { password: goodPassword }))).toBe(
      "/sign-in/code",
    );
    const { state, groups } = await ok<{ state: string; groups: { name: string }[] }>(
      tenant.api.get(`/users/${user.id}`),
    );
    expect([state, groups.map(({ name }) => name)]).toEqual(["active", ["Staff"]]);
  });

  test("comes by their domain's provider again when the decision is taken back", async () => {
    const { tenant, idp } = await aHouse();
    const user = await aPerson(idp, tenant);
    await ok(takeAway(tenant, user, idp, { way: "password" }));
    await ok(tenant.api.delete(`/users/${user.id}/identity-provider`));
    expect(locationOf(await signInBy(app, tenant.newBrowser(), idp))).toBe("/");
    const again = await tenant.api.delete(`/users/${user.id}/identity-provider`);
    expect([again.status, await codeOf(again)]).toEqual([404, "provider_people.nothing_said"]);
  });

  test("deactivated instead, they are out, and the link is gone", async () => {
    const { tenant, idp } = await aHouse();
    const user = await aPerson(idp, tenant);
    const { state, links } = await ok<{ state: string; links: unknown[] }>(
      takeAway(tenant, user, idp, { way: "deactivation" }),
    );
    expect([state, links]).toEqual(["deactivated", []]);
    expect(await tenant.events("user.deactivated")).toHaveLength(1);
  });
});

describe("a decision that something else takes back", () => {
  const withdrawals = async (tenant: TestTenant) =>
    (await tenant.events("provider_people.withdrawn")).map(({ data }) => data["userId"]);

  test("is an event: of a super administrator, and of who is deactivated instead", async () => {
    const { tenant, idp } = await aHouse();
    const [risen, gone] = [await tenant.aUser({ email: outside }), await tenant.aUser()];
    for (const user of [risen, gone]) await ok(sendTo(tenant, user, idp));
    await ok(tenant.api.patch(`/users/${risen.id}`, { role: "super_admin" }));
    // Nor when they are none any more.
    await tenant.aUser({ role: "super_admin" });
    await ok(tenant.api.patch(`/users/${risen.id}`, { role: "member" }));
    const ways = tenant.api.get(`/users/${risen.id}/identity-provider`);
    expect(await ok<object>(ways)).toMatchObject({ word: null, isWaiting: false });
    await ok(takeAway(tenant, gone, idp, { way: "deactivation" }));
    expect(await withdrawals(tenant)).toEqual([risen.id, gone.id]);
  });

  test("of somebody deactivated already is an event, and the page says how letting them in ends", async () => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const idp = await anIdp(tenant);
    const user = await tenant.aUser();
    await ok(sendTo(tenant, user, idp));
    await withoutPassword(app, user);
    await ok(tenant.api.put(`/users/${user.id}/deactivation`));
    const asked = await (
      await tenant.browser.get(`/identity-providers/${idp.id}/people/${user.id}`)
    ).text();
    expect(asked).toContain("They are deactivated already.");
    expect(asked).toContain("let in again, they are invited first");
    await ok(takeAway(tenant, user, idp, { way: "deactivation" }));
    expect(await withdrawals(tenant)).toEqual([user.id]);
    expect(
      await ok<{ state: string }>(tenant.api.delete(`/users/${user.id}/deactivation`)),
    ).toMatchObject({ state: "invited" });
  });
});

describe("the default", () => {
  test("does not bring back whom an administrator has sent to a password", async () => {
    const { tenant, idp } = await aHouse();
    await makeDefault(tenant, idp);
    await ok(tenant.api.patch(`/identity-providers/${idp.id}`, { speaksForAll: true }));
    const user = await tenant.aUser({ email: outside });
    await ok(decide(tenant, user, { way: "password" }));
    expect((await comeWith(app, tenant.newBrowser(), idp, as(user))).status).toBe(403);
  });
});
