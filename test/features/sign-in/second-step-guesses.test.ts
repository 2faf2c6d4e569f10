// Wrong codes after the right password: how many are judged, from whom, and that the person is told.
import { describe, expect, test } from "bun:test";
import { goodPassword, testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { giveAddress } from "../addresses/support.ts";
import { anIdp, signInBy } from "../identity-providers/support.ts";
import {
  type App,
  isSignedIn,
  locationOf,
  mailedCode,
  signIn,
  throughPassword,
  withApp,
  wrong,
} from "./support.ts";

const house = await testApp();
const { aTenant, clock } = house;
const subject = (tenant: TestTenant) =>
  `Somebody is guessing codes for your account at ${tenant.site.name}`;
const told = async (tenant: TestTenant) =>
  (await tenant.mails()).filter((mail) => mail.subject === subject(tenant));

/** Somebody with an app, and what a guesser who knows the password does. */
async function aVictim() {
  const tenant = await aTenant();
  const user = await tenant.aUser();
  const app = await withApp(house, tenant, user);
  return { tenant, user, app };
}
interface Victim {
  readonly tenant: TestTenant;
  readonly user: TestUser;
  readonly app: App;
}

/** So many wrong codes, four a sign-in, from new browsers or this one; answers what was said. */
async function guess(
  { tenant, user, app }: Victim,
  { most, browser: known }: { most: number; browser?: ReturnType<TestTenant["newBrowser"]> },
): Promise<number[]> {
  const statuses: number[] = [];
  while (statuses.length < most) {
    const browser = known ?? tenant.newBrowser();
    const answer = await throughPassword(browser, user.email);
    if (locationOf(answer) !== "/sign-in/totp") throw new Error(`unexpected ${answer.status}`);
    for (let tries = 0; tries < 4 && statuses.length < most; tries += 1) {
      statuses.push((await browser.post("/sign-in/totp", { code: wrong(app.code()) })).status);
    }
  }
  return statuses;
}

/** As if so many had been counted. */
const setCounted = ({ tenant }: Victim, name: string, hits: number) =>
  house.asSuperuser("update app.limits set hits = $3 where tenant_id = $1 and name = $2", [
    tenant.id,
    name,
    hits,
  ]);

describe("wrong codes of one account", () => {
  test("are judged a hundred times in thirty days, at whatever pace, then not even the right one is", async () => {
    const span = 30 * 24 * 60 * 60;
    clock.advance({ seconds: span - (Math.floor(clock.now().getTime() / 1_000) % span) });
    const victim = await aVictim();
    const { tenant, user, app } = victim;
    const known = tenant.newBrowser();
    await throughPassword(known, user.email);
    expect(locationOf(await known.post("/sign-in/totp", { code: app.code() }))).toBe("/");
    await known.post("/sign-out");

    const statuses: number[] = [];
    // Below the limits of a quarter of an hour and of a day.
    for (let round = 0; round < 13; round += 1) {
      clock.advance({ hours: 24 });
      statuses.push(...(await guess(victim, { most: 8 })));
    }
    expect(statuses.filter((status) => status === 422)).toHaveLength(100);
    expect(statuses.at(-1)).toBe(429);
    const late = tenant.newBrowser();
    await throughPassword(late, user.email);
    const refused = await late.post("/sign-in/totp", { code: app.code() });
    expect(refused.status).toBe(429);
    expect(await refused.text()).toMatch(
      /Try again in \d+ days, or ask an administrator to release the limit/,
    );
    expect((await tenant.events("sign_in.limited")).map(({ data }) => data["limit"])).toContain(
      "sign_in.second_step_account_month",
    );
    // Their own browser notices nothing of it, and coming in begins a new row.
    await throughPassword(known, user.email);
    expect(locationOf(await known.post("/sign-in/totp", { code: app.code() }))).toBe("/");
    expect(await guess(victim, { most: 1 })).toEqual([422]);
  });

  test("go on counting after a new password by a link, and are released by an administrator", async () => {
    const victim = await aVictim();
    const { tenant, user, app } = victim;
    await guess(victim, { most: 1 });
    await setCounted(victim, "sign_in.second_step_account_month", 99);
    expect(await guess(victim, { most: 2 })).toEqual([422, 429]);
    const listed = await (await tenant.api.get("/limits")).json();
    expect(listed).toMatchObject({
      items: [{ name: "sign_in.second_step_account_month", about: user.email }],
    });
    expect((await tenant.api.delete(`/users/${user.id}/limits`)).status).toBe(204);
    const browser = tenant.newBrowser();
    await throughPassword(browser, user.email);
    expect(locationOf(await browser.post("/sign-in/totp", { code: app.code() }))).toBe("/");
  });

  test("in a known browser have a month of their own", async () => {
    const victim = await aVictim();
    const { tenant, user, app } = victim;
    const browser = tenant.newBrowser();
    await throughPassword(browser, user.email);
    await browser.post("/sign-in/totp", { code: app.code() });
    await browser.post("/sign-out");
    await guess(victim, { most: 1, browser });
    await setCounted(victim, "sign_in.second_step_device_month", 99);
    expect(await guess(victim, { most: 2, browser })).toEqual([422, 429]);
    expect(await guess(victim, { most: 1 })).toEqual([422]);
  });

  test("within a session are a hundred in thirty days, too", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser, me } = tenant;
    const app = await withApp(house, tenant, me);
    const prove = (code: string) =>
      browser.post("/step-up", { currentPassword: goodPassword, code });
    expect((await prove(wrong(app.code()))).status).toBe(422);
    await setCounted({ tenant, user: me, app }, "authenticators.proof_month", 99);
    expect((await prove(wrong(app.code()))).status).toBe(422);
    expect((await prove(app.code())).status).toBe(429);
  });
});

describe("the message that somebody guesses codes", () => {
  test("goes to every verified address once a limit is reached, and not again on that day", async () => {
    const victim = await aVictim();
    const { tenant, user } = victim;
    await giveAddress(tenant, user, `${user.id}@second.example`, clock.now());
    await giveAddress(tenant, user, `${user.id}@third.example`, null);
    await guess(victim, { most: 9 });
    expect(await told(tenant)).toEqual([]);
    await guess(victim, { most: 3 });
    const mails = await told(tenant);
    expect(mails.map(({ to }) => to).sort()).toEqual(
      [user.email, `${user.id}@second.example`].sort(),
    );
    for (const { text } of mails) {
      expect(text).toContain("Somebody who knows your password");
      expect(text).toContain("choose a new one at once");
    }
    clock.advance({ hours: 1 });
    await guess(victim, { most: 12 });
    expect(await told(tenant)).toHaveLength(2);
    clock.advance({ hours: 48 });
    await guess(victim, { most: 10 });
    expect(await told(tenant)).toHaveLength(4);
  });

  test("is not sent to somebody whose tenth code is the right one", async () => {
    const victim = await aVictim();
    const { tenant, user, app } = victim;
    await guess(victim, { most: 9 });
    const browser = tenant.newBrowser();
    await throughPassword(browser, user.email);
    await browser.post("/sign-in/totp", { code: app.code() });
    expect(await isSignedIn(browser)).toBe(true);
    expect(await told(tenant)).toEqual([]);
  });

  test("says so where an identity provider was got past, not a password", async () => {
    const tenant = await aTenant();
    const idp = await anIdp(tenant, { trustsSecondStep: false });
    const user = await tenant.aUser({ email: `ada@${idp.domain}` });
    // Linked before there is an app: else the password would be asked for as well.
    const first = tenant.newBrowser();
    await signInBy(house, first, idp);
    await first.post("/sign-in/code", { code: await mailedCode(tenant, user.email) });
    const app = await withApp(house, tenant, user);
    for (let round = 0; round < 3; round += 1) {
      const browser = tenant.newBrowser();
      expect(locationOf(await signInBy(house, browser, idp))).toBe("/sign-in/totp");
      for (let tries = 0; tries < 4; tries += 1)
        await browser.post("/sign-in/totp", { code: wrong(app.code()) });
    }
    const [mail] = await told(tenant);
    expect(mail?.text).toContain("Somebody who signs in as you with");
    expect(mail?.text).not.toContain("/forgotten-password");
  });

  test("is sent for mailed codes too, and tells another tenant nothing", async () => {
    const [tenant, other] = [await aTenant(), await aTenant()];
    const user = await tenant.aUser();
    const known = tenant.newBrowser();
    await signIn(tenant, known, user);
    for (let round = 0; round < 3; round += 1) {
      const browser = tenant.newBrowser();
      await throughPassword(browser, user.email);
      for (let tries = 0; tries < 4; tries += 1)
        await browser.post("/sign-in/code", { code: "00000000" });
    }
    expect(await told(tenant)).toHaveLength(1);
    expect(await told(other)).toEqual([]);
  });
});
