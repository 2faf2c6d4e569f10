// Fresh proof of somebody who has no password: the sign-in by their provider, and only for as long as it is recent.
import { describe, expect, test } from "bun:test";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { isSignedIn, locationOf, mailedCode } from "../sign-in/support.ts";
import { answer, anIdp, type Idp, type IdpWish, signInBy, toProvider } from "./support.ts";

const app = await testApp();
const { clock } = app;
const mfa = { classRef: "https://refeds.org/profile/mfa" };
const setUp = "/security/authenticator-app";
const signedIn = { signedIn: "1" };

/** Somebody whom the provider made, signed in. */
async function aNewcomer(wish: IdpWish = {}, parts: Parameters<typeof signInBy>[3] = mfa) {
  const tenant = await app.aTenant();
  const idp = await anIdp(tenant, wish);
  const browser = tenant.newBrowser();
  await signInBy(app, browser, idp, parts);
  return { tenant, idp, browser };
}

const textOf = async (browser: Browser, path: string) => (await browser.get(path)).text();
const minutesAgo = (minutes: number) => new Date(clock.now().getTime() - minutes * 60_000);

async function signInAgain(browser: Browser, idp: Idp, returnTo: string): Promise<string | null> {
  const wish = { reauthenticate: "1", return_to: returnTo };
  const request = await toProvider(browser, `ada@${idp.domain}`, wish);
  expect(request.xml).toContain('ForceAuthn="true"');
  return locationOf(await answer(app, browser, idp, { request, ...mfa }));
}

const promote = (tenant: TestTenant) =>
  tenant.tenant.write((db) =>
    db
      .updateTable("users")
      .set({ role: "super_admin" })
      .where("id", "in", (eb) => eb.selectFrom("federated_identities").select("user_id"))
      .execute(),
  );

async function provenAt(tenant: TestTenant): Promise<Date | undefined> {
  const rows = await tenant.tenant.read((db) =>
    db
      .selectFrom("sessions")
      .select("authenticated_at as at")
      .where("identity_provider_id", "is not", null)
      .orderBy("id", "desc")
      .execute(),
  );
  return rows[0]?.at;
}

function expectJustNow(at: Date | undefined): void {
  const seconds = (clock.now().getTime() - (at?.getTime() ?? 0)) / 1_000;
  expect(seconds).toBeGreaterThanOrEqual(0);
  expect(seconds).toBeLessThan(20);
}

describe("somebody without a password", () => {
  test("adds an app by the sign-in of a moment ago", async () => {
    const { browser } = await aNewcomer();
    const page = await textOf(browser, setUp);
    expect(page).toContain("a moment ago: that is the proof");
    expect(page).not.toContain('name="currentPassword"');
    const sent = await browser.post(setUp, signedIn);
    expect([sent.status, locationOf(sent)]).toEqual([303, `${setUp}/confirmation`]);
  });

  test("signs in again where that was long ago, and comes back", async () => {
    const { browser, idp } = await aNewcomer();
    clock.advance({ minutes: 11 });
    expect(await textOf(browser, setUp)).toContain(
      'href="/sign-in?reauthenticate=1&amp;return_to=%2Fsecurity"',
    );
    const late = await browser.post(setUp, signedIn);
    expect(late.status).toBe(422);
    expect(await late.text()).toContain("it was too long ago");
    expect(await signInAgain(browser, idp, "/security")).toBe("/security");
    expect((await browser.post(setUp, signedIn)).status).toBe(303);
  });

  test("is told that there is no password, and has none to change", async () => {
    const { browser } = await aNewcomer();
    expect(await textOf(browser, "/security")).toContain("You have none: you come in through");
    expect(locationOf(await browser.get("/security/password"))).toBe("/security");
    const fields = { currentPassword: "", password: "several words of no meaning" };
    expect((await browser.put("/security/password", fields)).status).toBe(422);
  });

  test("opens the write window by signing in again, not by saying so", async () => {
    const { tenant, browser, idp } = await aNewcomer();
    await promote(tenant);
    clock.advance({ minutes: 11 });
    expect(locationOf(await browser.get("/users/new"))).toBe("/step-up?return_to=%2Fusers%2Fnew");
    expect(await textOf(browser, "/step-up?return_to=%2Fusers%2Fnew")).toContain(
      'href="/sign-in?reauthenticate=1&amp;return_to=%2Fusers%2Fnew"',
    );
    expect((await browser.post("/step-up", signedIn)).status).toBe(422);
    expect(await signInAgain(browser, idp, "/users/new")).toBe("/users/new");
    expect((await browser.get("/users/new")).status).toBe(200);
  });

  test("does not make a recent sign-in last longer by it", async () => {
    const { tenant, browser } = await aNewcomer();
    clock.advance({ minutes: 9 });
    const before = await provenAt(tenant);
    expect((await browser.post("/step-up", signedIn)).status).toBe(422);
    expect(await provenAt(tenant)).toEqual(before);
  });
});

test("a password is asked for from whoever has one, however they came", async () => {
  const tenant = await app.aTenant();
  const idp = await anIdp(tenant);
  await tenant.aUser({ email: `ada@${idp.domain}` });
  const browser = tenant.newBrowser();
  await signInBy(app, browser, idp, mfa);
  expect(await isSignedIn(browser)).toBe(true);
  expect(await textOf(browser, setUp)).toContain('name="currentPassword"');
  expect((await browser.post(setUp, signedIn)).status).toBe(422);
});

describe("the time of the proof", () => {
  test("is the provider's, where its session went on for hours", async () => {
    const authnInstant = minutesAgo(180);
    const { tenant, browser } = await aNewcomer({}, { ...mfa, authnInstant });
    expect(await provenAt(tenant)).toEqual(authnInstant);
    expect((await browser.post(setUp, signedIn)).status).toBe(422);
  });

  test("is now, where a second step was proven here", async () => {
    const parts = { authnInstant: minutesAgo(180) };
    const { tenant, browser, idp } = await aNewcomer({ trustsSecondStep: false }, parts);
    const code = await mailedCode(tenant, `ada@${idp.domain}`);
    await browser.post("/sign-in/code", { code });
    expectJustNow(await provenAt(tenant));
  });

  test("is now, where the provider was told to ask again, by whatever clock", async () => {
    const { tenant, browser, idp } = await aNewcomer();
    const request = await toProvider(browser, `ada@${idp.domain}`, { reauthenticate: "1" });
    const authnInstant = new Date(clock.now().getTime() - 60_000);
    await answer(app, browser, idp, { request, ...mfa, authnInstant });
    expectJustNow(await provenAt(tenant));
  });

  test("is never ahead of ours", async () => {
    const authnInstant = minutesAgo(-1);
    const { tenant } = await aNewcomer({}, { ...mfa, authnInstant });
    expectJustNow(await provenAt(tenant));
  });
});

describe("somebody who comes by a provider alone, with a password of before", () => {
  async function linked() {
    const tenant = await app.aTenant();
    const idp = await anIdp(tenant);
    await tenant.aUser({ email: `ada@${idp.domain}` });
    const browser = tenant.newBrowser();
    await signInBy(app, browser, idp, mfa);
    return { tenant, idp, browser };
  }

  test("may sign in by it again instead of a password that they forgot", async () => {
    const { tenant, idp, browser } = await linked();
    await tenant.tenant.write((db) => db.updateTable("users").set({ role: "admin" }).execute());
    clock.advance({ minutes: 11 });
    const page = await textOf(browser, "/step-up?return_to=%2Fusers%2Fnew");
    expect(page).toContain('name="currentPassword"');
    expect(page).toContain(
      'href="/sign-in?reauthenticate=1&amp;return_to=%2Fusers%2Fnew">Or sign in again with',
    );
    expect(await signInAgain(browser, idp, "/users/new")).toBe("/users/new");
    expect((await browser.get("/users/new")).status).toBe(200);
  });

  test("reads what a passkey is good for before adding one, and nobody else does", async () => {
    const { tenant, idp, browser } = await linked();
    const said = `You come in by ${idp.connection.name} alone: a passkey does not open`;
    for (const path of ["/security/passkeys", "/security/passkeys/new"])
      expect(await textOf(browser, path)).toContain(said);
    const other = await tenant.signedIn(await tenant.aUser());
    expect(await textOf(other, "/security/passkeys")).not.toContain("a passkey does not open");
    expect(await textOf(other, "/step-up")).not.toContain("Or sign in again with");
  });
});
