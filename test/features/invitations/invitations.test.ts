// From an invitation in the mailbox to a session.
import { describe, expect, test } from "bun:test";
import { inviteUser, resendInvitation } from "#features/invitations/index.ts";
import type { Actor } from "#src/actor.ts";
import { goodPassword, testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { isSignedIn, locationOf, mailedCode, signIn, throughPassword } from "../sign-in/support.ts";

const house = await testApp();
const { aTenant } = house;
const operator: Actor = { kind: "operator", command: "test" };

async function invited(more: { founding?: boolean } = {}) {
  const tenant = await aTenant();
  const user = await tenant.aUser({ state: "invited" });
  const link = await invite(tenant, user, more);
  return { tenant, user, link };
}

async function invite(tenant: TestTenant, user: TestUser, more: { founding?: boolean } = {}) {
  const invitee = { userId: user.id, now: house.clock.now(), ...more };
  const { url } = await tenant.tenant.write((db) => inviteUser(db, tenant.post, operator, invitee));
  expect(url).toStartWith(`${tenant.origin}/verify-email/`);
  return url.slice(tenant.origin.length);
}

const stateOf = async (tenant: TestTenant, user: TestUser) => {
  const [row] = await tenant.tenant.read((db) =>
    db
      .selectFrom("users as u")
      .innerJoin("user_emails as e", "e.user_id", "u.id")
      .select(["u.state", "e.verified_at"])
      .where("u.id", "=", user.id)
      .execute(),
  );
  return { state: row?.state, isVerified: row?.verified_at instanceof Date };
};

describe("an invitation", () => {
  test("comes by mail with the link", async () => {
    const { tenant, user, link } = await invited();
    const [mail, ...more] = await tenant.mails();
    expect(more).toEqual([]);
    expect(mail).toMatchObject({ to: user.email, link });
    expect(mail?.subject).toContain("You are invited");
    expect(await tenant.events("invitation.sent")).toMatchObject([
      { actorKind: "operator", subjectId: user.id, data: { again: false } },
    ]);
  });

  test("says something else to the person who begins a tenant", async () => {
    const { tenant } = await invited({ founding: true });
    const [mail] = await tenant.mails();
    expect(mail?.subject).toContain("Set up");
    expect(mail?.text).toContain("first administrator");
  });

  test("leads by address, password and code to a session", async () => {
    const { tenant, user, link } = await invited();
    const browser = tenant.newBrowser();
    const page = await browser.get(link);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain(user.firstName);
    expect(await stateOf(tenant, user)).toEqual({ state: "invited", isVerified: false });

    expect(locationOf(await browser.post(link))).toBe("/sign-in/new-password");
    expect(await stateOf(tenant, user)).toEqual({ state: "invited", isVerified: true });
    const chosen = await browser.post("/sign-in/new-password", { password: goodPassword });
    expect(locationOf(chosen)).toBe("/sign-in/code");
    expect(await stateOf(tenant, user)).toEqual({ state: "active", isVerified: true });
    expect(await isSignedIn(browser)).toBe(false);
    const code = await mailedCode(tenant, user.email);
    expect(locationOf(await browser.post("/sign-in/code", { code }))).toBe("/");
    expect(await isSignedIn(browser)).toBe(true);

    expect((await tenant.events()).map(({ name }) => name)).toEqual([
      "invitation.sent",
      "invitation.accepted",
      "password.chosen",
      "session.started",
    ]);
  });

  test("brings the person to the application they came from", async () => {
    const { tenant, user, link } = await invited();
    const browser = tenant.newBrowser();
    await browser.post("/sign-in", { email: user.email, return_to: "/security/sessions?from=app" });
    await browser.post(link);
    await browser.post("/sign-in/new-password", { password: goodPassword });
    const answer = await browser.post("/sign-in/code", {
      code: await mailedCode(tenant, user.email),
    });
    expect(locationOf(answer)).toBe("/security/sessions?from=app");
  });

  test("left after the password goes on by an ordinary sign-in", async () => {
    const { tenant, user, link } = await invited();
    const browser = tenant.newBrowser();
    await browser.post(link);
    await browser.post("/sign-in/new-password", { password: goodPassword });
    await signIn(tenant, tenant.newBrowser(), user);
  });

  test("is dead after one use, seven days, a newer one, a deactivation: each time with the same page", async () => {
    const used = await invited();
    await used.tenant.newBrowser().post(used.link);
    const late = await invited();
    house.clock.advance({ days: 7, seconds: 1 });
    const replaced = await invited();
    await invite(replaced.tenant, replaced.user);
    const stopped = await invited();
    await stopped.tenant.tenant.write((db) =>
      db
        .updateTable("users")
        .set({ state: "deactivated", deactivated_at: new Date() })
        .where("id", "=", stopped.user.id)
        .execute(),
    );
    const texts = new Set<string>();
    for (const { tenant, link } of [used, late, replaced, stopped]) {
      for (const answer of [
        await tenant.newBrowser().get(link),
        await tenant.newBrowser().post(link),
      ]) {
        expect(answer.status).toBe(410);
        texts.add(/<main.*<\/main>/s.exec(await answer.text())?.[0] ?? "no main");
      }
    }
    expect(texts.size).toBe(1);
    expect([...texts][0]).toContain("ask the administrator who invited you");
  });

  test("is not used up by a program that opens links, and by one of ten at once", async () => {
    const { tenant, link } = await invited();
    for (let looks = 0; looks < 3; looks += 1) {
      expect((await tenant.newBrowser().get(link)).status).toBe(200);
      expect((await tenant.newBrowser().send("HEAD", link, null)).status).toBe(200);
    }
    // Such a program posts without a browser's headers.
    const headers = { "sec-fetch-site": undefined, origin: undefined };
    expect((await tenant.newBrowser().post(link, {}, { headers })).status).toBe(403);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => tenant.newBrowser().post(link)),
    );
    expect(answers.filter(({ status }) => status === 303).length).toBe(1);
  });

  test("gives no second password with the id of the link alone", async () => {
    const { tenant, user, link } = await invited();
    const [, , id = ""] = link.split("/");
    const browser = tenant.newBrowser();
    await browser.post(link);
    await browser.post("/sign-in/new-password", { password: goodPassword });
    const thief = tenant.newBrowser();
    for (const token of ["", "x", "A".repeat(43)]) {
      const answer = await thief.post(`/verify-email/${id}/${token}`);
      expect([404, 410]).toContain(answer.status);
    }
    expect(
      (await thief.post("/sign-in/new-password", { password: "another good one here" })).status,
    ).toBe(410);
    expect((await throughPassword(tenant.newBrowser(), user.email)).status).toBe(303);
  });

  test("means nothing in another tenant", async () => {
    const { link } = await invited();
    const other = await aTenant();
    expect((await other.newBrowser().post(link)).status).toBe(410);
  });
});

describe("sending it again", () => {
  const again = (tenant: TestTenant, user: TestUser, actor: Actor) =>
    tenant.tenant.write((db) =>
      resendInvitation(db, tenant.post, actor, { userId: user.id, now: house.clock.now() }),
    );
  const admin = (tenant: TestTenant): Actor => ({
    kind: "visitor",
    userId: null,
    origin: { requestId: tenant.id, ip: "203.0.113.1", userAgent: "" },
  });

  test("replaces the link", async () => {
    const { tenant, user, link } = await invited();
    const { url } = await again(tenant, user, admin(tenant));
    expect((await tenant.newBrowser().post(link)).status).toBe(410);
    expect((await tenant.newBrowser().post(url.slice(tenant.origin.length))).status).toBe(303);
    expect((await tenant.events("invitation.sent")).map(({ data }) => data["again"])).toEqual([
      false,
      true,
    ]);
  });

  test("happens five times an hour for an administrator, and as often as needed for an operator", async () => {
    const { tenant, user } = await invited();
    for (let sends = 0; sends < 5; sends += 1) await again(tenant, user, admin(tenant));
    expect(again(tenant, user, admin(tenant))).rejects.toMatchObject({
      code: "invitations.too_many",
    });
    for (let sends = 0; sends < 3; sends += 1) await again(tenant, user, operator);
  });

  test("is refused for people who are active, deactivated or not there", async () => {
    const tenant = await aTenant();
    const other = await aTenant();
    const cases = [
      [await tenant.aUser(), "invitations.already_accepted"],
      [await tenant.aUser({ state: "deactivated" }), "invitations.deactivated"],
      [await other.aUser({ state: "invited" }), "invitations.no_such_person"],
    ] as const;
    for (const [user, code] of cases) {
      expect(again(tenant, user, operator)).rejects.toMatchObject({ code });
    }
    expect(await tenant.mails()).toEqual([]);
  });
});

describe("whoever invited", () => {
  const accept = async (tenant: TestTenant, user: { email: string }) => {
    const mails = await tenant.mails();
    const link = mails.findLast(({ to }) => to === user.email)?.link ?? "none";
    expect((await tenant.newBrowser().post(link)).status).toBe(303);
  };
  const told = async (tenant: TestTenant) =>
    (await tenant.mails()).filter(({ subject }) => subject.includes("was accepted"));

  test("is told once that the invitation was accepted, by whom, and where to undo it", async () => {
    const tenant = await aTenant({ signedInAs: "admin" });
    await tenant.browser.post("/users", {
      firstName: "Grace",
      lastName: "Hopper",
      email: "grace@example.com",
      role: "member",
    });
    const [sent] = await tenant.events("invitation.sent");
    const grace = { email: "grace@example.com" };
    await accept(tenant, grace);
    const [mail, ...more] = await told(tenant);
    expect(more).toEqual([]);
    expect(mail).toMatchObject({ to: tenant.me.email, link: `/users/${sent?.subjectId}` });
    expect(mail?.text).toContain("Grace Hopper (grace@example.com)");
    // She stopped before the password, and asks for another link: no news.
    await tenant.browser.post(`/users/${sent?.subjectId}/invitation`);
    await accept(tenant, grace);
    expect(await told(tenant)).toHaveLength(1);
  });

  test("is told nothing as an operator, or when no administrator any more", async () => {
    const { tenant, user } = await invited();
    await accept(tenant, user);
    expect(await told(tenant)).toEqual([]);
    const other = await aTenant({ signedInAs: "admin" });
    const person = await other.aUser({ state: "invited" });
    await other.browser.post(`/users/${person.id}/invitation`);
    await other.tenant.write((db) =>
      db.updateTable("users").set({ role: "member" }).where("id", "=", other.me.id).execute(),
    );
    await accept(other, person);
    expect(await told(other)).toEqual([]);
  });
});
