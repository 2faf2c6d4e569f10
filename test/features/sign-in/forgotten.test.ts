// A forgotten password: the link, what it leads to, and when it is no good.
import { describe, expect, test } from "bun:test";
import { findTenant } from "#features/tenants/index.ts";
import { recover } from "../../../bin/_recover.ts";
import { goodPassword, testApp } from "../../support/a-tenant.ts";
import {
  isSignedIn,
  locationOf,
  mailedCode,
  resetLink,
  throughPassword,
  withApp,
} from "./support.ts";

const house = await testApp();
const { aTenant } = house;
const newPassword = "copper thimble marsh violin";

describe("the link to a new password", () => {
  test("leads through the new password to a whole sign-in, and ends every session", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const elsewhere = await tenant.signedIn(user);
    const link = await resetLink(tenant, user);
    const browser = tenant.newBrowser();

    expect((await browser.get(link)).status).toBe(200);
    expect(locationOf(await browser.post(link))).toBe("/sign-in/new-password");
    expect(await isSignedIn(browser)).toBe(false);
    const chosen = await browser.post("/sign-in/new-password", { password: newPassword });
    expect(locationOf(chosen)).toBe("/sign-in/password");
    expect(await isSignedIn(browser)).toBe(false);
    expect(await isSignedIn(elsewhere)).toBe(false);

    const page = await browser.get("/sign-in/password");
    expect(await page.text()).toContain(user.email);
    expect((await browser.post("/sign-in/password", { password: goodPassword })).status).toBe(422);
    expect(locationOf(await browser.post("/sign-in/password", { password: newPassword }))).toBe(
      "/sign-in/code",
    );
    await browser.post("/sign-in/code", { code: await mailedCode(tenant, user.email) });
    expect(await isSignedIn(browser)).toBe(true);
  });

  test("records what happened and tells the person by mail", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    await tenant.signedIn(user);
    const browser = tenant.newBrowser();
    await browser.post(await resetLink(tenant, user));
    await browser.post("/sign-in/new-password", { password: newPassword });

    const events = (await tenant.events()).filter(({ name }) => name !== "session.started");
    expect(events.map(({ name, actorKind, subjectId }) => [name, actorKind, subjectId])).toEqual([
      ["password_reset.requested", "visitor", user.id],
      ["password_reset.link_used", "visitor", user.id],
      ["password.reset", "visitor", user.id],
      ["session.ended", "visitor", user.id],
    ]);
    const notice = (await tenant.mails()).at(-1);
    expect(notice?.to).toBe(user.email);
    expect(notice?.subject).toContain("was changed");
    expect(notice?.text).toContain(browser.ip);
    expect(notice?.text).toContain("Firefox on Windows");
  });

  test("still asks for the authenticator app", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    await withApp(house, tenant, user);
    const browser = tenant.newBrowser();
    await browser.post(await resetLink(tenant, user));
    await browser.post("/sign-in/new-password", { password: newPassword });
    const answer = await browser.post("/sign-in/password", { password: newPassword });
    expect(locationOf(answer)).toBe("/sign-in/totp");
  });

  test("keeps what the browser was waiting for", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const browser = tenant.newBrowser();
    await browser.post("/sign-in", { email: user.email, return_to: "/security/sessions" });
    await browser.post(await resetLink(tenant, user));
    await browser.post("/sign-in/new-password", { password: newPassword });
    await browser.post("/sign-in/password", { password: newPassword });
    const answer = await browser.post("/sign-in/code", {
      code: await mailedCode(tenant, user.email),
    });
    expect(locationOf(answer)).toBe("/security/sessions");
  });

  test("lifts the lock that wrong passwords put on the account", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    for (let tries = 0; tries < 51; tries += 1) {
      await throughPassword(tenant.newBrowser(), user.email, "wrong and wrong again");
    }
    expect((await throughPassword(tenant.newBrowser(), user.email)).status).toBe(429);
    const browser = tenant.newBrowser();
    await browser.post(await resetLink(tenant, user));
    await browser.post("/sign-in/new-password", { password: newPassword });
    expect((await browser.post("/sign-in/password", { password: newPassword })).status).toBe(303);
  });

  test("is built from the tenant's own address, whatever the request's host headers say", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const headers = {
      "x-forwarded-host": "evil.example",
      forwarded: "host=evil.example",
      "x-forwarded-proto": "http",
    };
    await tenant.newBrowser().post("/forgotten-password", { email: user.email }, { headers });
    const mail = (await tenant.mails()).at(-1);
    expect(mail?.text).toContain(`${tenant.origin}/reset-password/`);
    expect(mail?.text).not.toContain("evil.example");
  });

  test.each([
    ["too short", "copper thimb", "at least 15"],
    ["common", "passwordpassword", "tried first|too easy"],
    ["made of the person's own names", "AdaLovelaceAcme1", "easy to guess"],
    ["too long", "copper thimble ".repeat(18), "at most 256"],
  ])("refuses a password that is %s, and can be used on", async (_, password, says) => {
    const tenant = await aTenant();
    const user = await tenant.aUser({ firstName: "Ada", lastName: "Lovelace" });
    const browser = tenant.newBrowser();
    await browser.post(await resetLink(tenant, user));
    const answer = await browser.post("/sign-in/new-password", { password });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toMatch(new RegExp(says));
    expect((await throughPassword(tenant.newBrowser(), user.email)).status).toBe(303);
    expect((await browser.post("/sign-in/new-password", { password: newPassword })).status).toBe(
      303,
    );
  });
});

describe("a link that is no good", () => {
  const deadPage = async (answer: Response) => {
    expect(answer.status).toBe(410);
    const nonce = /nonce="([^"]+)"/.exec(await answer.clone().text())?.[1] ?? "";
    return (await answer.text()).replaceAll(nonce, "NONCE");
  };

  test("shows one and the same page for every cause, and says what to do", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const superseded = await resetLink(tenant, user);
    const good = await resetLink(tenant, user);
    const [, , id = "", token = ""] = good.split("/");
    const browser = tenant.newBrowser();
    const pages = [
      await deadPage(await browser.get(superseded)),
      await deadPage(await browser.post(superseded)),
      await deadPage(await browser.get(`/reset-password/${id}/${token.slice(1)}x`)),
      await deadPage(await browser.get(`/reset-password/nonsense/${token}`)),
      await deadPage(await browser.get(`/reset-password/${crypto.randomUUID()}/${token}`)),
      await deadPage(await browser.get(`/verify-email/${id}/${token}`).then((answer) => answer)),
    ];
    await browser.post(good);
    pages.push(await deadPage(await tenant.newBrowser().get(good)));
    const late = await resetLink(tenant, user);
    house.clock.advance({ minutes: 31 });
    pages.push(await deadPage(await tenant.newBrowser().post(late)));

    const [first] = pages;
    expect(first).toContain("/forgotten-password");
    // The fifth is a reset link shown to the door of invitations, which has a page of its own.
    expect(pages.filter((_, at) => at !== 5).every((page) => page === first)).toBe(true);
  });

  test("is not used up by looking at it: GET and HEAD change nothing", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const link = await resetLink(tenant, user);
    for (let looks = 0; looks < 3; looks += 1) {
      expect((await tenant.newBrowser().get(link)).status).toBe(200);
      expect((await tenant.newBrowser().send("HEAD", link, null)).status).toBe(200);
    }
    expect(locationOf(await tenant.newBrowser().post(link))).toBe("/sign-in/new-password");
  });

  test("is used once of ten at the same moment", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const link = await resetLink(tenant, user);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => tenant.newBrowser().post(link)),
    );
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses).toEqual([303, ...Array.from({ length: 9 }, () => 410)]);
  });

  test("means nothing in another tenant", async () => {
    const [ours, theirs] = [await aTenant(), await aTenant()];
    const link = await resetLink(ours, await ours.aUser());
    expect((await theirs.newBrowser().get(link)).status).toBe(410);
    expect((await theirs.newBrowser().post(link)).status).toBe(410);
  });

  test("is dead once the person is deactivated, or changed the password another way", async () => {
    const tenant = await aTenant();
    const [one, other] = [await tenant.aUser(), await tenant.aUser()];
    const [first, second] = [await resetLink(tenant, one), await resetLink(tenant, other)];
    await tenant.tenant.write((db) =>
      db
        .updateTable("users")
        .set({ state: "deactivated", deactivated_at: new Date() })
        .where("id", "=", one.id)
        .execute(),
    );
    expect((await tenant.newBrowser().post(first)).status).toBe(410);

    const browser = await tenant.signedIn(other);
    const fields = { currentPassword: goodPassword, password: newPassword };
    expect((await browser.put("/security/password", fields)).status).toBe(303);
    expect((await tenant.newBrowser().post(second)).status).toBe(410);
  });

  test("cannot be posted by another site", async () => {
    const tenant = await aTenant();
    const link = await resetLink(tenant, await tenant.aUser());
    const headers = { "sec-fetch-site": "cross-site", origin: "https://evil.example" };
    expect((await tenant.newBrowser().post(link, {}, { headers })).status).toBe(403);
    expect((await tenant.newBrowser().get(link)).status).toBe(200);
  });

  test("asked for by anybody takes away neither an invitation nor what the operator handed over", async () => {
    const tenant = await aTenant({ signedInAs: "super_admin" });
    const [user, guest] = [await tenant.aUser(), await tenant.aUser({ state: "invited" })];
    const organisation = await house.services.database.system((db) =>
      findTenant(db, tenant.subdomain),
    );
    if (!organisation) throw new Error("the tenant is not found");
    const handedOver = await recover(
      house.services,
      { kind: "operator", command: "user recover" },
      organisation,
      {
        email: user.email,
        unlink: false,
        keepSecondSteps: false,
        revertPolicyTrial: false,
        defaultPolicy: false,
      },
    );
    await house.asSuperuser(`update app.user_emails set verified_at = now() where user_id = $1`, [
      guest.id,
    ]);
    await tenant.api.post(`/users/${guest.id}/invitation`);
    const invitation = (await tenant.mails()).findLast(({ to }) => to === guest.email)?.link ?? "";
    for (const email of [user.email, guest.email])
      await tenant.newBrowser().post("/forgotten-password", { email });
    const mails = await tenant.mails();
    // By person: which of the two jobs is done first is nobody's promise.
    const links = [user, guest].map(
      ({ email }) => mails.findLast(({ to }) => to === email)?.link ?? "",
    );
    for (const link of [new URL(handedOver.link).pathname, invitation, ...links])
      expect([link, (await tenant.newBrowser().get(link)).status]).toEqual([link, 200]);
    // Used once, the others are gone.
    const browser = tenant.newBrowser();
    await browser.post(links[0] ?? "");
    await browser.post("/sign-in/new-password", { password: newPassword });
    expect((await tenant.newBrowser().get(new URL(handedOver.link).pathname)).status).toBe(410);
  });
});
