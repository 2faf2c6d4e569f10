// Setting up, replacing and removing the authenticator app, and its backup codes.
import { describe, expect, test } from "bun:test";
import { totpCode, totpStep } from "#protocols/totp.ts";
import { goodPassword, testApp, type TestTenant } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { isSignedIn, locationOf, throughPassword, withApp, wrong } from "../sign-in/support.ts";

const house = await testApp();
const { aTenant, clock } = house;
const path = "/security/authenticator-app";

async function begin(browser: Browser, fields: Record<string, string> = {}): Promise<Response> {
  return browser.post(path, { currentPassword: goodPassword, ...fields });
}

/** The key shown for typing, without its spaces. */
async function shownKey(browser: Browser): Promise<string> {
  const page = await (await browser.get(`${path}/confirmation`)).text();
  return /id="totp-key"[^>]*>([A-Z2-7 ]+)</.exec(page)?.[1]?.replaceAll(" ", "") ?? "no key";
}

const codesOn = (page: string) => page.match(/\b[0-9a-z]{4}(?:-[0-9a-z]{4}){5}\b/g) ?? [];
const secondStep = async (tenant: TestTenant) =>
  locationOf(await throughPassword(tenant.newBrowser(), tenant.me.email));

describe("setting up an app", () => {
  test("shows key and picture, takes the first code, and shows ten backup codes once", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser, me } = tenant;
    expect(locationOf(await begin(browser))).toBe(`${path}/confirmation`);
    const page = await (await browser.get(`${path}/confirmation`)).text();
    expect(page).toContain("<svg");
    const secret = await shownKey(browser);
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(await secondStep(tenant)).toBe("/sign-in/code");

    const answer = await browser.post(`${path}/confirmation`, {
      code: totpCode(secret, totpStep(clock.now())),
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(new Set(codesOn(await answer.text())).size).toBe(10);
    expect(await secondStep(tenant)).toBe("/sign-in/totp");
    expect((await tenant.events()).map(({ name }) => name)).toEqual([
      "session.started",
      "totp.started",
      "totp.confirmed",
      "backup_codes.issued",
    ]);
    const notices = (await tenant.mails()).filter(({ code }) => code === "");
    expect(notices.map(({ to, subject }) => [to, subject.split(" your ")[0]])).toEqual([
      [me.email, "An authenticator app protects"],
    ]);
    expect((await browser.get(`${path}/confirmation`)).status).toBe(303);
  });

  test("keeps the secret sealed and backup codes hashed", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    await begin(tenant.browser);
    const secret = await shownKey(tenant.browser);
    const code = totpCode(secret, totpStep(clock.now()));
    const codes = codesOn(
      await (await tenant.browser.post(`${path}/confirmation`, { code })).text(),
    );
    const rows = await house.asSuperuser(
      `select t::text as row from app.totp_authenticators t where tenant_id = $1
       union all select b::text from app.backup_codes b where tenant_id = $1`,
      [tenant.id],
    );
    const stored = JSON.stringify(rows);
    for (const plain of [secret, ...codes, ...codes.map((each) => each.replaceAll("-", ""))]) {
      expect(stored).not.toContain(plain);
      expect(stored).not.toContain(Buffer.from(plain).toString("hex"));
    }
  });

  test("uses the first code up: it does not open a sign-in in the same step", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    await begin(tenant.browser);
    const secret = await shownKey(tenant.browser);
    const code = totpCode(secret, totpStep(clock.now()));
    await tenant.browser.post(`${path}/confirmation`, { code });
    const browser = tenant.newBrowser();
    await throughPassword(browser, tenant.me.email);
    expect((await browser.post("/sign-in/totp", { code })).status).toBe(422);
  });

  test("needs the password, makes nothing by a GET, and refuses a wrong first code", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser } = tenant;
    expect((await browser.get(path)).status).toBe(200);
    expect((await browser.get(`${path}/confirmation`)).status).toBe(303);
    expect((await begin(browser, { currentPassword: "not the password" })).status).toBe(422);
    expect((await browser.get(`${path}/confirmation`)).status).toBe(303);
    await begin(browser);
    const secret = await shownKey(browser);
    const code = totpCode(secret, totpStep(clock.now()));
    expect(
      (await browser.post(`${path}/confirmation`, { code: wrong(code).slice(2) })).status,
    ).toBe(422);
    expect(await shownKey(browser)).toBe(secret);
    expect(await secondStep(tenant)).toBe("/sign-in/code");
  });

  test("has to be finished within ten minutes", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    await begin(tenant.browser);
    const secret = await shownKey(tenant.browser);
    clock.advance({ minutes: 10, seconds: 1 });
    const code = totpCode(secret, totpStep(clock.now()));
    const { browser } = tenant;
    for (const late of [
      () => browser.get(`${path}/confirmation`),
      () => browser.post(`${path}/confirmation`, { code }),
    ]) {
      const answer = await late();
      expect([answer.status, locationOf(answer)]).toEqual([303, "/security"]);
      expect(await (await browser.get("/security")).text()).toContain(
        "it is on already, or ten minutes have passed. What you have now is shown here.",
      );
    }
    expect(await secondStep(tenant)).toBe("/sign-in/code");
  });

  test("belongs to one person: another one's pending key is not there", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const other = await tenant.signedIn(await tenant.aUser());
    await begin(tenant.browser);
    const secret = await shownKey(tenant.browser);
    const code = totpCode(secret, totpStep(clock.now()));
    expect((await other.get(`${path}/confirmation`)).status).toBe(303);
    expect(locationOf(await other.post(`${path}/confirmation`, { code }))).toBe("/security");
  });
});

describe("the secret of an app being set up belongs to the session", () => {
  test("another session of the same person neither sees it, nor confirms it, nor replaces it", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser, me } = tenant;
    const thief = await tenant.signedIn(me);
    await begin(browser);
    const secret = await shownKey(browser);
    const code = totpCode(secret, totpStep(clock.now()));
    expect((await thief.get(`${path}/confirmation`)).status).toBe(303);
    expect(locationOf(await thief.post(`${path}/confirmation`, { code }))).toBe("/security");
    await begin(thief);
    expect(await shownKey(thief)).not.toBe(secret);
    expect(await shownKey(browser)).toBe(secret);
    expect((await browser.post(`${path}/confirmation`, { code })).status).toBe(200);
    // Whoever confirms goes on alone: what the other session had begun is gone with it.
    expect(await isSignedIn(thief)).toBe(false);
    expect(await secondStep(tenant)).toBe("/sign-in/totp");
  });

  test("is sealed, gone with its first code, and dead with the session", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser } = tenant;
    const rows = () =>
      house.asSuperuser<{ sealed: string | null }>(
        "select encode(sealed_totp, 'escape') as sealed from app.sessions where tenant_id = $1 and sealed_totp is not null",
        [tenant.id],
      );
    await begin(browser);
    const secret = await shownKey(browser);
    expect((await rows()).map(({ sealed }) => sealed?.includes(secret))).toEqual([false]);
    const code = totpCode(secret, totpStep(clock.now()));
    await browser.post(`${path}/confirmation`, { code });
    expect(await rows()).toEqual([]);
  });

  test("takes five first codes in five minutes, and tells administrators whom that stops", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser, me } = tenant;
    await begin(browser);
    const secret = await shownKey(browser);
    const right = () => totpCode(secret, totpStep(clock.now()));
    const attempt = (code: string) => browser.post(`${path}/confirmation`, { code });
    for (let tries = 0; tries < 5; tries += 1)
      expect((await attempt(wrong(right()).slice(2))).status).toBe(422);
    const refused = await attempt(right());
    expect([refused.status, Number(refused.headers.get("retry-after")) > 0]).toEqual([429, true]);
    const limits = (await (await tenant.api.get("/limits")).json()) as { items: object[] };
    expect(limits.items).toMatchObject([{ name: "authenticators.first_code", about: me.email }]);
    clock.advance({ minutes: 9, seconds: 50 });
    expect((await attempt(right())).status).toBe(200);
  });
});

describe("replacing the app", () => {
  test("needs password and a code; the old app works until the new one's first code, and no longer", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser, me } = tenant;
    const old = await withApp(house, tenant, me);
    expect((await begin(browser)).status).toBe(422);
    expect((await begin(browser, { code: "000000" })).status).toBe(422);
    expect((await browser.get(`${path}/confirmation`)).status).toBe(303);
    expect(locationOf(await begin(browser, { code: old.code() }))).toBe(`${path}/confirmation`);
    const secret = await shownKey(browser);

    clock.advance({ seconds: 31 });
    const during = tenant.newBrowser();
    await throughPassword(during, me.email);
    expect((await during.post("/sign-in/totp", { code: old.code() })).status).toBe(303);
    const first = totpCode(secret, totpStep(clock.now()));
    expect((await browser.post(`${path}/confirmation`, { code: first })).status).toBe(200);

    clock.advance({ seconds: 31 });
    const after = tenant.newBrowser();
    await throughPassword(after, me.email);
    expect((await after.post("/sign-in/totp", { code: old.code() })).status).toBe(422);
    expect(
      (await after.post("/sign-in/backup-code", { code: old.backupCodes[0] ?? "" })).status,
    ).toBe(422);
    const fresh = totpCode(secret, totpStep(clock.now()));
    expect((await after.post("/sign-in/totp", { code: fresh })).status).toBe(303);
    expect((await tenant.events("totp.confirmed")).at(-1)?.data["replaced"]).toBe(true);
  });
});

describe("removing the app", () => {
  const remove = (browser: Browser, fields: Record<string, string>) => browser.delete(path, fields);

  test("needs password and code, and brings back codes by e-mail", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser, me } = tenant;
    const app = await withApp(house, tenant, me);
    const code = app.code();
    for (const fields of [
      { currentPassword: goodPassword },
      { currentPassword: goodPassword, code: wrong(code).slice(2) },
      { currentPassword: "not the password", code },
    ]) {
      expect((await remove(browser, fields)).status).toBe(422);
      expect(await secondStep(tenant)).toBe("/sign-in/totp");
    }
    expect(locationOf(await remove(browser, { currentPassword: goodPassword, code }))).toBe(
      "/security",
    );
    expect(await secondStep(tenant)).toBe("/sign-in/code");
    expect((await tenant.events("totp.removed")).length).toBe(1);
    expect((await tenant.mails()).some(({ subject }) => subject.includes("was removed"))).toBe(
      true,
    );
    const rows = await tenant.tenant.read((db) =>
      db.selectFrom("backup_codes").select("used_at").execute(),
    );
    expect(rows).toEqual([]);
  });

  test("takes a backup code in the place of the app, once", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser, me } = tenant;
    const { backupCodes } = await withApp(house, tenant, me);
    const [code = ""] = backupCodes;
    const sign = tenant.newBrowser();
    await throughPassword(sign, me.email);
    await sign.post("/sign-in/backup-code", { code });
    expect((await remove(browser, { currentPassword: goodPassword, code })).status).toBe(422);
    const second = backupCodes[1] ?? "";
    expect((await remove(browser, { currentPassword: goodPassword, code: second })).status).toBe(
      303,
    );
  });

  test("is closed after ten wrong proofs in a quarter of an hour", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const app = await withApp(house, tenant, tenant.me);
    for (let tries = 0; tries < 10; tries += 1) {
      const fields = { currentPassword: goodPassword, code: "000000" };
      expect((await remove(tenant.browser, fields)).status).toBe(422);
    }
    const fields = { currentPassword: goodPassword, code: app.code() };
    expect((await remove(tenant.browser, fields)).status).toBe(429);
    expect(await secondStep(tenant)).toBe("/sign-in/totp");
  });

  test("without an app leads back to the overview", async () => {
    const { browser } = await aTenant({ signedInAs: "member" });
    expect(locationOf(await browser.get(`${path}/removal`))).toBe("/security");
    expect((await remove(browser, { currentPassword: goodPassword })).status).toBe(409);
  });
});

describe("backup codes", () => {
  test("are made anew with password and code; the earlier ones are worth nothing", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser, me } = tenant;
    const app = await withApp(house, tenant, me);
    const proof = { currentPassword: goodPassword, code: app.code() };
    expect(
      (await browser.post("/security/backup-codes", { currentPassword: goodPassword })).status,
    ).toBe(422);
    const answer = await browser.post("/security/backup-codes", proof);
    expect(answer.status).toBe(200);
    const fresh = codesOn(await answer.text());
    expect(fresh.length).toBeGreaterThanOrEqual(10);

    const other = tenant.newBrowser();
    await throughPassword(other, me.email);
    expect(
      (await other.post("/sign-in/backup-code", { code: app.backupCodes[0] ?? "" })).status,
    ).toBe(422);
    expect((await other.post("/sign-in/backup-code", { code: fresh[0] ?? "" })).status).toBe(303);
    expect(await isSignedIn(other)).toBe(true);
    expect((await tenant.events("backup_codes.issued")).length).toBe(1);
    expect(
      (await tenant.mails()).some(({ subject }) => subject.startsWith("New backup codes")),
    ).toBe(true);
    expect((await browser.post("/security/backup-codes", proof)).status).toBe(422);
  });

  test("are not for people without an app", async () => {
    const { browser } = await aTenant({ signedInAs: "member" });
    expect(locationOf(await browser.get("/security/backup-codes"))).toBe("/security");
    const answer = await browser.post("/security/backup-codes", { currentPassword: goodPassword });
    expect(answer.status).toBe(409);
  });
});
