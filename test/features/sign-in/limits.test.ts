// How often strangers may try, and that nothing they do takes a count back.
import { describe, expect, test } from "bun:test";
import { goodPassword, testApp, type TestTenant } from "../../support/a-tenant.ts";
import { isSignedIn, mailedCode, signIn, throughPassword, withApp, wrong } from "./support.ts";

const house = await testApp();
const { aTenant } = house;

/** A wrong password from a browser of its own network, unless told otherwise. */
async function guess(tenant: TestTenant, email: string, ip?: string): Promise<Response> {
  const browser = tenant.newBrowser();
  if (ip) browser.ip = ip;
  return throughPassword(browser, email, "wrong and wrong again");
}

describe("wrong passwords", () => {
  test("of one account from one network: ten in a quarter of an hour, then 429 with the time to wait", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    for (let tries = 0; tries < 10; tries += 1) {
      expect((await guess(tenant, user.email, "203.0.113.5")).status).toBe(422);
    }
    const browser = tenant.newBrowser();
    browser.ip = "203.0.113.5";
    const answer = await throughPassword(browser, user.email);

    expect(answer.status).toBe(429);
    const seconds = Number(answer.headers.get("retry-after"));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(30 * 60);
    expect(await answer.text()).toMatch(/Too many tries\. Try again in \d+ (minutes?|seconds?)/);
    expect((await tenant.events("sign_in.limited")).map(({ data }) => data["limit"])).toEqual([
      "sign_in.password_account_ip",
    ]);

    const elsewhere = tenant.newBrowser();
    expect((await throughPassword(elsewhere, user.email)).status).toBe(303);
    house.clock.advance({ seconds: seconds + 1 });
    expect((await throughPassword(browser, user.email)).status).toBe(303);
  });

  test("of one account from everywhere: fifty in an hour", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    for (let tries = 0; tries < 50; tries += 1) {
      expect((await guess(tenant, user.email)).status).toBe(422);
    }
    expect((await guess(tenant, user.email)).status).toBe(429);
    expect((await throughPassword(tenant.newBrowser(), user.email)).status).toBe(429);
    house.clock.advance({ hours: 2 });
    expect((await throughPassword(tenant.newBrowser(), user.email)).status).toBe(303);
  });

  test("of many accounts from one network: two hundred in a quarter of an hour", async () => {
    const tenant = await aTenant();
    const statuses: number[] = [];
    for (let round = 0; round < 11; round += 1) {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          guess(tenant, `spray${round}-${n}@example.com`, "203.0.113.7"),
        ),
      );
      statuses.push(...answers.map(({ status }) => status));
    }
    expect(statuses.filter((status) => status === 422).length).toBe(200);
    expect(statuses.filter((status) => status === 429).length).toBe(20);
    expect((await guess(tenant, "spray-last@example.com", "203.0.113.8")).status).toBe(422);
  });

  test("sent thirty at once count as if they came one after the other", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => guess(tenant, user.email, "203.0.113.9")),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 422).length).toBe(10);
    expect(statuses.filter((status) => status === 429).length).toBe(20);
  });

  test("of an IPv6 customer count for the whole network of 64 bits", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    for (let tries = 0; tries < 10; tries += 1) {
      await guess(tenant, user.email, `2001:db8:1:2::${tries + 1}`);
    }
    expect((await guess(tenant, user.email, "2001:db8:1:2:ffff::1")).status).toBe(429);
    expect((await guess(tenant, user.email, "2001:db8:1:3::1")).status).toBe(422);
  });

  test("cannot be hidden behind a forged X-Forwarded-For", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const statuses: number[] = [];
    for (let tries = 0; tries < 11; tries += 1) {
      const browser = tenant.newBrowser();
      browser.ip = "203.0.113.11";
      await browser.post("/sign-in", { email: user.email, return_to: "/" });
      const headers = { "x-forwarded-for": `192.0.2.${tries}` };
      const fields = { password: "wrong and wrong again" };
      statuses.push((await browser.post("/sign-in/password", fields, { headers })).status);
    }
    expect(statuses.at(-1)).toBe(429);
  });

  test("are forgotten when the person signs in, so that a bad day does not end in a lock", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const ip = "203.0.113.12";
    for (let tries = 0; tries < 9; tries += 1) await guess(tenant, user.email, ip);
    const browser = tenant.newBrowser();
    browser.ip = ip;
    await signIn(tenant, browser, user);
    for (let tries = 0; tries < 10; tries += 1) {
      expect((await guess(tenant, user.email, ip)).status).toBe(422);
    }
  });

  test("are not forgotten by a right password without a second step", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const ip = "203.0.113.13";
    for (let tries = 0; tries < 9; tries += 1) await guess(tenant, user.email, ip);
    const browser = tenant.newBrowser();
    browser.ip = ip;
    expect((await throughPassword(browser, user.email)).status).toBe(303);
    expect((await guess(tenant, user.email, ip)).status).toBe(422);
    expect((await guess(tenant, user.email, ip)).status).toBe(429);
  });

  test("in one tenant do not count in another", async () => {
    const [ours, theirs] = [await aTenant(), await aTenant()];
    for (let tries = 0; tries < 11; tries += 1)
      await guess(ours, "ada@example.com", "203.0.113.14");
    expect((await guess(ours, "ada@example.com", "203.0.113.14")).status).toBe(429);
    expect((await guess(theirs, "ada@example.com", "203.0.113.14")).status).toBe(422);
  });
});

describe("wrong codes", () => {
  test("of one account: ten in a quarter of an hour over all its sign-ins", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const app = await withApp(house, tenant, user);
    for (let round = 0; round < 2; round += 1) {
      const browser = tenant.newBrowser();
      await throughPassword(browser, user.email);
      for (let tries = 0; tries < 5; tries += 1) {
        await browser.post("/sign-in/totp", { code: wrong(app.code()) });
      }
    }
    const browser = tenant.newBrowser();
    await throughPassword(browser, user.email);
    const answer = await browser.post("/sign-in/totp", { code: app.code() });
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await isSignedIn(browser)).toBe(false);
  });

  test("of one account: thirty a day", async () => {
    // From midnight on: of the day before only a share would count.
    const ofDay = (house.clock.now().getTime() / 1000) % 86_400;
    house.clock.advance({ seconds: Math.ceil(86_400 - ofDay) });
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const app = await withApp(house, tenant, user);
    const statuses: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      house.clock.advance({ minutes: 31 });
      const browser = tenant.newBrowser();
      await throughPassword(browser, user.email);
      for (let tries = 0; tries < 4; tries += 1) {
        const answer = await browser.post("/sign-in/totp", { code: wrong(app.code()) });
        statuses.push(answer.status);
      }
    }
    expect(statuses.filter((status) => status === 422).length).toBe(30);
    expect(statuses.slice(30)).toEqual([429, 429]);
  });
});

describe("mails with codes", () => {
  test("are ten an hour for one account, however many sign-ins ask for them", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    for (let sends = 0; sends < 10; sends += 1) {
      expect((await throughPassword(tenant.newBrowser(), user.email)).status).toBe(303);
    }
    const answer = await throughPassword(tenant.newBrowser(), user.email, goodPassword);
    expect(answer.status).toBe(429);
    expect((await tenant.mails()).length).toBe(10);
    house.clock.advance({ hours: 2 });
    const browser = tenant.newBrowser();
    await throughPassword(browser, user.email);
    const code = await mailedCode(tenant, user.email);
    expect((await browser.post("/sign-in/code", { code })).status).toBe(303);
  });
});

describe("links to a new password", () => {
  test("are three an hour for one address, silently", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    for (let asks = 0; asks < 5; asks += 1) {
      const answer = await tenant.newBrowser().post("/forgotten-password", { email: user.email });
      expect(answer.status).toBe(200);
    }
    expect((await tenant.mails()).length).toBe(3);
  });

  test("are ten an hour for one network, then 429", async () => {
    const tenant = await aTenant();
    const browser = tenant.newBrowser();
    for (let asks = 0; asks < 10; asks += 1) {
      const email = `nobody${asks}@example.com`;
      expect((await browser.post("/forgotten-password", { email })).status).toBe(200);
    }
    const answer = await browser.post("/forgotten-password", { email: "nobody@example.com" });
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  });
});
