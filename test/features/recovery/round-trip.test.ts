// The whole way: somebody who lost everything comes back in, and somebody deactivated gets to the page that asks.
import { describe, expect, test } from "bun:test";
import { totpCode, totpStep } from "#protocols/totp.ts";
import { testApp } from "../../support/a-tenant.ts";
import {
  handleCookie,
  isSignedIn,
  locationOf,
  mailedCode,
  signIn,
  throughPassword,
  withApp,
} from "../sign-in/support.ts";
import { aPasskey } from "../passkeys/support.ts";
import { codeOf, nothingLeft, stepsOf, withEverything, statusesOf } from "./support.ts";

const world = await testApp();

describe("somebody whose second steps were reset", () => {
  test("comes back with the password and a mailed code; a browser that was remembered is not any more", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    await tenant.tenant.write((db) =>
      db
        .insertInto("sign_in_policies")
        .values({ remember_device_days: 30, password_min_length: 15 })
        .execute(),
    );
    const user = await tenant.aUser();
    const app = await withApp(world, tenant, user);
    const known = tenant.newBrowser();
    await throughPassword(known, user.email);
    await known.post("/sign-in/totp", { code: app.code(), remember: "on" });
    await known.post("/sign-out");
    expect(locationOf(await throughPassword(known, user.email))).toBe("/");
    await known.post("/sign-out");
    const half = tenant.newBrowser();
    await throughPassword(half, user.email);

    await tenant.browser.post(`/users/${user.id}/factor-resets`);

    expect(await stepsOf(tenant, user)).toEqual(nothingLeft);
    const devices = await tenant.tenant.read((db) =>
      db.selectFrom("devices").select("id").where("user_id", "=", user.id).execute(),
    );
    expect(devices).toEqual([]);
    expect(locationOf(await half.get("/sign-in/totp"))).toStartWith("/sign-in");
    expect(half.cookies.has(handleCookie)).toBe(true);
    world.clock.advance({ seconds: 31 });
    expect((await half.post("/sign-in/totp", { code: app.code() })).status).toBe(410);
    expect(
      (await half.post("/sign-in/backup-code", { code: app.backupCodes[0] ?? "" })).status,
    ).toBe(410);
    expect(locationOf(await throughPassword(known, user.email))).toBe("/sign-in/code");
    expect(
      (await known.post("/sign-in/code", { code: await mailedCode(tenant, user.email) })).status,
    ).toBe(303);
    expect(await isSignedIn(known)).toBe(true);
  });

  for (const graceDays of [0, 7]) {
    test(`sets up an app where the policy asks for more, with ${graceDays} days of grace`, async () => {
      const tenant = await world.aTenant({ signedInAs: "super_admin" });
      await tenant.tenant.write((db) =>
        db
          .insertInto("sign_in_policies")
          .values({ strength: "strong", grace_days: graceDays })
          .execute(),
      );
      const user = await tenant.aUser();
      await withEverything(world, tenant, user);
      // Asked long ago: the days begin anew with the reset.
      await tenant.tenant.write((db) =>
        db
          .updateTable("users")
          .set({ strength_asked_at: new Date(Date.now() - 90 * 86_400_000) })
          .where("id", "=", user.id)
          .execute(),
      );
      const page = await (await tenant.browser.get(`/users/${user.id}/second-step-reset`)).text();
      expect(page).toContain("An authenticator app or a passkey");
      await tenant.browser.post(`/users/${user.id}/factor-resets`);

      const browser = tenant.newBrowser();
      expect(locationOf(await signIn(tenant, browser, user))).toBe("/sign-in/enrolment");
      expect(await isSignedIn(browser)).toBe(false);
      if (graceDays > 0) {
        expect(locationOf(await browser.post("/sign-in/enrolment/later"))).toBe("/");
        expect(await isSignedIn(browser)).toBe(true);
        return;
      }
      await browser.post("/sign-in/enrolment/app");
      const shown = await (await browser.get("/sign-in/enrolment/app")).text();
      const secret = /id="totp-key"[^>]*>([A-Z2-7 ]+)</.exec(shown)?.[1]?.replaceAll(" ", "");
      const code = totpCode(secret ?? "", totpStep(world.clock.now()));
      await browser.post("/sign-in/enrolment/app/confirmation", { code });
      expect(await isSignedIn(browser)).toBe(true);
      expect(await stepsOf(tenant, user)).toMatchObject({ hasTotp: true, backupCodes: 10 });
    });
  }
});

describe("somebody deactivated", () => {
  const askPath = (page: string) => /href="(\/reactivation\/[^"]+)"/.exec(page)?.[1];

  test("gets to the page that asks by the right password, and by nothing less", async () => {
    const tenant = await world.aTenant({ signedInAs: "admin" });
    const user = await tenant.aUser({ state: "deactivated" });
    const wrong = await throughPassword(tenant.newBrowser(), user.email, "wrong");
    expect(askPath(await wrong.text())).toBeUndefined();
    const right = await throughPassword(tenant.newBrowser(), user.email);
    expect(right.status).toBe(403);
    const path = askPath(await right.text()) ?? "none";
    expect((await tenant.newBrowser().post(path, { reason: "Back from leave" })).status).toBe(200);
    expect(await (await tenant.browser.get("/recovery")).text()).toContain(user.email);

    const { items } = (await (
      await tenant.api.get("/recovery/reactivation-requests?state=waiting")
    ).json()) as { items: { id: string }[] };
    await tenant.browser.put(`/recovery/reactivation-requests/${items[0]?.id}/approval`);
    expect(locationOf(await throughPassword(tenant.newBrowser(), user.email))).toBe(
      "/sign-in/code",
    );
  });

  test("gets a link by mail where they forgot the password; from outside every address looks alike", async () => {
    const tenant = await world.aTenant();
    const user = await tenant.aUser({ state: "deactivated" });
    world.services.mail.sent.length = 0;
    const asked = async (email: string) => {
      const answer = await tenant.newBrowser().post("/forgotten-password", { email });
      const text = (await answer.text()).replaceAll(email, "…").replaceAll(/nonce="[^"]*"/g, "");
      return { status: answer.status, text };
    };
    const known = await asked(user.email);
    expect(await asked("nobody@example.com")).toEqual(known);
    const [mail, ...more] = await tenant.mails();
    expect(more).toEqual([]);
    expect(mail?.to).toBe(user.email);
    expect(mail?.link).toStartWith("/reactivation/");
    expect(mail?.text).toContain("deactivated");
    const page = await (await tenant.newBrowser().get(mail?.link ?? "/")).text();
    expect(page).toContain("Ask to be let in again");
    expect(page).toContain('name="reason"');
  });

  test("cannot use the link for anything else: no session, no password", async () => {
    const tenant = await world.aTenant();
    const user = await tenant.aUser({ state: "deactivated" });
    const browser = tenant.newBrowser();
    const page = await (await throughPassword(browser, user.email)).text();
    const path = askPath(page) ?? "none";
    await browser.post(path, { reason: "Back" });
    expect(await isSignedIn(browser)).toBe(false);
    expect((await browser.get("/sign-in/new-password")).status).toBe(303);
    const [, , id, token] = path.split("/");
    expect((await browser.post(`/reset-password/${id}/${token}`)).status).toBe(410);
    expect((await browser.post(`/verify-email/${id}/${token}`)).status).toBe(410);
  });
});

test("one administrator does not take the last second step away by revoking passkeys where two are asked for", async () => {
  const tenant = await world.aTenant({ signedInAs: "admin" });
  const user = await tenant.aUser();
  const [first, second] = [
    await aPasskey(world, tenant, user),
    await aPasskey(world, tenant, user),
  ];
  await tenant.tenant.write((db) =>
    db.insertInto("sign_in_policies").values({ reset_needs_two_admins: true }).execute(),
  );
  const path = `/users/${user.id}/passkeys`;
  const both = await Promise.all(
    [first, second].map(({ passkeyId }) =>
      tenant.browser.delete(
        `${path}/${passkeyId}`,
        {},
        { headers: { accept: "application/json" } },
      ),
    ),
  );
  expect(statusesOf(both)).toEqual([204, 409]);
  const refused = both.find(({ status }) => status === 409);
  expect(refused && (await codeOf(refused))).toBe("passkeys.last_second_step");
  expect((await stepsOf(tenant, user)).passkeys).toBe(1);
});
