// A passkey: instead of everything, or as the second step. And another of one's second steps than the one that is asked for.
import { describe, expect, test } from "bun:test";
import { goodPassword, testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { aPasskey } from "../passkeys/support.ts";
import {
  byPasskey,
  isSignedIn,
  lastMethods,
  locationOf,
  setPolicy,
  throughPassword,
  withApp,
} from "./support.ts";

const house = await testApp();

async function withPasskey(wish: Parameters<TestTenant["aUser"]>[0] = {}) {
  const tenant = await house.aTenant();
  const user = await tenant.aUser(wish);
  const { authenticator } = await aPasskey(house, tenant, user);
  return { tenant, user, authenticator, browser: tenant.newBrowser() };
}
/** An authenticator app, then a passkey. */
async function withBoth() {
  const tenant = await house.aTenant();
  const user = await tenant.aUser();
  const app = await withApp(house, tenant, user);
  const { authenticator } = await aPasskey(house, tenant, user);
  return { tenant, user, app, authenticator, browser: tenant.newBrowser() };
}
const setUser = (
  { tenant }: TestTenant,
  { id }: TestUser,
  values: { password_reset_cause: "admin" },
) => tenant.write((db) => db.updateTable("users").set(values).where("id", "=", id).execute());

describe("at the first page", () => {
  test("a passkey alone signs in, and goes on to where the person was going", async () => {
    const { tenant, authenticator, browser } = await withPasskey();
    const wish = { path: "/sign-in", fields: { return_to: "/security" } } as const;
    expect(locationOf(await byPasskey(tenant, browser, authenticator, wish))).toBe("/security");
    expect(await isSignedIn(browser)).toBe(true);
    expect(await lastMethods(tenant)).toEqual(["passkey"]);
  });

  test("it satisfies every policy, and a password that has to go does not stop it", async () => {
    const { tenant, user, authenticator, browser } = await withPasskey();
    await setPolicy(tenant, {
      strength: "phishing_resistant",
      grace_days: 0,
      email_proof_first: true,
    });
    await setUser(tenant, user, { password_reset_cause: "admin" });
    await byPasskey(tenant, browser, authenticator, { path: "/sign-in" });
    expect(await isSignedIn(browser)).toBe(true);
  });

  test("begins anew, whoever's sign-in the browser held", async () => {
    const { tenant, authenticator, browser } = await withPasskey();
    const other = await tenant.aUser();
    await throughPassword(browser, other.email, goodPassword, "/other");
    expect(locationOf(await byPasskey(tenant, browser, authenticator, { path: "/sign-in" }))).toBe(
      "/",
    );
    expect((await browser.post("/sign-in/code", { code: "12345678" })).status).toBe(410);
  });

  test("a wrong answer is refused in one sentence, and nothing is told of the account", async () => {
    const { tenant, authenticator, browser } = await withPasskey();
    const { authenticator: stopped } = await stoppedKey(tenant);
    const texts: string[] = [];
    for (const [key, twist] of [
      [authenticator, { isVerified: false }],
      [stopped, { isVerified: false }],
      [authenticator, { challenge: "AAAA" }],
    ] as const) {
      const answer = await byPasskey(tenant, browser, key, { twist });
      expect(answer.status).toBe(422);
      texts.push((await answer.text()).replaceAll(/nonce="[^"]*"/g, ""));
    }
    expect(new Set(texts).size).toBe(1);
    expect(await isSignedIn(browser)).toBe(false);
  });

  test("somebody deactivated is told so after a right answer only", async () => {
    const { tenant, browser } = await withPasskey();
    const { authenticator } = await stoppedKey(tenant);
    const answer = await byPasskey(tenant, browser, authenticator, { path: "/sign-in" });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain("is deactivated");
    expect(await isSignedIn(browser)).toBe(false);
    expect(await tenant.events("passkey.refused")).toMatchObject([
      { data: { ceremony: "sign_in", cause: "deactivated" } },
    ]);
  });

  test("options say nothing of anybody, at any step", async () => {
    const { user, browser } = await withPasskey();
    const ask = async () => {
      const answer = await browser.post(
        "/sign-in/passkey/options",
        {},
        { headers: { accept: "application/json" } },
      );
      const { options } = (await answer.json()) as { options: { challenge: string } };
      return { ...options, challenge: options.challenge.length };
    };
    const before = await ask();
    expect(before).toMatchObject({ allowCredentials: [], userVerification: "required" });
    await throughPassword(browser, user.email);
    expect(await ask()).toEqual(before);
  });
});

async function stoppedKey(tenant: TestTenant) {
  const stopped = await tenant.aUser({ state: "deactivated" });
  return aPasskey(house, tenant, stopped);
}

describe("as the second step", () => {
  test("it is asked for after the password, and no code is mailed", async () => {
    const { tenant, user, authenticator, browser } = await withPasskey();
    const mails = (await tenant.mails()).length;
    expect(locationOf(await throughPassword(browser, user.email))).toBe("/sign-in/passkey");
    expect((await browser.post("/sign-in/code", { code: "12345678" })).status).toBe(410);
    expect(locationOf(await byPasskey(tenant, browser, authenticator))).toBe("/");
    expect(await lastMethods(tenant)).toEqual(["password", "passkey"]);
    expect((await tenant.mails()).length).toBe(mails);
  });

  test("somebody else's is refused, though it is a right one", async () => {
    const { tenant, user, browser } = await withPasskey();
    const { authenticator: others } = await aPasskey(house, tenant, await tenant.aUser());
    await throughPassword(browser, user.email);
    expect((await byPasskey(tenant, browser, others)).status).toBe(422);
    expect(await isSignedIn(browser)).toBe(false);
  });

  test("another of one's steps may be chosen: strongest first, never a mailbox beside them", async () => {
    const { tenant, user, app, browser } = await withBoth();
    await throughPassword(browser, user.email);
    const page = await (await browser.get("/sign-in/ways")).text();
    expect([...page.matchAll(/name="way" value="(\w+)"/g)].map(([, way]) => way)).toEqual([
      "passkey",
      "totp",
    ]);
    expect(page).toContain('href="/sign-in/backup-code"');
    await browser.post("/sign-in/ways", { way: "email_code" });
    expect(locationOf(await browser.get("/sign-in/code"))).toBe("/sign-in/passkey");

    expect(locationOf(await browser.post("/sign-in/ways", { way: "totp" }))).toBe("/sign-in/totp");
    await browser.post("/sign-in/totp", { code: app.code() });
    expect(await lastMethods(tenant)).toEqual(["password", "totp"]);
  });

  test("choosing takes no wrong try back", async () => {
    const { user, browser } = await withBoth();
    await throughPassword(browser, user.email);
    for (let tries = 0; tries < 5; tries += 1) {
      await browser.post("/sign-in/ways", { way: "totp" });
      await browser.post("/sign-in/totp", { code: "000000" });
      await browser.post("/sign-in/ways", { way: "passkey" });
    }
    expect(locationOf(await browser.get("/sign-in/totp"))).toBe("/sign-in");
  });

  test("where passkeys are asked for, neither app nor backup code stands for it", async () => {
    const { tenant, user, app, browser } = await withBoth();
    await setPolicy(tenant, { strength: "phishing_resistant", grace_days: 0 });
    await throughPassword(browser, user.email);
    await browser.post("/sign-in/ways", { way: "totp" });
    expect((await browser.post("/sign-in/totp", { code: app.code() })).status).toBe(410);
    const backup = await browser.post("/sign-in/backup-code", { code: app.backupCodes[0] ?? "" });
    expect(backup.status).toBe(410);
    expect(locationOf(await browser.get("/sign-in/backup-code"))).toBe("/sign-in/passkey");
    expect(await isSignedIn(browser)).toBe(false);
  });

  test("a suspended one opens nothing and keeps the mailbox out; a backup code gets its owner in", async () => {
    const { tenant, user, app, authenticator, browser } = await withBoth();
    await tenant.tenant.write(async (db) => {
      await db.deleteFrom("totp_authenticators").execute();
      await db.updateTable("users").set({ second_step: "email" }).execute();
      await db.updateTable("passkeys").set({ suspended_at: new Date() }).execute();
    });
    expect(locationOf(await throughPassword(browser, user.email))).toBe("/sign-in/passkey");
    expect((await byPasskey(tenant, browser, authenticator)).status).toBe(422);
    await browser.post("/sign-in/backup-code", { code: app.backupCodes[0] ?? "" });
    expect(await lastMethods(tenant)).toEqual(["password", "backup_code"]);
  });
});
