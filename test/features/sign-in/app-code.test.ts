// Codes of the authenticator app and backup codes: each counts once.
import { describe, expect, test } from "bun:test";
import { testApp } from "../../support/a-tenant.ts";
import { throughPassword, withApp, wrong } from "./support.ts";

const house = await testApp();
const { aTenant } = house;

describe("POST /sign-in/totp", () => {
  async function atTotp() {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const app = await withApp(house, tenant, user);
    const browser = tenant.newBrowser();
    await throughPassword(browser, user.email);
    return { tenant, user, app, browser };
  }

  test("takes a code once: not again in the same step, in another sign-in", async () => {
    const { tenant, user, app, browser } = await atTotp();
    const code = app.code();
    expect((await browser.post("/sign-in/totp", { code })).status).toBe(303);

    const other = tenant.newBrowser();
    await throughPassword(other, user.email);
    const again = await other.post("/sign-in/totp", { code });
    expect(again.status).toBe(422);
    house.clock.advance({ seconds: 30 });
    expect((await other.post("/sign-in/totp", { code: app.code() })).status).toBe(303);
  });

  test("takes a code once of two sign-ins at the same moment", async () => {
    const { tenant, user, app, browser } = await atTotp();
    const other = tenant.newBrowser();
    await throughPassword(other, user.email);
    const code = app.code();
    const answers = await Promise.all(
      [browser, other].map((each) => each.post("/sign-in/totp", { code })),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 422]);
  });

  test("ends the sign-in after five wrong codes, by app or by backup code", async () => {
    const { tenant, user, app, browser } = await atTotp();
    for (let tries = 0; tries < 2; tries += 1) {
      expect((await browser.post("/sign-in/totp", { code: wrong(app.code()) })).status).toBe(422);
      const codes = { code: "0000-0000-0000-0000-0000-0000" };
      expect((await browser.post("/sign-in/backup-code", codes)).status).toBe(422);
    }
    expect((await browser.post("/sign-in/totp", { code: "000000" })).status).toBe(410);
    expect((await browser.post("/sign-in/totp", { code: app.code() })).status).toBe(410);
    expect(await tenant.events("session.started")).toEqual([]);
    const causes = await tenant.events("sign_in.second_step_refused");
    expect(causes.map(({ data }) => data["method"])).toEqual([
      "totp",
      "backup_code",
      "totp",
      "backup_code",
      "totp",
    ]);
    expect(causes.every(({ subjectId }) => subjectId === user.id)).toBe(true);
  });

  test("takes the person's own code, of several who have an app, and nobody else's", async () => {
    const { tenant, app, browser: first } = await atTotp();
    const other = await tenant.aUser();
    const theirs = await withApp(house, tenant, other);
    const browser = tenant.newBrowser();
    await throughPassword(browser, other.email);
    expect((await browser.post("/sign-in/totp", { code: app.code() })).status).toBe(422);
    expect((await browser.post("/sign-in/totp", { code: theirs.code() })).status).toBe(303);
    expect((await first.post("/sign-in/totp", { code: app.code() })).status).toBe(303);
  });

  test("takes no code by e-mail", async () => {
    const { browser } = await atTotp();
    expect((await browser.post("/sign-in/code", { code: "12345678" })).status).toBe(410);
    expect((await browser.post("/sign-in/codes")).status).toBe(410);
  });
});

describe("POST /sign-in/backup-code", () => {
  test("takes a code once, also of two at the same moment", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const { backupCodes } = await withApp(house, tenant, user);
    const browsers = [tenant.newBrowser(), tenant.newBrowser(), tenant.newBrowser()];
    for (const browser of browsers) await throughPassword(browser, user.email);
    const [code = ""] = backupCodes;
    const answers = await Promise.all(
      browsers.map((browser) => browser.post("/sign-in/backup-code", { code })),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 422, 422]);
    const later = tenant.newBrowser();
    await throughPassword(later, user.email);
    expect((await later.post("/sign-in/backup-code", { code })).status).toBe(422);
  });

  test("takes nobody else's code", async () => {
    const tenant = await aTenant();
    const [one, other] = [await tenant.aUser(), await tenant.aUser()];
    const { backupCodes } = await withApp(house, tenant, one);
    await withApp(house, tenant, other);
    const browser = tenant.newBrowser();
    await throughPassword(browser, other.email);
    const answer = await browser.post("/sign-in/backup-code", { code: backupCodes[0] ?? "" });
    expect(answer.status).toBe(422);
  });
});
