// BYPASS_OTP: for development, where nobody wants to look into a mailbox. Configuration refuses it anywhere else.
import { expect, test } from "bun:test";
import { testApp } from "../../support/a-tenant.ts";
import { throughPassword, withApp } from "./support.ts";

const house = await testApp({
  variables: { IS_DEV: "true", BYPASS_OTP: "true", BASE_DOMAIN: "id.weft.test" },
});
const { aTenant } = house;

test("takes any eight digits for a code by e-mail, and nothing else", async () => {
  const tenant = await aTenant();
  const user = await tenant.aUser();
  const browser = tenant.newBrowser();
  await throughPassword(browser, user.email);
  for (const code of ["1234567", "123456789", "abcdefgh"]) {
    expect((await browser.post("/sign-in/code", { code })).status).toBe(422);
  }
  expect((await browser.post("/sign-in/code", { code: "11112222" })).status).toBe(303);
});

test("takes no invented code of an authenticator app", async () => {
  const tenant = await aTenant();
  const user = await tenant.aUser();
  const app = await withApp(house, tenant, user);
  const browser = tenant.newBrowser();
  await throughPassword(browser, user.email);
  const invented = app.code() === "123456" ? "654321" : "123456";
  expect((await browser.post("/sign-in/totp", { code: invented })).status).toBe(422);
  expect((await browser.post("/sign-in/totp", { code: "11112222" })).status).toBe(422);
  expect((await browser.post("/sign-in/totp", { code: app.code() })).status).toBe(303);
});
