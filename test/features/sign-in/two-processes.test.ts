// A5: two web processes, each with a pool of its own, behind a balancer that gives every request to the other one; and the address of a
// cache where nobody answers. What is counted or used up in one is so in the other.
import { afterAll, describe, expect, test } from "bun:test";
import { createActivityCache } from "#platform/cache.ts";
import { openDatabase } from "#platform/db/database.ts";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import { aBrowser, type Browser, type Fetching } from "../../support/browser.ts";
import { testApplication, testServices } from "../../support/services.ts";
import { isSignedIn, locationOf, mailedCode, throughPassword, withApp, wrong } from "./support.ts";

const house = await testApp();
const deadCache = { host: "127.0.0.1", port: await aClosedPort() };
const processes: readonly Fetching[] = Array.from({ length: 2 }, () => {
  const database = openDatabase(house.settings);
  afterAll(() => database.close());
  const services = testServices(database, { cache: createActivityCache(deadCache) });
  return testApplication({ ...services, clock: house.clock, mail: house.services.mail });
});

/** A port that was free a moment ago. */
async function aClosedPort(): Promise<number> {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
  const { port = 0 } = server;
  await server.stop(true);
  return port;
}

let turn = 0;
const served = [0, 0];
const balancer = {
  fetch(request: Request, server?: unknown) {
    turn = (turn + 1) % 2;
    served[turn] = (served[turn] ?? 0) + 1;
    const process = processes[turn];
    if (!process) throw new Error("there are two");
    return process.fetch(request, server);
  },
};
const browserAt = ({ origin }: TestTenant): Browser => aBrowser(balancer, origin);
const counted = (answers: readonly Response[]) =>
  answers.map(({ status }) => status).toSorted((a, b) => a - b);

describe("A5: two web processes without a cache", () => {
  test("allow ten wrong passwords together, one after the other or at once", async () => {
    for (const atOnce of [false, true]) {
      const tenant = await house.aTenant();
      const { email } = await tenant.aUser();
      const guess = async () => {
        const browser = browserAt(tenant);
        browser.ip = "203.0.113.77";
        return throughPassword(browser, email, "wrong and wrong again");
      };
      const answers = atOnce ? await Promise.all(Array.from({ length: 14 }, guess)) : [];
      while (answers.length < 14) answers.push(await guess());
      const refused = [422, 422, 422, 422, 422, 422, 422, 422, 422, 422];
      expect(counted(answers)).toEqual([...refused, 429, 429, 429, 429]);
    }
  });

  test("take five wrong tries of a mailed code together, then not the right one", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    const browser = browserAt(tenant);
    await throughPassword(browser, user.email);
    const code = await mailedCode(tenant, user.email);
    const guesses = Array.from({ length: 8 }, () =>
      browser.post("/sign-in/code", { code: wrong(code) }),
    );
    expect(counted(await Promise.all(guesses))).toEqual([422, 422, 422, 422, 422, 422, 422, 422]);
    const causes = (await tenant.events("sign_in.second_step_refused")).map(
      ({ data }) => data["cause"],
    );
    expect(causes.filter((cause) => cause === "wrong_code")).toHaveLength(5);
    for (let tries = 0; tries < 2; tries += 1)
      expect((await browser.post("/sign-in/code", { code })).status).toBe(422);
    expect(await isSignedIn(browser)).toBe(false);
  });

  test("open one session for a mailed code that both get at the same moment", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    const browser = browserAt(tenant);
    await throughPassword(browser, user.email);
    const code = await mailedCode(tenant, user.email);
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => browser.post("/sign-in/code", { code })),
    );
    expect(counted(answers)).toEqual([303, 410, 410, 410, 410, 410]);
    expect(await tenant.events("session.started")).toHaveLength(1);
  });

  test("take a code of the app once: not in the other process, not at the same moment", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    const app = await withApp(house, tenant, user);
    const atApp = async () => {
      const browser = browserAt(tenant);
      await throughPassword(browser, user.email);
      return browser;
    };
    const code = app.code();
    const [first, second] = [await atApp(), await atApp()];
    expect(locationOf(await first.post("/sign-in/totp", { code }))).toBe("/");
    const passed = served.slice();
    for (let tries = 0; tries < 2; tries += 1)
      expect((await second.post("/sign-in/totp", { code })).status).toBe(422);
    expect(served).toEqual(passed.map((count) => count + 1));

    house.clock.advance({ seconds: 30 });
    const browsers = [await atApp(), await atApp(), await atApp(), await atApp()];
    const fresh = app.code();
    const answers = await Promise.all(
      browsers.map((browser) => browser.post("/sign-in/totp", { code: fresh })),
    );
    expect(counted(answers)).toEqual([303, 422, 422, 422]);
  });

  test("count wrong codes of an account together, and keep sessions, with the cache away", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    const app = await withApp(house, tenant, user);
    const answers: Response[] = [];
    while (answers.length < 12) {
      const browser = browserAt(tenant);
      await throughPassword(browser, user.email);
      for (let tries = 0; tries < 4; tries += 1)
        answers.push(await browser.post("/sign-in/totp", { code: wrong(app.code()) }));
    }
    expect(answers.map(({ status }) => status).slice(10)).toEqual([429, 429]);
    const somebody = await tenant.aUser();
    const cookies = (await tenant.signedIn(somebody)).cookies.entries();
    const browser = browserAt(tenant);
    for (const [name, cookie] of cookies) browser.cookies.set(name, cookie);
    house.clock.advance({ minutes: 5 });
    for (let looks = 0; looks < 4; looks += 1) expect(await isSignedIn(browser)).toBe(true);
  });
});
