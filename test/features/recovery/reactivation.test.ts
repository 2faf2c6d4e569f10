// Being let in again: asking with a link of one's own, and what administrators make of it.
import { describe, expect, test } from "bun:test";
import { issueLink, linkPath } from "#features/one-time-links/index.ts";
import { formatTime } from "#platform/ui/index.ts";
import type { Role } from "#src/permissions.ts";
import { testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { locationOf } from "../sign-in/support.ts";
import { codeOf, statusesOf } from "./support.ts";

const world = await testApp();
const json = { headers: { accept: "application/json" } };

/** What somebody deactivated gets by their password or their mailbox. */
async function linkOf({ tenant }: TestTenant, { id: userId, email }: TestUser): Promise<string> {
  const now = world.clock.now();
  const purpose = "reactivation";
  return linkPath(
    purpose,
    await tenant.write((db) => issueLink(db, { userId, email, purpose, now })),
  );
}

const reason = "I am back from leave <b>now</b>\nplease";

interface List {
  readonly items: { id: string; state: string; reason: string; mayDecide: boolean }[];
  readonly next: string | null;
}
const waiting = async (tenant: TestTenant) =>
  (await (await tenant.api.get("/recovery/reactivation-requests?state=waiting")).json()) as List;

async function aRequest({ role = "member" }: { role?: Role } = {}) {
  const tenant = await world.aTenant({ signedInAs: "admin" });
  const user = await tenant.aUser({ state: "deactivated", role, firstName: "Grace" });
  const link = await linkOf(tenant, user);
  world.services.mail.sent.length = 0;
  const asked = await tenant.newBrowser().post(link, { reason });
  expect(asked.status).toBe(200);
  const [request] = (await waiting(tenant)).items;
  return {
    tenant,
    user,
    path: `/recovery/reactivation-requests/${request?.id}`,
    asked: await asked.text(),
  };
}

describe("/reactivation/:linkId/:token", () => {
  test("shows a form, takes the request once, and tells administrators in one message", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const [user, another] = [
      await tenant.aUser({ state: "deactivated", firstName: "Grace" }),
      await tenant.aUser({ state: "deactivated", firstName: "Edsger" }),
    ];
    const boss = await tenant.aUser({ role: "super_admin" });
    const link = await linkOf(tenant, user);
    const form = await (await tenant.newBrowser().get(link)).text();
    expect(form).toContain('name="reason"');
    expect(await waiting(tenant)).toEqual({ items: [], next: null });

    const asked = await tenant.newBrowser().post(link, { reason });
    expect(await asked.text()).toContain("with the administrators");
    await tenant.newBrowser().post(await linkOf(tenant, another), { reason: "Me too" });

    const mails = await tenant.mails();
    expect(mails.map(({ to }) => to).toSorted()).toEqual([boss.email, tenant.me.email].toSorted());
    for (const { text, link: to } of mails) {
      expect(to).toBe("/recovery");
      expect(text).toContain("Grace");
      expect(text).toContain("Edsger");
      // A stranger's words do not travel in our mail.
      expect(text).not.toContain("back from leave");
    }
    expect(await tenant.events("reactivation.requested")).toMatchObject([
      { subjectId: user.id, actorKind: "visitor" },
      { subjectId: another.id },
    ]);
    expect((await tenant.newBrowser().get(link)).status).toBe(410);
    expect((await tenant.newBrowser().post(link, { reason })).status).toBe(410);
  });

  test("wants a reason that can be read, and keeps what was typed", async () => {
    const tenant = await world.aTenant();
    const user = await tenant.aUser({ state: "deactivated" });
    const link = await linkOf(tenant, user);
    const post = (text: string) => tenant.newBrowser().post(link, { reason: text });
    expect((await post("  ")).status).toBe(422);
    const long = await post(`${"word ".repeat(200)}end.`);
    expect(long.status).toBe(422);
    expect(await long.text()).toContain("word word");
    expect((await post("turned \u202e around")).status).toBe(422);
    expect((await waiting(tenant)).items).toEqual([]);
    expect((await post("x".repeat(1_000))).status).toBe(200);
  });

  test("has one open request a person, and says so", async () => {
    const { tenant, user } = await aRequest();
    const link = await linkOf(tenant, user);
    const page = await (await tenant.newBrowser().get(link)).text();
    expect(page).toContain("You asked on");
    expect(page).not.toContain('name="reason"');
    expect((await tenant.newBrowser().post(link, { reason: "Again" })).status).toBe(200);
    expect((await waiting(tenant)).items).toHaveLength(1);
  });

  test("of two posts of one link at once one is a request", async () => {
    const tenant = await world.aTenant();
    const user = await tenant.aUser({ state: "deactivated" });
    const link = await linkOf(tenant, user);
    await Promise.all([1, 2].map(() => tenant.newBrowser().post(link, { reason })));
    expect((await waiting(tenant)).items).toHaveLength(1);
    expect(await tenant.events("reactivation.requested")).toHaveLength(1);
  });

  test("is dead for somebody active, another tenant, a wrong token, and after a day", async () => {
    const [tenant, stranger] = [await world.aTenant(), await world.aTenant()];
    const active = await tenant.aUser();
    const user = await tenant.aUser({ state: "deactivated" });
    const ofActive = await linkOf(tenant, active);
    const link = await linkOf(tenant, user);
    expect((await tenant.newBrowser().get(ofActive)).status).toBe(410);
    expect((await tenant.newBrowser().post(ofActive, { reason })).status).toBe(410);
    expect((await stranger.newBrowser().post(link, { reason })).status).toBe(410);
    expect((await tenant.newBrowser().post(`${link}x`, { reason })).status).toBe(410);
    expect(
      (await tenant.newBrowser().get(link.replace("/reactivation/", "/reset-password/"))).status,
    ).toBe(410);
    world.clock.advance({ hours: 25 });
    expect((await tenant.newBrowser().post(link, { reason })).status).toBe(410);
    expect((await waiting(tenant)).items).toEqual([]);
  });
});

describe("an administrator", () => {
  test("sees who asks and why, lets them in, and they are told", async () => {
    const { tenant, user, path } = await aRequest();
    expect(await (await tenant.browser.get("/recovery")).text()).toContain(path);
    const page = await (await tenant.browser.get(path)).text();
    expect(page).toContain("I am back from leave &lt;b&gt;now&lt;/b&gt;<br/>please");
    await tenant.mails();
    world.services.mail.sent.length = 0;

    expect(locationOf(await tenant.browser.put(`${path}/approval`))).toBe("/recovery");

    expect(await (await tenant.api.get(`/users/${user.id}`)).json()).toMatchObject({
      state: "active",
    });
    expect((await tenant.mails()).map(({ to }) => to)).toEqual([user.email]);
    const names = (await tenant.events()).map(({ name }) => name);
    expect(names).toContain("reactivation.approved");
    expect(names).toContain("user.reactivated");
    const history = await (await tenant.browser.get("/recovery/reactivation-requests")).text();
    expect(history).toContain(tenant.me.lastName);
    expect(await (await tenant.browser.get("/recovery")).text()).toContain("Nothing to do");
  });

  test("denies: they are told, and may ask again after 30 days", async () => {
    const { tenant, user, path } = await aRequest();
    await tenant.mails();
    world.services.mail.sent.length = 0;
    await tenant.browser.put(`${path}/denial`);
    const [mail, ...more] = await tenant.mails();
    expect(more).toEqual([]);
    expect(mail?.to).toBe(user.email);
    const again = formatTime(
      new Date(world.clock.now().getTime() + 30 * 86_400_000),
      "UTC",
      "date",
    );
    expect(mail?.text).toContain(`ask again from ${again}`);

    const link = await linkOf(tenant, user);
    expect(await (await tenant.newBrowser().post(link, { reason })).text()).toContain("was denied");
    expect((await waiting(tenant)).items).toEqual([]);
    world.clock.advance({ days: 30, minutes: 1 });
    const later = await linkOf(tenant, user);
    expect(await (await tenant.newBrowser().post(later, { reason })).text()).toContain("were told");
    expect((await waiting(tenant)).items).toHaveLength(1);
  });

  test("a denial is over once somebody lets them in: deactivated again, they may ask at once", async () => {
    const { tenant, user, path } = await aRequest();
    await tenant.browser.put(`${path}/denial`);
    await tenant.browser.delete(`/users/${user.id}/deactivation`);
    await tenant.browser.put(`/users/${user.id}/deactivation`);
    const link = await linkOf(tenant, user);
    expect(await (await tenant.newBrowser().get(link)).text()).toContain('name="reason"');
    expect(await (await tenant.newBrowser().post(link, { reason })).text()).toContain("were told");
    expect((await waiting(tenant)).items).toHaveLength(1);
    // The denial stays in the history.
    expect(await (await tenant.api.get(path)).json()).toMatchObject({ state: "denied" });
  });

  test("who lets them in on the person's page answers the request too", async () => {
    const { tenant, user, path } = await aRequest();
    await tenant.browser.delete(`/users/${user.id}/deactivation`);
    const request = await (await tenant.api.get(path)).json();
    expect(request).toMatchObject({ state: "approved", decidedBy: { id: tenant.me.id } });
    expect(await codeOf(await tenant.browser.put(`${path}/denial`, {}, json))).toBe(
      "recovery.already_decided",
    );
  });

  test("invites somebody again who never chose a password", async () => {
    const { tenant, user, path } = await aRequest();
    await tenant.tenant.write((db) =>
      db.updateTable("users").set({ password_hash: null }).where("id", "=", user.id).execute(),
    );
    await tenant.mails();
    world.services.mail.sent.length = 0;
    expect((await tenant.api.put(`${path}/approval`)).status).toBe(200);
    const [mail] = await tenant.mails();
    expect(mail?.link).toStartWith("/verify-email/");
  });

  test("does not decide about somebody above their role, and is not told", async () => {
    const { tenant, user, path } = await aRequest({ role: "super_admin" });
    expect((await tenant.mails()).map(({ to }) => to)).toEqual([]);
    expect((await tenant.browser.put(`${path}/approval`)).status).toBe(403);
    expect((await tenant.browser.put(`${path}/denial`)).status).toBe(403);
    const page = await (await tenant.browser.get(path)).text();
    expect(page).not.toContain(`${path}/approval`);
    expect(await (await tenant.api.get(`/users/${user.id}`)).json()).toMatchObject({
      state: "deactivated",
    });
    const member = await tenant.signedIn(await tenant.aUser());
    expect((await member.get(path)).status).toBe(403);
  });

  test("sees and touches nothing of another tenant", async () => {
    const { path, tenant } = await aRequest();
    const stranger = await world.aTenant({ signedInAs: "super_admin" });
    expect((await stranger.browser.get(path)).status).toBe(404);
    expect((await stranger.api.put(`${path}/approval`)).status).toBe(404);
    expect(await (await stranger.api.get("/recovery")).json()).toEqual({
      reactivationRequests: [],
      factorResets: [],
    });
    expect((await waiting(tenant)).items).toHaveLength(1);
  });

  test("of two who decide at once one does", async () => {
    const { tenant, path } = await aRequest();
    const other = await tenant.signedIn(await tenant.aUser({ role: "admin" }));
    const both = await Promise.all([
      tenant.browser.put(`${path}/approval`, {}, json),
      other.put(`${path}/denial`, {}, json),
    ]);
    expect(statusesOf(both)).toEqual([200, 409]);
  });
});

test("a flood of requests is told in few messages", async () => {
  const tenant = await world.aTenant({ signedInAs: "admin" });
  world.services.mail.sent.length = 0;
  for (let n = 0; n < 14; n += 1) {
    const user = await tenant.aUser({ state: "deactivated" });
    await tenant.newBrowser().post(await linkOf(tenant, user), { reason });
    await world.runJobs();
  }
  expect(await tenant.mails()).toHaveLength(12);
});
