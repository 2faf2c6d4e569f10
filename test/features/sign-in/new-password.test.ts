// Choosing a password after a link was opened.
import { describe, expect, test } from "bun:test";
import { goodPassword, testApp } from "../../support/a-tenant.ts";
import {
  isSignedIn,
  locationOf,
  mailedCode,
  resetLink,
  signIn,
  throughPassword,
} from "./support.ts";

const house = await testApp();
const { aTenant } = house;
const newPassword = "copper thimble marsh violin";

describe("choosing the new password", () => {
  test("works once, and not after half an hour", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const browser = tenant.newBrowser();
    await browser.post(await resetLink(tenant, user));
    const handle = [...browser.cookies];
    await browser.post("/sign-in/new-password", { password: newPassword });
    const again = tenant.newBrowser();
    for (const [name, cookie] of handle) again.cookies.set(name, cookie);
    expect((await again.post("/sign-in/new-password", { password: goodPassword })).status).toBe(
      410,
    );

    const late = tenant.newBrowser();
    await late.post(await resetLink(tenant, user));
    house.clock.advance({ minutes: 31 });
    expect((await late.post("/sign-in/new-password", { password: goodPassword })).status).toBe(410);
    expect((await throughPassword(tenant.newBrowser(), user.email, newPassword)).status).toBe(303);
  });

  test("is closed to someone who was deactivated after opening the link", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    const browser = tenant.newBrowser();
    await browser.post(await resetLink(tenant, user));
    await tenant.tenant.write((db) =>
      db
        .updateTable("users")
        .set({ state: "deactivated", deactivated_at: new Date() })
        .where("id", "=", user.id)
        .execute(),
    );
    const answer = await browser.post("/sign-in/new-password", { password: newPassword });
    expect(answer.status).toBe(410);
    expect(await tenant.events("password.reset")).toEqual([]);
  });

  test("is another one where the present one is to go, by whichever way one comes", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser();
    await tenant.api.put(`/users/${user.id}/password-reset-requirement`);
    const browser = tenant.newBrowser();
    await browser.post(await resetLink(tenant, user));
    const same = await browser.post("/sign-in/new-password", { password: goodPassword });
    expect(same.status).toBe(422);
    expect(await same.text()).toContain("This is the password that has to go");
    const other = await browser.post("/sign-in/new-password", { password: newPassword });
    expect(locationOf(other)).toBe("/sign-in/password");

    const free = await tenant.aUser();
    const another = tenant.newBrowser();
    await another.post(await resetLink(tenant, free));
    const kept = await another.post("/sign-in/new-password", { password: goodPassword });
    expect(locationOf(kept)).toBe("/sign-in/password");
  });

  test("rates while one types, for the person of this link only", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser({ firstName: "Wilhelmina" });
    const browser = tenant.newBrowser();
    await browser.post(await resetLink(tenant, user));
    const rate = async (password: string) => {
      const path = "/sign-in/new-password/strength";
      return (await browser.fragment(path, "password-meter", { password })).text();
    };
    expect(await rate(newPassword)).toContain('data-score="4"');
    const short = await rate("x9$Kw");
    expect(short).toContain("at least 15");
    expect(short).toContain("guessing it would take");
    expect(short).not.toContain("<html");
    expect(await rate("")).not.toContain("data-score");
    const own = Number(/data-score="(\d)"/.exec(await rate("wilhelminawilhelmina"))?.[1]);
    expect(own).toBeLessThan(3);
    const stranger = tenant.newBrowser();
    const path = "/sign-in/new-password/strength";
    expect((await stranger.fragment(path, "password-meter", { password: "x" })).status).toBe(410);
  });
});

describe("someone who opened an invitation and left", () => {
  test("gets the way back to it when asking for a new password", async () => {
    const tenant = await aTenant();
    const user = await tenant.aUser({ state: "invited" });
    await tenant.newBrowser().post("/forgotten-password", { email: user.email });
    expect(await tenant.mails()).toEqual([]);

    await tenant.tenant.write((db) =>
      db
        .updateTable("user_emails")
        .set({ verified_at: new Date() })
        .where("user_id", "=", user.id)
        .execute(),
    );
    await tenant.newBrowser().post("/forgotten-password", { email: user.email });
    const mail = (await tenant.mails()).at(-1);
    expect(mail?.link).toStartWith("/verify-email/");
    const browser = tenant.newBrowser();
    expect(locationOf(await browser.post(mail?.link ?? ""))).toBe("/sign-in/new-password");
    await browser.post("/sign-in/new-password", { password: goodPassword });
    await browser.post("/sign-in/code", { code: await mailedCode(tenant, user.email) });
    expect(await isSignedIn(browser)).toBe(true);
    await signIn(tenant, tenant.newBrowser(), user);
  });
});
