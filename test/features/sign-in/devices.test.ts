// Browsers that are known: no stranger locks their owner out of them, and, where it is allowed, they stand for the second step.
import { describe, expect, test } from "bun:test";
import { goodPassword, testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import {
  deviceCookie,
  isSignedIn,
  lastMethods,
  locationOf,
  mailedCode,
  setPolicy,
  signIn,
  throughPassword,
  withApp,
} from "./support.ts";

const house = await testApp();
const remembering = { remember_device_days: 30, password_min_length: 15 };

/** A browser that is remembered for this person. */
async function remembered(tenant: TestTenant, user: TestUser): Promise<Browser> {
  const browser = tenant.newBrowser();
  await throughPassword(browser, user.email);
  await browser.post("/sign-in/code", {
    code: await mailedCode(tenant, user.email),
    remember: "on",
  });
  await browser.post("/sign-out");
  return browser;
}

/** Where the password leads. */
const after = async (browser: Browser, user: TestUser, password = goodPassword) =>
  locationOf(await throughPassword(browser, user.email, password));

async function rememberingTenant() {
  const tenant = await house.aTenant();
  await setPolicy(tenant, remembering);
  return { tenant, user: await tenant.aUser() };
}

describe("a known device", () => {
  test("has a cookie of this host alone, another one after every sign-in, and only its hash is kept", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    const browser = tenant.newBrowser();
    await signIn(tenant, browser, user);
    const first = browser.cookies.get(deviceCookie);
    expect(first?.header.toLowerCase()).toContain("httponly");
    expect(first?.header).toContain(`Max-Age=${400 * 86_400}`);
    await browser.post("/sign-out");
    await signIn(tenant, browser, user);
    const second = browser.cookies.get(deviceCookie)?.value ?? "";
    expect(second).not.toBe(first?.value ?? "");
    const rows = await house.asSuperuser("select d::text from app.devices d where tenant_id = $1", [
      tenant.id,
    ]);
    expect(rows.length).toBe(1);
    expect(JSON.stringify(rows)).not.toContain(second);
  });

  test("is not locked by a stranger who hammers the account, at password and second step", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    const mine = tenant.newBrowser();
    await signIn(tenant, mine, user);
    await mine.post("/sign-out");
    for (let tries = 0; tries < 51; tries += 1)
      await throughPassword(tenant.newBrowser(), user.email, "wrong and wrong again");
    expect((await throughPassword(tenant.newBrowser(), user.email)).status).toBe(429);
    expect(locationOf(await signIn(tenant, mine, user))).toBe("/");
  });

  test("guesses no more than a stranger: ten in a quarter of an hour", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    const stolen = tenant.newBrowser();
    await signIn(tenant, stolen, user);
    await stolen.post("/sign-out");
    const statuses: number[] = [];
    for (let tries = 0; tries < 11; tries += 1)
      statuses.push((await throughPassword(stolen, user.email, "wrong and wrong again")).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 422), 429]);
    const [row] = await house.asSuperuser<{ about: string }>(
      "select about from app.limits where tenant_id = $1 and about is not null",
      [tenant.id],
    );
    expect(row?.about).toBe(`${user.email} (a known device)`);
  });

  test("is known to its person alone: another account's tries count as a stranger's", async () => {
    const tenant = await house.aTenant();
    const [user, victim] = [await tenant.aUser(), await tenant.aUser()];
    const mine = tenant.newBrowser();
    await signIn(tenant, mine, user);
    await mine.post("/sign-out");
    for (let tries = 0; tries < 10; tries += 1)
      await throughPassword(mine, victim.email, "wrong and wrong again");
    expect((await throughPassword(mine, victim.email)).status).toBe(429);
  });
});

describe("a remembered device", () => {
  test("stands for the second step, says so, and asks again after its days", async () => {
    const { tenant, user } = await rememberingTenant();
    const browser = await remembered(tenant, user);
    expect(await after(browser, user)).toBe("/");
    expect(await lastMethods(tenant)).toEqual(["password", "remembered_device"]);
    await browser.post("/sign-out");
    house.clock.advance({ days: 31 });
    expect(await after(browser, user)).toBe("/sign-in/code");
  });

  test("must be asked for, and allowed", async () => {
    const { tenant, user } = await rememberingTenant();
    const quiet = tenant.newBrowser();
    expect(await (await throughPasswordPage(quiet, user)).text()).toContain("for 30 days");
    await signIn(tenant, quiet, user);
    await quiet.post("/sign-out");
    expect(await after(quiet, user)).toBe("/sign-in/code");

    const strict = await house.aTenant();
    const other = await strict.aUser();
    const browser = await remembered(strict, other);
    expect(await after(browser, other)).toBe("/sign-in/code");
  });

  test("stands for nothing where more than the least is asked for, or everything is asked for again", async () => {
    const { tenant, user } = await rememberingTenant();
    const browser = await remembered(tenant, user);
    await browser.post("/sign-in", { email: user.email, return_to: "/", reauthenticate: "1" });
    expect(locationOf(await browser.post("/sign-in/password", { password: goodPassword }))).toBe(
      "/sign-in/code",
    );
    expect(await after(browser, user)).toBe("/");
    // With a session in the browser it is asked for again as well.
    expect(await after(browser, user)).toBe("/sign-in/code");
    await browser.post("/sign-out");
    await setPolicy(tenant, { ...remembering, strength: "strong" });
    expect(await after(browser, user)).toBe("/sign-in/code");
  });

  test("is bound to browser and person", async () => {
    const { tenant, user } = await rememberingTenant();
    const browser = await remembered(tenant, user);
    const other = await tenant.aUser();
    expect(await after(browser, other)).toBe("/sign-in/code");
    expect(await after(tenant.newBrowser(), user)).toBe("/sign-in/code");
  });

  const ends: readonly [string, (tenant: TestTenant, user: TestUser) => Promise<unknown>][] = [
    [
      "a change of the password",
      async (tenant, user) => {
        const browser = await tenant.signedIn(user);
        const fields = { currentPassword: goodPassword, password: "thimble marsh violin quarry" };
        expect((await browser.put("/security/password", fields)).status).toBe(303);
        await tenant.tenant.write(async (db) => {
          const { password_hash } = await db
            .selectFrom("users")
            .select("password_hash")
            .where("id", "<>", user.id)
            .executeTakeFirstOrThrow();
          await db.updateTable("users").set({ password_hash }).where("id", "=", user.id).execute();
        });
      },
    ],
    [
      "ending all other sessions",
      async (tenant, user) => {
        await (await tenant.signedIn(user)).delete("/security/sessions");
      },
    ],
    [
      "a deactivation",
      async (tenant, user) => {
        await tenant.api.put(`/users/${user.id}/deactivation`);
        await tenant.api.delete(`/users/${user.id}/deactivation`);
      },
    ],
    [
      "its owner's word",
      async (tenant, user) => {
        const browser = await tenant.signedIn(user);
        const page = await (await browser.get("/security/sessions")).text();
        const id = /\/security\/devices\/([\w-]+)/.exec(page)?.[1] ?? "none";
        const stranger = await tenant.signedIn(await tenant.aUser());
        expect((await stranger.delete(`/security/devices/${id}`)).status).toBe(404);
        expect((await browser.delete(`/security/devices/${id}`)).status).toBe(303);
        expect((await browser.delete(`/security/devices/${id}`)).status).toBe(404);
      },
    ],
  ];
  for (const [what, end] of ends)
    test(`is one no more after ${what}`, async () => {
      const { tenant, user } = await rememberingTenant();
      await tenant.aUser();
      const browser = await remembered(tenant, user);
      await end(tenant, user);
      expect(await after(browser, user)).toBe("/sign-in/code");
    });

  test("is one no more when the second step becomes another", async () => {
    const { tenant, user } = await rememberingTenant();
    const browser = await remembered(tenant, user);
    const { code } = await withApp(house, tenant, user);
    const proof = { currentPassword: goodPassword, code: code() };
    const removed = await (
      await tenant.signedIn(user)
    ).delete("/security/authenticator-app", proof);
    expect(removed.status).toBe(303);
    expect(await after(browser, user)).toBe("/sign-in/code");
  });
});

async function throughPasswordPage(browser: Browser, user: TestUser): Promise<Response> {
  await throughPassword(browser, user.email);
  return browser.get("/sign-in/code");
}

describe("keeping people signed in", () => {
  const cookieOf = (browser: Browser) => browser.cookies.get("__Host-session")?.header ?? "";

  test("is a person's wish: without it the cookie goes with the window", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    const browser = tenant.newBrowser();
    await signIn(tenant, browser, user);
    expect(cookieOf(browser)).not.toContain("Max-Age");
    const kept = tenant.newBrowser();
    await kept.post("/sign-in", { email: user.email, return_to: "/", keep: "on" });
    await kept.post("/sign-in/password", { password: goodPassword });
    await kept.post("/sign-in/code", { code: await mailedCode(tenant, user.email) });
    expect(cookieOf(kept)).toContain("Max-Age");
    expect(await isSignedIn(kept)).toBe(true);
  });

  test("is not offered, nor given, where the tenant does not want it", async () => {
    const tenant = await house.aTenant();
    await setPolicy(tenant, { keep_signed_in: false });
    const user = await tenant.aUser();
    const browser = tenant.newBrowser();
    expect(await (await browser.get("/sign-in")).text()).not.toContain('name="keep"');
    await browser.post("/sign-in", { email: user.email, return_to: "/", keep: "on" });
    await browser.post("/sign-in/password", { password: goodPassword });
    await browser.post("/sign-in/code", { code: await mailedCode(tenant, user.email) });
    expect(cookieOf(browser)).not.toContain("Max-Age");
  });
});
