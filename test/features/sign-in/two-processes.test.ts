// A5: two real web processes on one database, behind a balancer that gives every request to the other one, with the address of a cache where
// nobody answers. What is counted, used up or ended in one is so in the other. And the counters themselves away: nothing opens.
import { afterAll, describe, expect, test } from "bun:test";
import { replaceBackupCodes } from "#features/authenticators/actions/backup-codes.ts";
import { keepTotp } from "#features/authenticators/actions/totp.ts";
import { newTotpSecret, totpCode, totpStep } from "#protocols/totp.ts";
import { goodPassword, testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { aBrowser, type Browser } from "../../support/browser.ts";
import { freePorts, type ServeProcess, startServe } from "../../http/support/process.ts";
import { isSignedIn, locationOf, mailedCode, signIn, throughPassword, wrong } from "./support.ts";

const house = await testApp();
const [deadPort] = await freePorts(1);
const withoutCache = { MEMCACHED_HOST: "127.0.0.1", MEMCACHED_PORT: String(deadPort) };
const processes: readonly ServeProcess[] = await Promise.all([
  startServe(house.settings, withoutCache),
  startServe(house.settings, withoutCache),
]);
afterAll(() => {
  for (const process of processes) process.kill("SIGKILL");
});

interface Listener {
  requestIP(): { readonly address: string } | null;
}

/** Hands a request on as a proxy does. */
async function handOn(at: ServeProcess, request: Request, listener?: unknown): Promise<Response> {
  const url = new URL(request.url);
  const headers = new Headers(request.headers);
  const address = (listener as Listener | undefined)?.requestIP()?.address;
  if (address !== undefined) headers.set("x-forwarded-for", address);
  const body = request.body === null ? null : await request.arrayBuffer();
  const to = `http://127.0.0.1:${at.port}${url.pathname}${url.search}`;
  return fetch(to, { method: request.method, headers, body, redirect: "manual" });
}

const at = (place: number) => {
  const process = processes[place];
  if (!process) throw new Error("there are two");
  return {
    fetch: (request: Request, listener?: unknown) => handOn(process, request, listener),
  };
};
let turn = 0;
const balancer = {
  fetch(request: Request, listener?: unknown) {
    turn = (turn + 1) % 2;
    return at(turn).fetch(request, listener);
  },
};
const browserAt = ({ origin }: TestTenant): Browser => aBrowser(balancer, origin);

/** The same browser, whose next requests go to one of the two. */
function only(place: number, browser: Browser): Browser {
  const other = aBrowser(at(place), browser.origin);
  for (const [name, cookie] of browser.cookies) other.cookies.set(name, cookie);
  return other;
}

const counted = (answers: readonly Response[]) =>
  answers.map(({ status }) => status).toSorted((a, b) => a - b);

/** An authenticator app whose first code was used a while ago; the processes have the machine's clock. */
async function anApp(tenant: TestTenant, { id: userId }: TestUser) {
  const secret = newTotpSecret();
  const now = new Date(Date.now() - 120_000);
  const owner = { tenantId: tenant.id, userId, keys: house.services.keys };
  await tenant.tenant.write(async (db) => {
    await keepTotp(db, owner, { secret, step: totpStep(now), now });
    await replaceBackupCodes(db, userId);
  });
  return { code: (later = 0) => totpCode(secret, totpStep(new Date()) + later) };
}

describe("A5: limiter with cache or database down, two processes: must not open", () => {
  test("they are two processes, and neither waits for the cache", async () => {
    const tenant = await house.aTenant();
    expect(new Set(processes.map(({ pid }) => pid)).size).toBe(2);
    expect(processes.map(({ pid }) => pid)).not.toContain(process.pid);
    for (const place of [0, 1])
      expect((await aBrowser(at(place), tenant.origin).get("/sign-in")).status).toBe(200);
  });

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

  test("refuse in one what was used up in the other alone", async () => {
    const tenant = await house.aTenant();
    const { email } = await tenant.aUser();
    const guessAt = async (place: number) => {
      const browser = aBrowser(at(place), tenant.origin);
      browser.ip = "203.0.113.78";
      return (await throughPassword(browser, email, "wrong and wrong again")).status;
    };
    for (let tries = 0; tries < 10; tries += 1) expect(await guessAt(0)).toBe(422);
    expect([await guessAt(1), await guessAt(0)]).toEqual([429, 429]);
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
    const app = await anApp(tenant, user);
    const atApp = async (place: number) => {
      const browser = aBrowser(at(place), tenant.origin);
      await throughPassword(browser, user.email);
      return browser;
    };
    const browsers = [await atApp(0), await atApp(1), await atApp(0), await atApp(1)];
    const [first, second] = [await atApp(0), await atApp(1)];
    const code = app.code();
    expect(locationOf(await first.post("/sign-in/totp", { code }))).toBe("/");
    expect((await second.post("/sign-in/totp", { code })).status).toBe(422);
    // The next step's, which is taken already, so that nobody waits for it.
    const next = app.code(1);
    const answers = await Promise.all(
      browsers.map((browser) => browser.post("/sign-in/totp", { code: next })),
    );
    expect(counted(answers)).toEqual([303, 422, 422, 422]);
  });

  test("count wrong codes of an account together", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    const app = await anApp(tenant, user);
    const answers: Response[] = [];
    while (answers.length < 12) {
      const browser = browserAt(tenant);
      await throughPassword(browser, user.email);
      for (let tries = 0; tries < 4; tries += 1)
        answers.push(await browser.post("/sign-in/totp", { code: wrong(app.code()) }));
    }
    expect(answers.map(({ status }) => status).slice(10)).toEqual([429, 429]);
  });

  test("know a session at once, and that it is ended at the next request", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    const browser = aBrowser(at(0), tenant.origin);
    expect(locationOf(await signIn(tenant, browser, user))).toBe("/");
    const copy = only(1, browser);
    expect([await isSignedIn(browser), await isSignedIn(copy)]).toEqual([true, true]);
    await browser.post("/sign-out");
    expect(await isSignedIn(copy)).toBe(false);

    const again = aBrowser(at(1), tenant.origin);
    await signIn(tenant, again, user);
    const theirs = only(0, again);
    expect(await isSignedIn(theirs)).toBe(true);
    await tenant.api.put(`/users/${user.id}/deactivation`);
    expect([await isSignedIn(theirs), await isSignedIn(again)]).toEqual([false, false]);
  });

  test("do not open when limits cannot be counted: nothing is judged", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    const browser = browserAt(tenant);
    await browser.post("/sign-in", { email: user.email, return_to: "/" });
    await house.asSuperuser("alter table app.limits rename to limits_away");
    try {
      for (const place of [0, 1]) {
        const answer = await only(place, browser).post("/sign-in/password", {
          password: goodPassword,
        });
        expect(answer.status).toBe(500);
      }
    } finally {
      await house.asSuperuser("alter table app.limits_away rename to limits");
    }
    expect(locationOf(await browser.get("/sign-in/code"))).toBe("/sign-in/password");
    expect(await isSignedIn(browser)).toBe(false);
  });
});
