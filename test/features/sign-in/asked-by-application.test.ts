// An application that asks for more than the tenant: the sign-in that it waits for leads to what is asked, or on without it.
import { describe, expect, test } from "bun:test";
import { authnContexts } from "#protocols/saml/authn-context.ts";
import { totpCode, totpStep } from "#protocols/totp.ts";
import { goodPassword, testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { type AskedOptions, anAuthenticator } from "../../support/authenticator.ts";
import type { Browser } from "../../support/browser.ts";
import { aPasskey } from "../passkeys/support.ts";
import {
  agree,
  anSp,
  authnRequest,
  headingOf,
  received,
  type Sp,
  waitingAt,
} from "../sso/support.ts";
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
const { refedsMultiFactor: mfa, passwordProtectedTransport: transport } = authnContexts;

type Asked = "strong" | "phishing_resistant" | null;

/** Somebody in front of an application that asks for this, not signed in yet. */
async function before(strength: Asked, children = "") {
  const tenant = await house.aTenant();
  const [user, sp] = [await tenant.aUser(), await anSp(tenant)];
  await tenant.api.patch(`/applications/${sp.application.id}`, { strength });
  const browser = tenant.newBrowser();
  const path = await waitingAt(browser, authnRequest(house, sp, { children }));
  return { tenant, user, sp, browser, path };
}

const asking = (comparison: string, ...classes: string[]) =>
  `<samlp:RequestedAuthnContext Comparison="${comparison}">${classes
    .map((name) => `<saml:AuthnContextClassRef>${name}</saml:AuthnContextClassRef>`)
    .join("")}</samlp:RequestedAuthnContext>`;

/** Address, password and mailed code. */
async function byMail(tenant: TestTenant, browser: Browser, user: TestUser, returnTo: string) {
  await throughPassword(browser, user.email, goodPassword, returnTo);
  return browser.post("/sign-in/code", { code: await mailedCode(tenant, user.email) });
}

/** Sets an app up where the sign-in asks for it. */
async function setUpApp(browser: Browser): Promise<void> {
  await browser.post("/sign-in/enrolment/app");
  const page = await (await browser.get("/sign-in/enrolment/app")).text();
  const secret = /id="totp-key"[^>]*>([A-Z2-7 ]+)</.exec(page)?.[1]?.replaceAll(" ", "") ?? "";
  const code = totpCode(secret, totpStep(house.clock.now()));
  const done = await browser.post("/sign-in/enrolment/app/confirmation", { code });
  expect(done.status).toBe(200);
}

const answerTo = async (browser: Browser, sp: Sp, path: string) => {
  const { status, context } = await received(await agree(browser, path), sp);
  return [status, context];
};
const askedAt = async ({ tenant }: TestTenant, { id }: TestUser) =>
  (
    await tenant.read((db) =>
      db
        .selectFrom("users")
        .select("strength_asked_at as at")
        .where("id", "=", id)
        .executeTakeFirstOrThrow(),
    )
  ).at;

describe("somebody with a code by e-mail alone", () => {
  test("sets an app up on the way, and the application is told of several factors", async () => {
    const { tenant, user, sp, browser, path } = await before("strong");
    expect(locationOf(await byMail(tenant, browser, user, path))).toBe("/sign-in/enrolment");
    const page = await (await browser.get("/sign-in/enrolment")).text();
    expect(page).toContain("Wiki asks for more than you have proven so far");
    expect(await isSignedIn(browser)).toBe(false);
    await setUpApp(browser);
    expect(await lastMethods(tenant)).toEqual(["password", "email_code", "totp"]);
    expect(await answerTo(browser, sp, path)).toEqual(["Success", transport]);
  });

  test("sets a passkey up where the application asks for one; an app will not do", async () => {
    const { tenant, user, sp, browser, path } = await before("phishing_resistant");
    await byMail(tenant, browser, user, path);
    const page = await (await browser.get("/sign-in/enrolment")).text();
    expect(page).toContain("Wiki asks for a passkey");
    expect(locationOf(await browser.post("/sign-in/enrolment/app"))).toBe("/sign-in/enrolment");
    const headers = { accept: "application/json" };
    const asked = await browser.post("/sign-in/enrolment/passkey/options", {}, { headers });
    const { options } = (await asked.json()) as { options: AskedOptions };
    const authenticator = anAuthenticator();
    const response = authenticator.register(tenant.origin, options);
    await browser.post("/sign-in/enrolment/passkey", { response });
    expect(locationOf(await byPasskey(tenant, browser, authenticator))).toBe(path);
    expect((await answerTo(browser, sp, path))[0]).toBe("Success");
  });

  test("may go on without it: everything else is open, and the application says how to go on", async () => {
    const { tenant, user, browser, path } = await before("strong");
    await byMail(tenant, browser, user, path);
    const page = await (await browser.get("/sign-in/enrolment")).text();
    expect(page).toContain("Go on without Wiki");
    expect(page).not.toContain("You can put this off until");
    // It is not the tenant that asks: no days of grace begin by it, and those of an earlier demand are over.
    expect(await askedAt(tenant, user)).toBeNull();
    await tenant.tenant.write((db) =>
      db.updateTable("users").set({ strength_asked_at: house.clock.now() }).execute(),
    );
    expect(locationOf(await browser.post("/sign-in/enrolment/later"))).toBe(path);
    expect(await isSignedIn(browser)).toBe(true);
    expect(await askedAt(tenant, user)).toBeNull();

    const told = await (await browser.get(path)).text();
    expect(headingOf(told)).toBe("Wiki asks for another sign-in");
    expect(told).toContain("The least that will do: Password, authenticator app");
    const again = `/sign-in?reauthenticate=1&amp;return_to=${encodeURIComponent(path)}`;
    expect(told).toContain(`href="${again}"`);
    expect(await tenant.events("sso.assertion_issued")).toEqual([]);
  });

  test("may not go on without it where the tenant asks as well and no days of grace are left", async () => {
    const { tenant, user, browser, path } = await before("strong");
    await setPolicy(tenant, { strength: "strong", grace_days: 0 });
    await byMail(tenant, browser, user, path);
    const page = await (await browser.get("/sign-in/enrolment")).text();
    expect(page).not.toContain("Go on without");
    expect((await browser.post("/sign-in/enrolment/later")).status).toBe(422);
    expect(await isSignedIn(browser)).toBe(false);
  });

  test("has the tenant's days of grace, counted from the tenant's demand", async () => {
    const { tenant, user, browser, path } = await before("phishing_resistant");
    await setPolicy(tenant, { strength: "strong", grace_days: 7 });
    await byMail(tenant, browser, user, path);
    const page = await (await browser.get("/sign-in/enrolment")).text();
    expect(page).toContain("You can put this off until");
    expect(page).toContain("Go on without Wiki");
    expect(await askedAt(tenant, user)).not.toBeNull();
    house.clock.advance({ days: 8 });
    const later = tenant.newBrowser();
    await byMail(tenant, later, user, "/");
    expect((await later.post("/sign-in/enrolment/later")).status).toBe(422);
  });

  test("is asked for nothing more by an application that asks for nothing", async () => {
    const { tenant, user, sp, browser, path } = await before(null);
    expect(locationOf(await byMail(tenant, browser, user, path))).toBe(path);
    expect((await answerTo(browser, sp, path))[0]).toBe("Success");
  });
});

test("a remembered device does not stand for what an application asks", async () => {
  const { tenant, user, browser, path } = await before("strong");
  await setPolicy(tenant, { remember_device_days: 30, password_min_length: 15 });
  await throughPassword(browser, user.email);
  await browser.post("/sign-in/code", {
    code: await mailedCode(tenant, user.email),
    remember: "on",
  });
  await browser.post("/sign-out");
  expect(locationOf(await throughPassword(browser, user.email))).toBe("/");
  await browser.post("/sign-out");
  const last = await throughPassword(browser, user.email, goodPassword, path);
  expect(locationOf(last)).toBe("/sign-in/code");
});

test("an app of one's own is used, and a passkey is asked for where the app is too little", async () => {
  const { tenant, user, sp, browser, path } = await before("strong");
  const app = await withApp(house, tenant, user);
  expect(locationOf(await throughPassword(browser, user.email, goodPassword, path))).toBe(
    "/sign-in/totp",
  );
  expect(locationOf(await browser.post("/sign-in/totp", { code: app.code() }))).toBe(path);
  expect((await answerTo(browser, sp, path))[0]).toBe("Success");

  await tenant.api.patch(`/applications/${sp.application.id}`, { strength: "phishing_resistant" });
  const other = tenant.newBrowser();
  const next = await waitingAt(other, authnRequest(house, sp));
  house.clock.advance({ seconds: 31 });
  await throughPassword(other, user.email, goodPassword, next);
  const proven = await other.post("/sign-in/totp", { code: app.code() });
  expect(locationOf(proven)).toBe("/sign-in/enrolment");
});

describe("a request that asks for a context", () => {
  test("by the exact name of several factors leads to setting one up, and is told so", async () => {
    const { tenant, user, sp, browser, path } = await before(null, asking("exact", mfa));
    expect(locationOf(await byMail(tenant, browser, user, path))).toBe("/sign-in/enrolment");
    await setUpApp(browser);
    expect(await answerTo(browser, sp, path)).toEqual(["Success", mfa]);
  });

  test("that a password meets asks for nothing more", async () => {
    const { tenant, user, sp, browser, path } = await before(null, asking("minimum", transport));
    expect(locationOf(await byMail(tenant, browser, user, path))).toBe(path);
    expect(await answerTo(browser, sp, path)).toEqual(["Success", transport]);
  });

  test("steps a session up that is there: signed in again, an app set up", async () => {
    const { tenant, user, sp, browser } = await before(null);
    await byMail(tenant, browser, user, "/");
    house.clock.advance({ seconds: 5 });
    const children = asking("better", transport);
    const path = await waitingAt(browser, authnRequest(house, sp, { children }));
    const again = locationOf(await browser.get(path));
    expect(again).toBe(`/sign-in?reauthenticate=1&return_to=${encodeURIComponent(path)}`);
    await byMail(tenant, browser, user, path);
    await setUpApp(browser);
    expect(await answerTo(browser, sp, path)).toEqual(["Success", mfa]);
  });

  test("of a password is not met by a passkey alone: said once, and met by both", async () => {
    const { tenant, user, sp, browser, path } = await before(null, asking("exact", transport));
    const { authenticator } = await aPasskey(house, tenant, user);
    const fields = { return_to: path };
    await byPasskey(tenant, browser, authenticator, { path: "/sign-in", fields });
    const told = await (await browser.get(path)).text();
    expect(headingOf(told)).toBe("Wiki asks for another sign-in");
    expect(told).toContain("The least that will do: Password, code by e-mail");
    await browser.post("/sign-in", { email: user.email, return_to: path, reauthenticate: "1" });
    await browser.post("/sign-in/password", { password: goodPassword });
    expect(locationOf(await byPasskey(tenant, browser, authenticator))).toBe(path);
    expect(await answerTo(browser, sp, path)).toEqual(["Success", transport]);
  });
});

describe("the path that a sign-in goes on to", () => {
  test("raises nothing when the request was answered, ran out, or is another tenant's", async () => {
    const { tenant, user, sp, path } = await before("strong");
    const theirs = await before("strong");
    const placeAt = async (returnTo: string) =>
      locationOf(await byMail(tenant, tenant.newBrowser(), user, returnTo));
    expect(await placeAt(theirs.path)).toBe(theirs.path);
    expect(await placeAt("/saml/idp/sso/none")).toBe("/saml/idp/sso/none");
    expect(await placeAt(path)).toBe("/sign-in/enrolment");
    house.clock.advance({ minutes: 31 });
    expect(await placeAt(path)).toBe(path);
    expect(sp.tenant).toBe(tenant);
  });
});
