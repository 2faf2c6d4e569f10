// How long sessions live: what the tenant's policy says acts on the ones that are there, in every process, at once.
import { describe, expect, test } from "bun:test";
import { endSpentOf, startSession } from "#features/sessions/index.ts";
import { SessionList } from "#features/sessions/schema.ts";
import { sessionPresets } from "#features/settings/schema.ts";
import type { Policy } from "#features/policy/index.ts";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import { aBrowser, type Browser } from "../../support/browser.ts";
import { testApplication } from "../../support/services.ts";
import { aTrial, markTested, put } from "../settings/support.ts";
import { isSignedIn, sessionCookie, signIn } from "../sign-in/support.ts";

const app = await testApp();
const { aTenant, clock } = app;

const choose = async (tenant: TestTenant, change: Partial<Policy>) =>
  expect((await put(tenant, change)).status).toBe(200);

/** Minutes from now, to the next whole one. */
async function minutesLeft(tenant: TestTenant): Promise<number> {
  const { items } = SessionList.parse(await (await tenant.api.get("/sessions")).json());
  const end = items[0] ? Date.parse(items[0].expiresAt) : 0;
  return Math.round((end - clock.now().getTime()) / 60_000);
}

describe("a session that is there already", () => {
  test("AAL2 ends one that was idle for 61 minutes, and any after 24 hours", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    await choose(tenant, sessionPresets.aal2);
    clock.advance({ minutes: 59 });
    expect(await isSignedIn(tenant.browser)).toBe(true);
    clock.advance({ minutes: 61 });
    expect(await isSignedIn(tenant.browser)).toBe(false);
    const busy = await tenant.signedIn(tenant.me);
    for (let steps = 0; steps < 47; steps += 1) {
      clock.advance({ minutes: 30 });
      expect(await isSignedIn(busy)).toBe(true);
    }
    clock.advance({ minutes: 31 });
    expect(await isSignedIn(busy)).toBe(false);
  });

  test("AAL3 ends one that was idle for 15 minutes, and any after 12 hours", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    await choose(tenant, sessionPresets.aal3);
    clock.advance({ minutes: 14 });
    expect(await isSignedIn(tenant.browser)).toBe(true);
    clock.advance({ minutes: 15, seconds: 1 });
    expect(await isSignedIn(tenant.browser)).toBe(false);
    const busy = await tenant.signedIn(tenant.me);
    for (let steps = 0; steps < 51; steps += 1) {
      clock.advance({ minutes: 14 });
      expect(await isSignedIn(busy)).toBe(true);
    }
    clock.advance({ minutes: 14 });
    expect(await isSignedIn(busy)).toBe(false);
  });

  test("AAL1 lets one be idle for weeks: no idle limit can be chosen", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    await choose(tenant, sessionPresets.aal1);
    clock.advance({ hours: 13 * 24 });
    expect(await isSignedIn(tenant.browser)).toBe(true);
    // Begun under the fourteen days of before: a policy that grew makes no session longer.
    clock.advance({ hours: 25 });
    expect(await isSignedIn(tenant.browser)).toBe(false);
    const later = await tenant.signedIn(tenant.me);
    clock.advance({ hours: 29 * 24 });
    expect(await isSignedIn(later)).toBe(true);
    clock.advance({ hours: 25 });
    expect(await isSignedIn(later)).toBe(false);
  });

  test("obeys the policy before a trial that ran out, though nobody has tidied it up", async () => {
    const tenant = await aTenant({ signedInAs: "super_admin" });
    await choose(tenant, { ...sessionPresets.aal2 });
    const trial = await aTrial(tenant, { strength: "strong", ...sessionPresets.aal1 });
    await markTested(tenant, trial, clock.now());
    const applied = await tenant.api.put(`/settings/sign-in/trials/${trial.id}/application`, {
      withoutTest: true,
    });
    expect(applied.status).toBe(200);
    expect(await minutesLeft(tenant)).toBeGreaterThan(60);
    clock.advance({ minutes: 11 });
    expect(await minutesLeft(tenant)).toBe(49);
  });

  test("is not touched by another tenant's policy", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    await choose(await aTenant(), sessionPresets.aal3);
    clock.advance({ hours: 1 });
    expect(await isSignedIn(tenant.browser)).toBe(true);
  });

  test("is gone in a second web process at once, when it ends or a limit does it", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const other = testApplication(app.services);
    const twin = (from: Browser) => {
      const browser = aBrowser(other, tenant.origin);
      for (const [name, cookie] of from.cookies) browser.cookies.set(name, cookie);
      return browser;
    };
    expect(await isSignedIn(twin(tenant.browser))).toBe(true);
    const copy = twin(tenant.browser);
    await tenant.browser.post("/sign-out");
    expect(await isSignedIn(copy)).toBe(false);
    const again = await tenant.signedIn(tenant.me);
    clock.advance({ minutes: 20 });
    expect(await isSignedIn(twin(await tenant.signedIn(tenant.me)))).toBe(true);
    await choose(tenant, sessionPresets.aal3);
    expect(await isSignedIn(twin(again))).toBe(false);
  });
});

describe("the list", () => {
  test("shows the end that comes first, how it was proven and what that is worth", async () => {
    const tenant = await aTenant({ signedInAs: "admin" });
    expect(await minutesLeft(tenant)).toBe(24 * 60);
    await choose(tenant, { sessionIdleSeconds: null });
    expect(await minutesLeft(tenant)).toBe(14 * 24 * 60);
    await choose(tenant, { sessionAbsoluteSeconds: 7_200 });
    expect(await minutesLeft(tenant)).toBe(120);
    await choose(tenant, { sessionIdleSeconds: 600 });
    expect(await minutesLeft(tenant)).toBe(10);
    const { items } = SessionList.parse(await (await tenant.api.get("/sessions")).json());
    expect(items[0]).toMatchObject({
      methods: ["password", "email_code"],
      strength: "baseline",
      isKept: true,
    });
    for (const path of ["/sessions", "/security/sessions"]) {
      const page = await (await tenant.browser.get(path)).text();
      expect(page).toContain("Password, code by e-mail");
      expect(page).toContain("Basic");
      expect(page).toContain(items[0]?.expiresAt ?? "none");
    }
  });
});

describe("a session that is not kept", () => {
  async function started(tenant: TestTenant, isKept: boolean) {
    const origin = { requestId: "r", ip: "203.0.113.1", userAgent: "x" };
    const browser = tenant.newBrowser();
    const cookie = await tenant.tenant.write((db) =>
      startSession(
        db,
        { kind: "operator", command: "test" },
        { userId: tenant.me.id, methods: ["password"], origin, now: clock.now(), isKept },
      ),
    );
    browser.cookies.set(sessionCookie, { value: cookie.token, header: "" });
    return { browser, cookie };
  }

  test("lives for a day at the most, however much it is used", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser, cookie } = await started(tenant, false);
    expect(cookie.isKept).toBe(false);
    for (let hours = 0; hours < 23; hours += 1) {
      clock.advance({ hours: 1 });
      expect(await isSignedIn(browser)).toBe(true);
    }
    clock.advance({ hours: 1 });
    expect(await isSignedIn(browser)).toBe(false);
  });

  test("is every session where the tenant keeps none: the ones there too, and the cookie goes with the window", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    const { browser } = await started(tenant, true);
    await choose(tenant, { keepSignedIn: false, sessionIdleSeconds: null });
    expect((await started(tenant, true)).cookie.isKept).toBe(false);
    const window = tenant.newBrowser();
    await signIn(tenant, window, tenant.me);
    expect(window.cookies.get(sessionCookie)?.header).not.toContain("Max-Age");
    clock.advance({ hours: 23 });
    expect(await isSignedIn(browser)).toBe(true);
    clock.advance({ hours: 1 });
    expect(await isSignedIn(browser)).toBe(false);
  });
});

describe("the end of a session that ran out", () => {
  test("is in the audit trail with its reason, once, at its own instant", async () => {
    const tenant = await aTenant({ signedInAs: "member" });
    await choose(tenant, sessionPresets.aal2);
    const begun = clock.now().getTime();
    clock.advance({ minutes: 59 });
    await endSpentOf(tenant.tenant, clock.now());
    expect(await tenant.events("session.ended")).toEqual([]);
    clock.advance({ minutes: 30 });
    const busy = await tenant.signedIn(tenant.me);
    for (let runs = 0; runs < 2; runs += 1) await endSpentOf(tenant.tenant, clock.now());
    expect(await isSignedIn(busy)).toBe(true);
    const ended = await tenant.tenant.read((db) =>
      db.selectFrom("sessions").select("ended_at").where("ended_at", "is not", null).execute(),
    );
    const minutes = ended.map((row) =>
      Math.round(((row.ended_at?.getTime() ?? 0) - begun) / 60_000),
    );
    expect(minutes).toEqual([60]);
    for (let hours = 0; hours < 48; hours += 1) {
      clock.advance({ minutes: 30 });
      await isSignedIn(busy);
    }
    await endSpentOf(tenant.tenant, clock.now());
    expect(await tenant.events("session.ended")).toMatchObject([
      { actorKind: "job", data: { reason: "unused" } },
      { actorKind: "job", data: { reason: "expired" } },
    ]);
  });
});
