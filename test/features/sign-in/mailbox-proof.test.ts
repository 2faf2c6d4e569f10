// A code by e-mail before the password, where the tenant asks for it: the same for everybody who only has an address.
import { describe, expect, test } from "bun:test";
import { declaredLimits, hit, peek } from "#platform/limits.ts";
import { goodPassword, testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import {
  isSignedIn,
  lastMethods,
  locationOf,
  mailedCode,
  resetLink,
  setPolicy,
  signIn,
  throughPassword,
  withApp,
  wrong,
} from "./support.ts";

const house = await testApp();

async function asking() {
  const tenant = await house.aTenant();
  await setPolicy(tenant, { email_proof_first: true });
  return tenant;
}

describe("where the tenant asks for the mailbox first", () => {
  test("the code comes before the password, and counts as the second step of somebody without a stronger one", async () => {
    const tenant = await asking();
    const user = await tenant.aUser();
    const browser = tenant.newBrowser();
    const first = await browser.post("/sign-in", { email: user.email, return_to: "/security" });
    expect(locationOf(first)).toBe("/sign-in/proof");
    expect((await browser.post("/sign-in/password", { password: goodPassword })).status).toBe(410);

    const code = await mailedCode(tenant, user.email);
    expect(locationOf(await browser.post("/sign-in/proof", { code }))).toBe("/sign-in/password");
    const last = await browser.post("/sign-in/password", { password: goodPassword });

    expect(locationOf(last)).toBe("/security");
    expect(await isSignedIn(browser)).toBe(true);
    expect(await lastMethods(tenant)).toEqual(["email_code", "password"]);
  });

  test("an authenticator app is asked for all the same", async () => {
    const tenant = await asking();
    const user = await tenant.aUser();
    const app = await withApp(house, tenant, user);
    const browser = tenant.newBrowser();
    await browser.post("/sign-in", { email: user.email, return_to: "/" });
    await browser.post("/sign-in/proof", { code: await mailedCode(tenant, user.email) });
    expect(locationOf(await browser.post("/sign-in/password", { password: goodPassword }))).toBe(
      "/sign-in/totp",
    );
    await browser.post("/sign-in/totp", { code: app.code() });
    expect(await lastMethods(tenant)).toEqual(["email_code", "password", "totp"]);
  });

  test("a browser that signed in within 30 days is trusted for that person, and for nobody else", async () => {
    const tenant = await asking();
    const [user, other] = [await tenant.aUser(), await tenant.aUser()];
    const browser = tenant.newBrowser();
    await browser.post("/sign-in", { email: user.email, return_to: "/" });
    await browser.post("/sign-in/proof", { code: await mailedCode(tenant, user.email) });
    await browser.post("/sign-in/password", { password: goodPassword });
    await browser.post("/sign-out");
    const begin = async (email: string) =>
      locationOf(await browser.post("/sign-in", { email, return_to: "/" }));

    expect(await begin(user.email)).toBe("/sign-in/password");
    expect(await begin(other.email)).toBe("/sign-in/proof");
    house.clock.advance({ days: 31 });
    expect(await begin(user.email)).toBe("/sign-in/proof");
  });

  test("five wrong codes void it, also the right one; another code makes it good again", async () => {
    const tenant = await asking();
    const user = await tenant.aUser();
    const browser = tenant.newBrowser();
    await browser.post("/sign-in", { email: user.email, return_to: "/" });
    const code = await mailedCode(tenant, user.email);
    for (let tries = 0; tries < 5; tries += 1)
      expect((await browser.post("/sign-in/proof", { code: wrong(code) })).status).toBe(422);
    const late = await browser.post("/sign-in/proof", { code });
    expect(await late.text()).toContain("can no longer be used");

    expect(locationOf(await browser.post("/sign-in/proofs"))).toBe("/sign-in/proof");
    const fresh = await mailedCode(tenant, user.email);
    expect(fresh).not.toBe(code);
    expect((await browser.post("/sign-in/proof", { code: fresh })).status).toBe(303);
  });

  test("a code is good for the browser that asked for it, for ten minutes", async () => {
    const tenant = await asking();
    const user = await tenant.aUser();
    const [mine, theirs] = [tenant.newBrowser(), tenant.newBrowser()];
    await mine.post("/sign-in", { email: user.email, return_to: "/" });
    const code = await mailedCode(tenant, user.email);
    await theirs.post("/sign-in", { email: user.email, return_to: "/" });
    expect((await theirs.post("/sign-in/proof", { code })).status).toBe(422);
    house.clock.advance({ minutes: 11 });
    expect((await mine.post("/sign-in/proof", { code })).status).toBe(422);
  });

  test("nobody's mailbox can be filled: six an hour; a stranger's gets nothing", async () => {
    const tenant = await asking();
    const user = await tenant.aUser();
    const statuses: number[] = [];
    for (let asks = 0; asks < 8; asks += 1) {
      const browser = tenant.newBrowser();
      const answer = await browser.post("/sign-in", { email: user.email, return_to: "/" });
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([303, 303, 303, 303, 303, 303, 429, 429]);
    await tenant.newBrowser().post("/sign-in", { email: "nobody@example.com", return_to: "/" });
    const mails = await tenant.mails();
    expect(mails.map(({ to }) => to)).toEqual(Array.from({ length: 6 }, () => user.email));
    expect(mails[0]?.text).toContain("do nothing: nobody got in");
  });
});

describe("a stranger who uses up the codes that prove a mailbox", () => {
  const newPassword = "heron candle umbrella plinth";
  /** By a link to a new password, which is typed once more where it is asked for. */
  async function byLink(tenant: TestTenant, user: TestUser, email = user.email) {
    const browser = tenant.newBrowser();
    await browser.post(await resetLink(tenant, user));
    const chosen = await browser.post("/sign-in/new-password", { password: newPassword });
    expect(locationOf(chosen)).toBe("/sign-in/password");
    if (email !== user.email) await browser.post("/sign-in", { email, return_to: "/" });
    return browser.post("/sign-in/password", { password: newPassword });
  }
  const useUp = (tenant: TestTenant, name: string, key: string) =>
    tenant.tenant.write(async (db) => {
      const limit = declaredLimits().get(name);
      if (!limit) throw new Error("no such limit");
      for (let hits = 0; hits < limit.most; hits += 1) await hit(db, limit, key, house.clock.now());
    });

  test("in a flood keeps nobody out who comes by a link to a new password", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    const other = await tenant.aUser();
    await useUp(tenant, "sign_in.refused_tenant", "");
    await useUp(tenant, "sign_in.proof_mails", user.email);
    expect((await throughPassword(tenant.newBrowser(), user.email)).status).toBe(429);
    const answer = await byLink(tenant, user);
    expect(locationOf(answer)).toBe("/sign-in/code");
    // It vouches for that mailbox alone, and is no second step.
    expect(locationOf(await byLink(tenant, user, other.email))).toBe("/sign-in/proof");
  });

  test("is answered with the way that helps, where the mailbox is asked for first", async () => {
    const tenant = await asking();
    const user = await tenant.aUser();
    await useUp(tenant, "sign_in.proof_mails", user.email);
    for (const email of [user.email, user.email.toUpperCase()]) {
      const refused = await tenant.newBrowser().post("/sign-in", { email, return_to: "/" });
      expect(refused.status).toBe(429);
      const page = await refused.text();
      expect(page).toMatch(/Try again in \d+ minutes, or choose a new password by a link/);
      expect(page).toContain('href="/forgotten-password"');
    }
    expect(locationOf(await byLink(tenant, user))).toBe("/sign-in/code");
  });
});

describe("a flood of guesses", () => {
  test("makes strangers' browsers prove the mailbox, and stops nobody", async () => {
    const tenant = await house.aTenant();
    const [user, known] = [await tenant.aUser(), await tenant.aUser()];
    const mine = tenant.newBrowser();
    await signIn(tenant, mine, known);
    await mine.post("/sign-out");
    const limit = declaredLimits().get("sign_in.refused_tenant");
    if (!limit) throw new Error("no such limit");
    const left = () =>
      tenant.tenant.read(async (db) => (await peek(db, limit, "", house.clock.now())).remaining);
    const before = await left();
    await throughPassword(tenant.newBrowser(), user.email);
    expect(await left()).toBe(before);
    for (const email of [user.email, "nobody@example.com"])
      await throughPassword(tenant.newBrowser(), email, "wrong and wrong again");
    expect(await left()).toBe(before - 2);
    await tenant.tenant.write(async (db) => {
      for (let hits = 2; hits < limit.most; hits += 1) await hit(db, limit, "", house.clock.now());
    });

    for (const email of [user.email, "nobody@example.com"]) {
      const stranger = tenant.newBrowser();
      await stranger.post("/sign-in", { email, return_to: "/" });
      const answer = await stranger.post("/sign-in/password", { password: goodPassword });
      expect(locationOf(answer)).toBe("/sign-in/proof");
    }
    // What was mailed until now is out of the way.
    await tenant.mails();
    const owner = tenant.newBrowser();
    await owner.post("/sign-in", { email: user.email, return_to: "/" });
    await owner.post("/sign-in/password", { password: goodPassword });
    await owner.post("/sign-in/proof", { code: await mailedCode(tenant, user.email) });
    expect(locationOf(await owner.post("/sign-in/password", { password: goodPassword }))).toBe("/");
    await mine.post("/sign-in", { email: known.email, return_to: "/" });
    expect(locationOf(await mine.post("/sign-in/password", { password: goodPassword }))).toBe(
      "/sign-in/code",
    );
  });
});
