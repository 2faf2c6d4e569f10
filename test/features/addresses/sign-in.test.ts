// Any confirmed address signs in, by every way that begins with an address; what was mailed to one that is gone is worth nothing.
import { describe, expect, test } from "bun:test";
import { goodPassword, testApp } from "../../support/a-tenant.ts";
import { aPasskey } from "../passkeys/support.ts";
import {
  byPasskey,
  isSignedIn,
  locationOf,
  mailedCode,
  resetLink,
  setPolicy,
  signIn,
  throughPassword,
} from "../sign-in/support.ts";
import { recoverByOperator } from "#features/recovery/index.ts";
import { addressesOf, aPerson, ask, idOf, own, subjectsTo } from "./support.ts";

const house = await testApp();
const second = "ada@second.example";
const newPassword = "heron candle umbrella plinth";
const aTwoAddressed = () => aPerson(house, { second });

describe("by a second address", () => {
  test("with the password, and the code that goes there", async () => {
    const { tenant, user } = await aTwoAddressed();
    const browser = tenant.newBrowser();
    expect(locationOf(await signIn(tenant, browser, { ...user, email: second }))).toBe("/");
    expect(await isSignedIn(browser)).toBe(true);
    // Both mailboxes are told of the new browser; this one never used it before.
    await signIn(tenant, tenant.newBrowser(), { ...user, email: second });
    for (const email of [user.email, second])
      expect((await subjectsTo(tenant, email)).join()).toMatch(/new device|new browser|sign-in/i);
  });

  test("with a passkey, which asks for no address", async () => {
    const { tenant, user } = await aTwoAddressed();
    const { authenticator } = await aPasskey(house, tenant, user);
    const browser = tenant.newBrowser();
    await browser.post("/sign-in", { email: second, return_to: "/" });
    expect(locationOf(await byPasskey(tenant, browser, authenticator))).toBe("/");
    expect(await isSignedIn(browser)).toBe(true);
  });

  test("where the mailbox is proven first", async () => {
    const { tenant } = await aTwoAddressed();
    await setPolicy(tenant, { email_proof_first: true });
    const browser = tenant.newBrowser();
    await browser.post("/sign-in", { email: second, return_to: "/" });
    const code = await mailedCode(tenant, second);
    expect(locationOf(await browser.post("/sign-in/proof", { code }))).toBe("/sign-in/password");
    expect(locationOf(await browser.post("/sign-in/password", { password: goodPassword }))).toBe(
      "/",
    );
  });

  test("a forgotten password is replaced; both mailboxes are told", async () => {
    const { tenant, user } = await aTwoAddressed();
    const link = await resetLink(tenant, { ...user, email: second });
    const browser = tenant.newBrowser();
    expect(locationOf(await browser.post(link))).toBe("/sign-in/new-password");
    await browser.post("/sign-in/new-password", { password: newPassword });
    for (const email of [user.email, second])
      expect((await subjectsTo(tenant, email)).join()).toContain("password");
    await browser.post("/sign-in/password", { password: newPassword });
    const code = await mailedCode(tenant, second);
    expect(locationOf(await browser.post("/sign-in/code", { code }))).toBe("/");
  });

  test("`weft user recover` finds them, and mails there", async () => {
    const { tenant } = await aTwoAddressed();
    const actor = { kind: "operator", command: "user.recover" } as const;
    const by = { actor, post: tenant.post, now: house.clock.now() };
    const { email } = await tenant.tenant.write((db) =>
      recoverByOperator({ db, ...by }, { email: second, unlink: false, keepSecondSteps: false }),
    );
    expect(email).toBe(second);
    expect((await subjectsTo(tenant, second)).length).toBeGreaterThan(0);
  });

  test("not one that waits, nor one that nobody confirmed", async () => {
    const { tenant, browser } = await aPerson(house);
    await ask(tenant, browser, second);
    const answers = [
      await throughPassword(tenant.newBrowser(), second),
      await throughPassword(tenant.newBrowser(), "nobody@second.example"),
    ];
    const pages = await Promise.all(answers.map((answer) => answer.text()));
    expect(answers.map(({ status }) => status)).toEqual([422, 422]);
    const bare = (page = "") =>
      page.replace(/nonce="[^"]*"/g, "").replaceAll(/[a-z]+@second\.example/g, "");
    expect(bare(pages[0])).toBe(bare(pages[1]));
  });
});

describe("what was mailed to an address", () => {
  test("that was removed since opens nothing, though it is theirs again", async () => {
    const { tenant, user, browser } = await aTwoAddressed();
    const link = await resetLink(tenant, { ...user, email: second });
    const kept = await resetLink(tenant, user);
    // The newest link of a purpose ends the one before: this one is of the second address again.
    expect(kept).not.toBe(link);
    const last = await resetLink(tenant, { ...user, email: second });
    const half = tenant.newBrowser();
    expect(locationOf(await half.post(last))).toBe("/sign-in/new-password");
    const again = await resetLink(tenant, { ...user, email: second });
    await browser.delete(`${own}/${await idOf(tenant, user, second)}`);
    await tenant.newBrowser().post(await ask(tenant, browser, second));
    expect((await addressesOf(tenant, user)).addresses).toHaveLength(2);
    expect((await tenant.newBrowser().get(again)).status).toBe(410);
    expect((await tenant.newBrowser().post(again)).status).toBe(410);
    // Nor does a reset that was half done.
    await half.post("/sign-in/new-password", { password: newPassword });
    expect(locationOf(await throughPassword(tenant.newBrowser(), user.email))).toBe(
      "/sign-in/code",
    );
  });

  test("is worth nothing after a promotion", async () => {
    const { tenant, user, browser } = await aTwoAddressed();
    for (const [asked, promoted] of [
      [user.email, second],
      [second, user.email],
    ] as const) {
      const link = await resetLink(tenant, { ...user, email: asked });
      expect((await tenant.newBrowser().get(link)).status).toBe(200);
      await browser.put(`${own}/${await idOf(tenant, user, promoted)}/primary`);
      expect((await tenant.newBrowser().get(link)).status).toBe(410);
    }
  });

  test("a code of a sign-in that began with it goes with it", async () => {
    const { tenant, user, browser } = await aTwoAddressed();
    const elsewhere = tenant.newBrowser();
    await throughPassword(elsewhere, second);
    const code = await mailedCode(tenant, second);
    await browser.delete(`${own}/${await idOf(tenant, user, second)}`);
    await elsewhere.post("/sign-in/code", { code });
    expect(await isSignedIn(elsewhere)).toBe(false);
  });
});
