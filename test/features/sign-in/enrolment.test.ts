// Setting up what the tenant asks for, in the middle of a sign-in; and the passwords that have to go.
import { describe, expect, test } from "bun:test";
import { goodPassword, testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { type AskedOptions, anAuthenticator } from "../../support/authenticator.ts";
import type { Browser } from "../../support/browser.ts";
import { totpCode, totpStep } from "#protocols/totp.ts";
import { aPasskey } from "../passkeys/support.ts";
import {
  byPasskey,
  isSignedIn,
  lastMethods,
  locationOf,
  mailedCode,
  setPolicy,
  throughPassword,
  withApp,
} from "./support.ts";

const house = await testApp();
const json = { headers: { accept: "application/json" } };

/** A person without a strong step, at the set-up. */
async function atEnrolment(policy: Parameters<typeof setPolicy>[1]) {
  const tenant = await house.aTenant();
  await setPolicy(tenant, policy);
  const user = await tenant.aUser();
  const browser = tenant.newBrowser();
  return { tenant, user, browser, last: await toCode(tenant, browser, user) };
}

async function toCode(tenant: TestTenant, browser: Browser, user: TestUser) {
  await throughPassword(browser, user.email, goodPassword, "/security");
  return browser.post("/sign-in/code", { code: await mailedCode(tenant, user.email) });
}

async function newApp(browser: Browser) {
  await browser.post("/sign-in/enrolment/app");
  const page = await (await browser.get("/sign-in/enrolment/app")).text();
  const secret = /id="totp-key"[^>]*>([A-Z2-7 ]+)</.exec(page)?.[1]?.replaceAll(" ", "");
  if (secret === undefined) throw new Error("no key on the page");
  return { secret, code: () => totpCode(secret, totpStep(house.clock.now())) };
}

async function newPasskey(tenant: TestTenant, browser: Browser) {
  const asked = await browser.post("/sign-in/enrolment/passkey/options", {}, json);
  const { options } = (await asked.json()) as { options: AskedOptions };
  const authenticator = anAuthenticator();
  const response = authenticator.register(tenant.origin, options);
  return {
    authenticator,
    answer: await browser.post("/sign-in/enrolment/passkey", { response, name: "Desk" }),
  };
}

describe("where more than a code by e-mail is asked for", () => {
  test("an app is set up on the spot, its backup codes are shown once, and the person is in", async () => {
    const { tenant, user, browser, last } = await atEnrolment({
      strength: "strong",
      grace_days: 0,
    });
    expect(locationOf(last)).toBe("/sign-in/enrolment");
    expect(await isSignedIn(browser)).toBe(false);
    const app = await newApp(browser);
    const wrong = await browser.post("/sign-in/enrolment/app/confirmation", { code: "000000" });
    expect(wrong.status).toBe(422);
    const shown = await browser.post("/sign-in/enrolment/app/confirmation", { code: app.code() });

    const page = await shown.text();
    expect(page.match(/\b\w{4}(?:-\w{4}){5}\b/g)?.length).toBeGreaterThanOrEqual(10);
    expect(page).toContain('href="/security"');
    expect(await isSignedIn(browser)).toBe(true);
    expect(await lastMethods(tenant)).toEqual(["password", "email_code", "totp"]);
    const subjects = (await tenant.mails()).map(({ subject }) => subject);
    expect(subjects.at(-1)).toContain("authenticator app");
    expect((await tenant.events("totp.confirmed"))[0]?.subjectId).toBe(user.id);

    house.clock.advance({ seconds: 31 });
    const again = tenant.newBrowser();
    expect(locationOf(await throughPassword(again, user.email))).toBe("/sign-in/totp");
    expect((await again.post("/sign-in/totp", { code: app.code() })).status).toBe(303);
  });

  test("a passkey is set up, then used before it counts", async () => {
    const { tenant, browser } = await atEnrolment({
      strength: "phishing_resistant",
      grace_days: 0,
    });
    const page = await (await browser.get("/sign-in/enrolment")).text();
    expect(page).not.toContain("/sign-in/enrolment/app");
    await browser.post("/sign-in/enrolment/app");
    expect(locationOf(await browser.get("/sign-in/enrolment/app"))).toBe("/sign-in/enrolment");

    const { authenticator, answer } = await newPasskey(tenant, browser);
    expect(await answer.text()).toContain('href="/sign-in/passkey"');
    expect(await isSignedIn(browser)).toBe(false);
    expect(locationOf(await byPasskey(tenant, browser, authenticator))).toBe("/security");
    expect(await lastMethods(tenant)).toEqual(["password", "email_code", "passkey"]);
  });

  test("an app that was begun is not taken where only a passkey counts by now", async () => {
    const { tenant, browser } = await atEnrolment({ strength: "strong", grace_days: 0 });
    const app = await newApp(browser);
    await setPolicy(tenant, { strength: "phishing_resistant" });
    const answer = await browser.post("/sign-in/enrolment/app/confirmation", { code: app.code() });
    expect(answer.status).not.toBe(200);
    expect(await tenant.events("totp.confirmed")).toEqual([]);
    expect(await isSignedIn(browser)).toBe(false);
  });

  test("it can wait for the days of grace, which count from the first time", async () => {
    const { tenant, user, browser } = await atEnrolment({ strength: "strong", grace_days: 7 });
    expect(await (await browser.get("/sign-in/enrolment")).text()).toContain("put this off until");
    expect(locationOf(await browser.post("/sign-in/enrolment/later"))).toBe("/security");
    expect(await lastMethods(tenant)).toEqual(["password", "email_code"]);

    house.clock.advance({ days: 6 });
    const sixth = tenant.newBrowser();
    await toCode(tenant, sixth, user);
    expect((await sixth.post("/sign-in/enrolment/later")).status).toBe(303);
    house.clock.advance({ days: 2 });
    const ninth = tenant.newBrowser();
    await toCode(tenant, ninth, user);
    expect(await (await ninth.get("/sign-in/enrolment")).text()).not.toContain("put this off");
    expect((await ninth.post("/sign-in/enrolment/later")).status).toBe(422);
    expect(await isSignedIn(ninth)).toBe(false);
  });

  test("who has what is asked has days of their own when more is asked", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    await setPolicy(tenant, { strength: "strong", grace_days: 7 });
    await toCode(tenant, tenant.newBrowser(), user);
    const app = await withApp(house, tenant, user);
    const first = tenant.newBrowser();
    await throughPassword(first, user.email);
    expect(locationOf(await first.post("/sign-in/totp", { code: app.code() }))).toBe("/");
    house.clock.advance({ days: 30 });
    await setPolicy(tenant, { strength: "phishing_resistant", grace_days: 7 });
    const browser = tenant.newBrowser();
    await throughPassword(browser, user.email);
    expect(locationOf(await browser.post("/sign-in/totp", { code: app.code() }))).toBe(
      "/sign-in/enrolment",
    );
    expect(await (await browser.get("/sign-in/enrolment")).text()).toContain("put this off until");
  });

  test("password and mailbox set up nothing beside what is there: the stronger step is asked for", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    const app = await withApp(house, tenant, user);
    await setPolicy(tenant, { strength: "phishing_resistant", grace_days: 7 });
    const thief = tenant.newBrowser();
    expect(locationOf(await throughPassword(thief, user.email))).toBe("/sign-in/totp");
    expect(locationOf(await thief.get("/sign-in/enrolment"))).toBe("/sign-in/totp");
    expect((await thief.post("/sign-in/enrolment/passkey/options", {}, json)).status).toBe(410);
    expect((await thief.post("/sign-in/enrolment/later")).status).toBe(410);

    expect(locationOf(await thief.post("/sign-in/totp", { code: app.code() }))).toBe(
      "/sign-in/enrolment",
    );
  });

  test("what was set up elsewhere meanwhile ends a set-up that is under way", async () => {
    const {
      tenant,
      user,
      browser: thief,
    } = await atEnrolment({ strength: "strong", grace_days: 0 });
    const theirs = await newApp(thief);
    const owner = tenant.newBrowser();
    await toCode(tenant, owner, user);
    const mine = await newApp(owner);
    expect(mine.secret).not.toBe(theirs.secret);
    await owner.post("/sign-in/enrolment/app/confirmation", { code: mine.code() });

    expect(
      (await thief.post("/sign-in/enrolment/app/confirmation", { code: theirs.code() })).status,
    ).toBe(410);
    expect((await thief.post("/sign-in/enrolment/passkey", { response: "{}" })).status).toBe(410);
    expect(await isSignedIn(thief)).toBe(false);
  });

  test("a group may ask for more than the tenant", async () => {
    const tenant = await house.aTenant();
    const [inside, outside] = [await tenant.aUser(), await tenant.aUser()];
    const group = await tenant.aGroup("Admins", [inside]);
    await tenant.tenant.write((db) =>
      db.updateTable("groups").set({ strength: "strong" }).where("id", "=", group.id).execute(),
    );
    expect(locationOf(await toCode(tenant, tenant.newBrowser(), inside))).toBe(
      "/sign-in/enrolment",
    );
    expect(locationOf(await toCode(tenant, tenant.newBrowser(), outside))).toBe("/security");
  });

  test("is refused to a second tenant's browser", async () => {
    const { browser } = await atEnrolment({ strength: "strong", grace_days: 7 });
    const other = (await house.aTenant()).newBrowser();
    for (const [name, cookie] of browser.cookies) other.cookies.set(name, cookie);
    expect((await other.post("/sign-in/enrolment/later")).status).toBe(410);
    expect(await isSignedIn(other)).toBe(false);
  });
});

describe("a password that has to go", () => {
  const causes = [
    ["admin", "An administrator of"],
    ["breach", "were stolen somewhere"],
    ["policy", "Your password is less than"],
  ] as const;
  for (const [cause, reason] of causes)
    test(`is replaced before anything else, with the true reason (${cause})`, async () => {
      const tenant = await house.aTenant();
      const user = await tenant.aUser();
      const old = await tenant.signedIn(user);
      await force(tenant, user, cause);
      const browser = tenant.newBrowser();
      expect(
        locationOf(await throughPassword(browser, user.email, goodPassword, "/security")),
      ).toBe("/sign-in/new-password");
      expect(await (await browser.get("/sign-in/new-password")).text()).toContain(reason);
      const same = await browser.post("/sign-in/new-password", { password: goodPassword });
      expect(same.status).toBe(422);
      expect(await isSignedIn(old)).toBe(true);

      const password = "thimble marsh violin quarry";
      expect(locationOf(await browser.post("/sign-in/new-password", { password }))).toBe(
        "/sign-in/code",
      );
      expect(await isSignedIn(old)).toBe(false);
      expect(await isSignedIn(browser)).toBe(false);
      const last = await browser.post("/sign-in/code", {
        code: await mailedCode(tenant, user.email),
      });
      expect(locationOf(last)).toBe("/security");
      expect(locationOf(await throughPassword(tenant.newBrowser(), user.email, password))).toBe(
        "/sign-in/code",
      );
    });

  test("is nothing that a passkey cares about", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    const { authenticator } = await aPasskey(house, tenant, user);
    await force(tenant, user, "breach");
    const browser = tenant.newBrowser();
    await byPasskey(tenant, browser, authenticator, { path: "/sign-in" });
    expect(await isSignedIn(browser)).toBe(true);
  });
});

const force = ({ tenant }: TestTenant, { id }: TestUser, cause: "admin" | "breach" | "policy") =>
  tenant.write((db) =>
    db.updateTable("users").set({ password_reset_cause: cause }).where("id", "=", id).execute(),
  );
