// Proving oneself again in a session that goes on: by what, what it changes, and what it must not do.
import { describe, expect, test } from "bun:test";
import { aPasskey } from "../passkeys/support.ts";
import { goodPassword, testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import type { Authenticator } from "../../support/authenticator.ts";
import type { Browser } from "../../support/browser.ts";
import { isSignedIn, locationOf, sessionCookie, withApp, wrong } from "../sign-in/support.ts";

const app = await testApp();
const { aTenant, clock } = app;

const withPassword = { currentPassword: goodPassword };
const tokenOf = (browser: Browser) => browser.cookies.get(sessionCookie)?.value ?? "";

async function sessionOf(tenant: TestTenant, user: TestUser = tenant.me) {
  const rows = await tenant.tenant.read((db) =>
    db
      .selectFrom("sessions")
      .select(["id", "methods", "authenticated_at as at", "created_at as startedAt"])
      .where("user_id", "=", user.id)
      .where("ended_at", "is", null)
      .orderBy("id", "desc")
      .execute(),
  );
  return rows[0];
}

/** An administrator whose proof is eleven minutes old. */
async function aStaleAdmin() {
  const tenant = await aTenant({ signedInAs: "super_admin" });
  clock.advance({ minutes: 11 });
  return tenant;
}

async function passkeyProof(tenant: TestTenant, authenticator: Authenticator): Promise<string> {
  const asked = await tenant.browser.post("/security/passkeys/proof");
  const { options } = (await asked.json()) as { options: { challenge: string } };
  return authenticator.assert(tenant.origin, options);
}

describe("POST /step-up", () => {
  test("by the password opens the window again, in this session, and goes on", async () => {
    const tenant = await aStaleAdmin();
    const before = await sessionOf(tenant);
    expect(locationOf(await tenant.browser.get("/users/new"))).toBe(
      "/step-up?return_to=%2Fusers%2Fnew",
    );
    const page = await (await tenant.browser.get("/step-up?return_to=%2Fusers%2Fnew")).text();
    expect(page).toContain('name="return_to" value="/users/new"');
    expect(page).toContain("already been through a whole sign-in");
    const proved = { ...withPassword, return_to: "/users/new" };
    const answer = await tenant.browser.post("/step-up", proved);
    expect([answer.status, locationOf(answer)]).toEqual([303, "/users/new"]);
    expect((await tenant.browser.get("/users/new")).status).toBe(200);
    const after = await sessionOf(tenant);
    expect(after).toMatchObject({
      id: before?.id,
      startedAt: before?.startedAt,
      methods: ["password", "email_code"],
    });
    expect((after?.at.getTime() ?? 0) - (before?.at.getTime() ?? 0)).toBeGreaterThan(600_000);
    expect(await tenant.events("session.reauthenticated")).toMatchObject([
      { actorKind: "user", subjectId: tenant.me.id, data: { methods: ["password"] } },
    ]);
    clock.advance({ minutes: 11 });
    expect((await tenant.browser.get("/users/new")).status).toBe(303);
  });

  test("opens it in no other session, neither their own nor anybody's", async () => {
    const tenant = await aTenant({ signedInAs: "super_admin" });
    const others = [
      await tenant.signedIn(tenant.me),
      await tenant.signedIn(await tenant.aUser({ role: "super_admin" })),
    ];
    clock.advance({ minutes: 11 });
    expect((await tenant.browser.post("/step-up", withPassword)).status).toBe(303);
    const asked = await Promise.all(
      [tenant.browser, ...others].map(async (each) => (await each.get("/users/new")).status),
    );
    expect(asked).toEqual([200, 303, 303]);
  });

  test("in a tab of its own ends on a page that says to go back", async () => {
    const tenant = await aStaleAdmin();
    const answer = await tenant.browser.post("/step-up", withPassword, { follow: true });
    expect(await answer.text()).toContain("go back to the one you came from");
    expect(locationOf(await tenant.browser.get("/step-up"))).toBe("/step-up/done");
  });

  test("the cookie from before is worth nothing afterwards (session fixation)", async () => {
    const tenant = await aStaleAdmin();
    const copy = tenant.newBrowser();
    copy.cookies.set(sessionCookie, { value: tokenOf(tenant.browser), header: "" });
    expect(await isSignedIn(copy)).toBe(true);
    await tenant.browser.post("/step-up", withPassword);
    expect(tokenOf(tenant.browser)).not.toBe(tokenOf(copy));
    expect(await isSignedIn(copy)).toBe(false);
    expect(await isSignedIn(tenant.browser)).toBe(true);
  });

  test("asks for a code of who has an app, and says so truthfully", async () => {
    const tenant = await aTenant({ signedInAs: "super_admin" });
    const { code, backupCodes } = await withApp(app, tenant, tenant.me);
    clock.advance({ minutes: 11 });
    const stale = await sessionOf(tenant);
    for (const typed of [{}, { code: wrong(code()) }]) {
      const refused = await tenant.browser.post("/step-up", { ...withPassword, ...typed });
      expect(refused.status).toBe(422);
    }
    expect(await sessionOf(tenant)).toEqual(stale);
    await tenant.browser.post("/step-up", { ...withPassword, code: code() });
    expect((await sessionOf(tenant))?.methods).toEqual(["password", "email_code", "totp"]);
    clock.advance({ minutes: 11 });
    await tenant.browser.post("/step-up", { ...withPassword, code: backupCodes[0] ?? "" });
    expect((await sessionOf(tenant))?.methods).toEqual([
      "password",
      "email_code",
      "totp",
      "backup_code",
    ]);
  });

  test("by a passkey makes the session worth one", async () => {
    const tenant = await aTenant({ signedInAs: "super_admin" });
    const { authenticator } = await aPasskey(app, tenant, tenant.me);
    clock.advance({ minutes: 11 });
    const passkey = await passkeyProof(tenant, authenticator);
    const answer = await tenant.browser.post("/step-up", { passkey, return_to: "/users" });
    expect(locationOf(answer)).toBe("/users");
    expect((await sessionOf(tenant))?.methods).toEqual(["password", "email_code", "passkey"]);
  });

  test("takes nothing but a passkey where the organisation does and there is one", async () => {
    const tenant = await aTenant({ signedInAs: "super_admin" });
    const { code } = await withApp(app, tenant, tenant.me);
    const { authenticator } = await aPasskey(app, tenant, tenant.me);
    await tenant.tenant.write((db) =>
      db.insertInto("sign_in_policies").values({ strength: "phishing_resistant" }).execute(),
    );
    clock.advance({ minutes: 11 });
    expect(await (await tenant.browser.get("/step-up")).text()).not.toContain("currentPassword");
    const stale = await sessionOf(tenant);
    const refused = await tenant.browser.post("/step-up", { ...withPassword, code: code() });
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain("asks for a passkey here");
    expect(await sessionOf(tenant)).toEqual(stale);
    const passkey = await passkeyProof(tenant, authenticator);
    expect((await tenant.browser.post("/step-up", { passkey })).status).toBe(303);
  });

  test("does not carry a factor that is gone into the time of today", async () => {
    const tenant = await aStaleAdmin();
    const methods = ["password", "totp"];
    await tenant.tenant.write((db) => db.updateTable("sessions").set({ methods }).execute());
    await tenant.browser.post("/step-up", withPassword);
    expect((await sessionOf(tenant))?.methods).toEqual(["password"]);
  });

  test("takes the place of a remembered device by the step it saved", async () => {
    const tenant = await aTenant({ signedInAs: "super_admin" });
    const { code } = await withApp(app, tenant, tenant.me);
    const methods = ["password", "remembered_device"];
    await tenant.tenant.write((db) => db.updateTable("sessions").set({ methods }).execute());
    clock.advance({ minutes: 11 });
    await tenant.browser.post("/step-up", { ...withPassword, code: code() });
    expect((await sessionOf(tenant))?.methods).toEqual(["password", "totp"]);
  });

  test("refuses a wrong password, counts it, and keeps where the person was going", async () => {
    const tenant = await aStaleAdmin();
    const stale = await sessionOf(tenant);
    const typed = { currentPassword: "wrong lantern velvet quarry", return_to: "/users" };
    const refused = await tenant.browser.post("/step-up", typed);
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain('name="return_to" value="/users"');
    for (let tries = 0; tries < 10; tries += 1) await tenant.browser.post("/step-up", typed);
    const limited = await tenant.browser.post("/step-up", withPassword);
    expect([limited.status, limited.headers.has("retry-after")]).toEqual([429, true]);
    expect(await sessionOf(tenant)).toEqual(stale);
    expect(await tenant.events("session.reauthenticated")).toEqual([]);
  });

  test("leads nowhere but within this site (open redirect)", async () => {
    const tenant = await aStaleAdmin();
    for (const place of [
      "//evil.example",
      "https://evil.example/",
      "/\\evil.example",
      "/\t/evil.example",
      "javascript:alert(1)",
      "",
    ]) {
      const page = await tenant.browser.get(`/step-up?return_to=${encodeURIComponent(place)}`);
      const shown = page.status === 303 ? locationOf(page) : await page.text();
      expect(shown).toContain("/step-up/done");
      expect(shown).not.toContain("evil");
      const answer = await tenant.browser.post("/step-up", { ...withPassword, return_to: place });
      expect([place, locationOf(answer)]).toEqual([place, "/step-up/done"]);
    }
  });

  test("is nothing to a session of another tenant, nor to nobody", async () => {
    const [tenant, other] = [await aStaleAdmin(), await aTenant({ signedInAs: "super_admin" })];
    const visitor = tenant.newBrowser();
    visitor.cookies.set(sessionCookie, { value: tokenOf(other.browser), header: "" });
    for (const browser of [visitor, tenant.newBrowser()]) {
      expect(locationOf(await browser.post("/step-up", withPassword))).toStartWith("/sign-in");
    }
    expect(await isSignedIn(other.browser)).toBe(true);
  });

  test("comes too late for a session that was ended meanwhile", async () => {
    const tenant = await aStaleAdmin();
    const [ending] = await Promise.all([
      tenant.browser.post("/step-up", withPassword),
      tenant.tenant.write((db) =>
        db
          .updateTable("sessions")
          .set({ ended_at: clock.now(), end_reason: "ended_by_admin" })
          .execute(),
      ),
    ]);
    expect(ending.status).toBe(303);
    expect(await isSignedIn(tenant.browser)).toBe(false);
  });
});
