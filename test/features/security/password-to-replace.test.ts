// A password that must be replaced, where a session asks for proof: it opens nothing at a sign-in, so it proves nothing here.
import { describe, expect, test } from "bun:test";
import type { PasswordResetCause } from "#features/authenticators/index.ts";
import { goodPassword, testApp, type TestTenant } from "../../support/a-tenant.ts";
import { aPasskey } from "../passkeys/support.ts";
import { isSignedIn, locationOf, withApp } from "../sign-in/support.ts";

const app = await testApp();
const another = "heron candle umbrella plinth";
const withPassword = { currentPassword: goodPassword };

const flag = ({ tenant, me }: TestTenant, cause: PasswordResetCause | null) =>
  tenant.write((db) =>
    db.updateTable("users").set({ password_reset_cause: cause }).where("id", "=", me.id).execute(),
  );

/** Somebody signed in whose password has to go, with a proof that is eleven minutes old. */
async function aScene(cause: PasswordResetCause) {
  const tenant = await app.aTenant({ signedInAs: "super_admin" });
  await flag(tenant, cause);
  app.clock.advance({ minutes: 11 });
  return tenant;
}

const refusals = async (tenant: TestTenant) =>
  (await tenant.events("authenticators.proof_refused")).map(({ data }) => data["cause"]);

const texts = (html: string) => html.replaceAll(/<[^>]+>/g, " ");

describe("a password that must be replaced", () => {
  test.each([
    ["admin", "An administrator asks you"],
    ["breach", "passwords that were stolen"],
    ["policy", "less than your organisation asks for"],
  ] as const)("is no fresh proof: because of %s, which the page says", async (cause, says) => {
    const tenant = await aScene(cause);
    const { browser } = tenant;
    const page = await (await browser.get("/step-up?return_to=%2Fusers%2Fnew")).text();
    expect(texts(page)).toContain(says);
    expect(page).toContain('href="/security/password"');
    expect(page).not.toContain("currentPassword");
    expect(page).not.toContain("Or use a passkey");
    const answer = await browser.post("/step-up", withPassword);
    expect(answer.status).toBe(422);
    expect(texts(await answer.text())).toContain("does not count as proof");
    expect(locationOf(await browser.get("/users/new"))).toStartWith("/step-up");
    expect(await tenant.events("session.reauthenticated")).toEqual([]);
    expect(await refusals(tenant)).toEqual(["password_to_replace"]);
  });

  test("is good for replacing it, and the new one counts", async () => {
    const tenant = await aScene("breach");
    const { browser } = tenant;
    const overview = await (await browser.get("/security")).text();
    expect(texts(overview)).toContain("passwords that were stolen");
    const form = await (await browser.get("/security/password")).text();
    expect(texts(form)).toContain("passwords that were stolen");
    const same = { ...withPassword, password: goodPassword };
    expect((await browser.put("/security/password", same)).status).toBe(422);
    const changed = await browser.put("/security/password", { ...withPassword, password: another });
    expect(changed.status).toBe(303);
    // To have replaced it was no proof yet.
    expect(locationOf(await browser.get("/users/new"))).toStartWith("/step-up");
    expect((await browser.post("/step-up", { currentPassword: another })).status).toBe(303);
    expect((await browser.get("/users/new")).status).toBe(200);
    expect(texts(await (await browser.get("/security")).text())).not.toContain("stolen");
  });

  test("does not count with a code either, and uses none up; a passkey does", async () => {
    const tenant = await aScene("breach");
    const { browser } = tenant;
    const { code } = await withApp(app, tenant, tenant.me);
    const { authenticator } = await aPasskey(app, tenant, tenant.me);
    expect(await (await browser.get("/step-up")).text()).toContain("Or use a passkey");
    const typed = code();
    expect((await browser.post("/step-up", { ...withPassword, code: typed })).status).toBe(422);
    const asked = await browser.post("/security/passkeys/proof");
    const { options } = (await asked.json()) as { options: { challenge: string } };
    const passkey = authenticator.assert(tenant.origin, options);
    expect((await browser.post("/step-up", { passkey })).status).toBe(303);
    await flag(tenant, null);
    expect((await browser.post("/step-up", { ...withPassword, code: typed })).status).toBe(303);
  });

  test.each([
    ["post", "/security/authenticator-app"],
    ["post", "/security/passkeys/new"],
    ["delete", "/security/authenticator-app"],
    ["post", "/security/backup-codes"],
  ] as const)("changes no other factor: %s %s", async (method, path) => {
    const tenant = await aScene("policy");
    const answer = await tenant.browser[method](path, withPassword);
    expect(answer.status).toBe(422);
    const page = await answer.text();
    expect(texts(page)).toContain("does not count as proof");
    expect(page).toContain('href="/security/password"');
    expect(await refusals(tenant)).toEqual(["password_to_replace"]);
  });

  test("is something else than a wrong one, which is refused as such", async () => {
    const tenant = await aScene("breach");
    const answer = await tenant.browser.post("/step-up", { currentPassword: "not the right one" });
    expect(answer.status).toBe(422);
    expect(texts(await answer.text())).toContain("This is not your current password");
    expect(await refusals(tenant)).toEqual(["wrong_password"]);
    expect(await isSignedIn(tenant.browser)).toBe(true);
  });
});
