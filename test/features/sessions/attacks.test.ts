// A1: a session's cookie was copied, by a thief with the laptop, a proxy or a backup. Whatever ends the session ends the copy.
import { describe, expect, test } from "bun:test";
import { goodPassword, testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { aPasskey } from "../passkeys/support.ts";
import { isSignedIn, resetLink, withApp } from "../sign-in/support.ts";

const app = await testApp();

const anotherPassword = "heron candle umbrella plinth";

/** The thief's browser: another address, another device, the same cookies. */
function copyOf(tenant: TestTenant, browser: Browser): Browser {
  const thief = tenant.newBrowser();
  for (const [name, cookie] of browser.cookies) thief.cookies.set(name, cookie);
  return thief;
}

interface Scene {
  readonly tenant: TestTenant;
  readonly victim: TestUser;
  readonly browser: Browser;
  readonly admin: Browser;
}

/** What happens, and whether the victim's own browser stays signed in by it. */
const happenings: Readonly<
  Record<string, { stays: boolean; run(scene: Scene): Promise<unknown> }>
> = {
  "sign-out": { stays: false, run: ({ browser }) => browser.post("/sign-out") },
  "the change of the password": {
    stays: true,
    run: ({ browser }) =>
      browser.put("/security/password", {
        currentPassword: goodPassword,
        password: anotherPassword,
      }),
  },
  "the reset of a forgotten password": {
    stays: false,
    run: async ({ tenant, victim }) => {
      const visitor = tenant.newBrowser();
      await visitor.post(await resetLink(tenant, victim));
      await visitor.post("/sign-in/new-password", { password: anotherPassword });
    },
  },
  deactivation: {
    stays: false,
    run: ({ admin, victim }) => admin.put(`/users/${victim.id}/deactivation`),
  },
  "another role": {
    stays: false,
    run: ({ admin, victim }) =>
      admin.patch(`/users/${victim.id}`, { firstName: "Ada", lastName: "Byron", role: "admin" }),
  },
  "the removal of the authenticator app": {
    stays: true,
    run: async ({ tenant, victim, browser }) => {
      const { code } = await withApp(app, tenant, victim);
      const proof = { currentPassword: goodPassword, code: code() };
      expect((await browser.delete("/security/authenticator-app", proof)).status).toBe(303);
    },
  },
  "the removal of a passkey": {
    stays: true,
    run: async ({ tenant, victim, browser }) => {
      const { backupCodes } = await withApp(app, tenant, victim);
      const { passkeyId } = await aPasskey(app, tenant, victim);
      const proof = { currentPassword: goodPassword, code: backupCodes[0] ?? "" };
      expect((await browser.delete(`/security/passkeys/${passkeyId}`, proof)).status).toBe(303);
    },
  },
  "the revocation of a passkey by an administrator": {
    stays: false,
    run: async ({ tenant, victim, admin }) => {
      const { passkeyId } = await aPasskey(app, tenant, victim);
      await admin.delete(`/users/${victim.id}/passkeys/${passkeyId}`);
    },
  },
  "the end of the session by an administrator": {
    stays: false,
    run: async ({ tenant, victim, admin }) => {
      const rows = await tenant.tenant.read((db) =>
        db.selectFrom("sessions").select("id").where("user_id", "=", victim.id).execute(),
      );
      for (const { id } of rows) await admin.delete(`/sessions/${id}`);
    },
  },
};

describe("A1: copied cookie after sign-out, deactivation, another password, another role", () => {
  test.each(Object.entries(happenings))("%s", async (name, { stays, run }) => {
    const tenant = await app.aTenant({ signedInAs: "super_admin" });
    const victim = await tenant.aUser();
    const browser = await tenant.signedIn(victim);
    const elsewhere = await tenant.signedIn(victim);
    const thief = copyOf(tenant, browser);
    expect(await isSignedIn(thief)).toBe(true);
    await run({ tenant, victim, browser, admin: tenant.browser });
    expect(await isSignedIn(thief)).toBe(false);
    expect(await isSignedIn(browser)).toBe(stays);
    // Signing out ends one session; whatever else happened ends all others too.
    expect(await isSignedIn(elsewhere)).toBe(name === "sign-out");
    expect(await isSignedIn(tenant.browser)).toBe(true);
  });

  test("its own use cannot make it live longer than the tenant allows", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    await tenant.tenant.write((db) =>
      db
        .insertInto("sign_in_policies")
        .values({ session_idle_seconds: 900, session_absolute_seconds: 3_600 })
        .execute(),
    );
    const thief = copyOf(tenant, tenant.browser);
    for (let steps = 0; steps < 5; steps += 1) {
      app.clock.advance({ minutes: 10 });
      expect(await isSignedIn(thief)).toBe(true);
    }
    app.clock.advance({ minutes: 11 });
    expect(await isSignedIn(thief)).toBe(false);
  });

  test("it opens nothing at another tenant, whose people it does not even disturb", async () => {
    const [tenant, other] = [
      await app.aTenant({ signedInAs: "super_admin" }),
      await app.aTenant({ signedInAs: "super_admin" }),
    ];
    const thief = copyOf(other, tenant.browser);
    expect(await isSignedIn(thief)).toBe(false);
    expect(await isSignedIn(tenant.browser)).toBe(true);
    expect(await isSignedIn(other.browser)).toBe(true);
  });
});
