// A policy on trial: judged by the administrator's own sign-in before it holds for anybody.
import { describe, expect, test } from "bun:test";
import { defaultPolicy, type Policy } from "#features/policy/index.ts";
import { goodPassword, testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import { aPasskey } from "../passkeys/support.ts";
import { byPasskey, isSignedIn, locationOf, mailedCode, setPolicy, signIn } from "./support.ts";

const house = await testApp();

async function withTrial(proposed: Partial<Policy>, by?: TestUser) {
  const tenant = await house.aTenant({ signedInAs: "super_admin" });
  const trialId = await openTrial(tenant, { ...defaultPolicy, ...proposed }, by ?? tenant.me);
  const tested = async () => {
    const rows = await tenant.tenant.read((db) =>
      db.selectFrom("policy_trials").select("tested_at").execute(),
    );
    return rows[0]?.tested_at ?? null;
  };
  return { tenant, trialId, tested };
}

const openTrial = ({ tenant }: TestTenant, proposed: Policy, { id }: TestUser) =>
  tenant.write(async (db) => {
    const row = await db
      .insertInto("policy_trials")
      .values({
        proposed: JSON.stringify(proposed),
        previous: JSON.stringify(defaultPolicy),
        started_by: id,
        expires_at: new Date(house.clock.now().getTime() + 3_600_000),
      })
      .returning("id")
      .executeTakeFirstOrThrow();
    return row.id;
  });

describe("a sign-in under a trial", () => {
  test("is judged by what is proposed, without days of grace, and marks it when its administrator comes through", async () => {
    const { tenant, trialId, tested } = await withTrial({
      strength: "phishing_resistant",
      graceDays: 30,
    });
    const { browser, me } = tenant;
    expect((await browser.get(`/sign-in?trial=${trialId}`)).status).toBe(200);
    await browser.post("/sign-in", { email: me.email, return_to: "/security", trial: trialId });
    await browser.post("/sign-in/password", { password: goodPassword });
    const last = await browser.post("/sign-in/code", { code: await mailedCode(tenant, me.email) });
    expect(locationOf(last)).toBe("/sign-in/enrolment");
    expect((await browser.post("/sign-in/enrolment/later")).status).toBe(422);
    expect(await tested()).toBeNull();

    const { authenticator } = await aPasskey(house, tenant, me);
    await browser.post("/sign-in", { email: me.email, return_to: "/security", trial: trialId });
    await browser.post("/sign-in/password", { password: goodPassword });
    expect(locationOf(await byPasskey(tenant, browser, authenticator))).toBe("/security");
    expect(await tested()).not.toBeNull();
  });

  test("leaves everybody else to the policy in force, whatever their form says", async () => {
    const { tenant, trialId, tested } = await withTrial({ strength: "strong", graceDays: 0 });
    const user = await tenant.aUser();
    const browser = tenant.newBrowser();
    await browser.post("/sign-in", { email: user.email, return_to: "/", trial: trialId });
    await browser.post("/sign-in/password", { password: goodPassword });
    await browser.post("/sign-in/code", { code: await mailedCode(tenant, user.email) });
    expect(await isSignedIn(browser)).toBe(true);
    expect(await tested()).toBeNull();
  });

  test("leaves another administrator to the policy in force, who is signed in and has the link", async () => {
    const { tenant, trialId, tested } = await withTrial({ strength: "strong", graceDays: 0 });
    const other = await tenant.aUser({ role: "super_admin" });
    const browser = await tenant.signedIn(other);
    await browser.post("/sign-in", { email: other.email, return_to: "/security", trial: trialId });
    await browser.post("/sign-in/password", { password: goodPassword });
    const code = await mailedCode(tenant, other.email);
    expect(locationOf(await browser.post("/sign-in/code", { code }))).toBe("/security");
    expect(await tested()).toBeNull();
  });

  test("that puts the mailbox first asks for it in a known browser too, and counts by it alone", async () => {
    const { tenant, trialId, tested } = await withTrial({ emailProofFirst: true });
    const { me } = tenant;
    const browser = tenant.newBrowser();
    await signIn(tenant, browser, me);
    const start = { email: me.email, return_to: "/security", trial: trialId };
    await browser.post("/sign-in", { email: me.email, return_to: "/" });
    expect(locationOf(await browser.post("/sign-in", start))).toBe("/sign-in/proof");

    const { authenticator } = await aPasskey(house, tenant, me);
    expect(locationOf(await byPasskey(tenant, browser, authenticator))).toBe("/security");
    expect(await tested()).toBeNull();

    await browser.post("/sign-in", start);
    await browser.post("/sign-in/proof", { code: await mailedCode(tenant, me.email) });
    await browser.post("/sign-in/password", { password: goodPassword });
    expect(locationOf(await byPasskey(tenant, browser, authenticator))).toBe("/security");
    expect(await tested()).not.toBeNull();
  });

  test("never asks for less than what is in force", async () => {
    const { tenant, trialId } = await withTrial({ strength: "baseline" });
    await setPolicy(tenant, { strength: "strong", grace_days: 0 });
    const { browser, me } = tenant;
    await browser.post("/sign-in", { email: me.email, return_to: "/", trial: trialId });
    await browser.post("/sign-in/password", { password: goodPassword });
    const last = await browser.post("/sign-in/code", { code: await mailedCode(tenant, me.email) });
    expect(locationOf(last)).toBe("/sign-in/enrolment");
  });
});
