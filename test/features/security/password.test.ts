// Changing one's password.
import { describe, expect, test } from "bun:test";
import { goodPassword, testApp } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { isSignedIn, locationOf, sessionCookie, throughPassword } from "../sign-in/support.ts";

const house = await testApp();
const { aTenant } = house;
const newPassword = "copper thimble marsh violin";

const change = (browser: Browser, currentPassword: string, password: string) =>
  browser.put("/security/password", { currentPassword, password });

describe("PUT /security/password", () => {
  test("changes it, ends the other sessions, renews this one, records and tells it", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser, me } = tenant;
    const other = await tenant.signedIn(me);
    const before = browser.cookies.get(sessionCookie);
    const answer = await change(browser, goodPassword, newPassword);

    expect([answer.status, locationOf(answer)]).toEqual([303, "/security"]);
    expect(await isSignedIn(browser)).toBe(true);
    expect(await isSignedIn(other)).toBe(false);
    const copied = tenant.newBrowser();
    if (before) copied.cookies.set(sessionCookie, before);
    expect(await isSignedIn(copied)).toBe(false);
    expect((await throughPassword(tenant.newBrowser(), me.email)).status).toBe(422);
    expect((await throughPassword(tenant.newBrowser(), me.email, newPassword)).status).toBe(303);
    expect(await tenant.events("password.changed")).toMatchObject([
      { actorKind: "user", subjectId: me.id },
    ]);
    const notice = (await tenant.mails())[0];
    expect(notice?.to).toBe(me.email);
    expect(notice?.subject).toContain("was changed");
  });

  test("refuses a wrong current password and records it", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const answer = await change(tenant.browser, "not the current one", newPassword);
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain("This is not your current password");
    expect(await tenant.events("authenticators.proof_refused")).toMatchObject([
      { subjectId: tenant.me.id, data: { cause: "wrong_password" } },
    ]);
    expect((await throughPassword(tenant.newBrowser(), tenant.me.email)).status).toBe(303);
  });

  test("is closed after ten wrong ones in a quarter of an hour", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    for (let tries = 0; tries < 10; tries += 1) {
      expect((await change(tenant.browser, "wrong and wrong", newPassword)).status).toBe(422);
    }
    const answer = await change(tenant.browser, goodPassword, newPassword);
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await tenant.events("password.changed")).toEqual([]);
    house.clock.advance({ minutes: 31 });
    expect((await change(tenant.browser, goodPassword, newPassword)).status).toBe(303);
  });

  test.each([
    ["the current one", goodPassword, "This is the current password"],
    ["too short", "copper thimb", "at least 15"],
    ["a common one", "1234567890123456", "tried first|too easy"],
    ["made of the organisation's name", "Tenant tenant tenant", "too easy"],
    ["missing", "", "Type the new password"],
  ])("refuses a new password that is %s", async (_, password, says) => {
    const tenant = await aTenant({ signedInAs: "member" });
    const answer = await change(tenant.browser, goodPassword, password);
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(page).toMatch(new RegExp(says));
    expect(page).not.toContain(goodPassword);
  });

  test("refuses a person's own names and address", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser({ firstName: "Wilhelmina", lastName: "Strathclyde" });
    const browser = await tenant.signedIn(user);
    for (const password of ["wilhelminastrathclyde", user.email]) {
      expect((await change(browser, goodPassword, password)).status).toBe(422);
    }
  });

  test("is not for people who are not signed in, nor for other sites", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    expect(locationOf(await change(tenant.newBrowser(), goodPassword, newPassword))).toStartWith(
      "/sign-in",
    );
    const headers = { "sec-fetch-site": "same-site", origin: "https://other.id.weft.test" };
    const fields = { currentPassword: goodPassword, password: newPassword };
    expect((await tenant.browser.put("/security/password", fields, { headers })).status).toBe(403);
    expect((await throughPassword(tenant.newBrowser(), tenant.me.email)).status).toBe(303);
  });

  test("rates while one types", async () => {
    const { browser } = await aTenant({ signedInAs: "member" });
    const path = "/security/password/strength";
    const answer = await browser.fragment(path, "password-meter", { password: newPassword });
    expect(answer.status).toBe(200);
    const meter = await answer.text();
    expect(meter).toContain('data-score="4"');
    expect(meter).toContain("guessing it would take centuries");
  });
});
