// What a password costs the database: the figures are the bounds, so that something read twice is noticed. Without the statements that
// open and close transactions.
import { expect, test } from "bun:test";
import { goodPassword, testApp } from "../../support/a-tenant.ts";
import { statementsOf } from "../../support/statements.ts";
import { locationOf, mailedCode, throughPassword, withApp } from "./support.ts";
import type { Browser } from "../../support/browser.ts";

const app = await testApp();

/** An address, then what its password costs and leads to. */
async function cost(browser: Browser, email: string, password = goodPassword) {
  await browser.post("/sign-in", { email, return_to: "/" });
  const answers: (string | number | null)[] = [];
  const sent = await statementsOf(async () => {
    const answer = await browser.post("/sign-in/password", { password });
    answers.push(locationOf(answer) ?? answer.status);
  });
  return { to: answers[0], sent: sent.length, texts: sent.map(({ text }) => text) };
}

/** Somebody whose password was measured at a sign-in before, as everybody's is. */
async function somebody() {
  const tenant = await app.aTenant();
  const user = await tenant.aUser();
  const browser = tenant.newBrowser();
  await throughPassword(browser, user.email);
  await browser.post("/sign-in/code", { code: await mailedCode(tenant, user.email) });
  await browser.post("/sign-out");
  return { tenant, user, browser };
}

test("a right password in an unknown browser, and the code that is mailed: 17, once 24", async () => {
  const { tenant, user } = await somebody();
  const { to, sent } = await cost(tenant.newBrowser(), user.email);
  expect(to).toBe("/sign-in/code");
  expect(sent).toBeLessThanOrEqual(17);
});

test("a right password in a known browser, and the app that is asked for: 11, once 19", async () => {
  const { tenant, user, browser } = await somebody();
  await withApp(app, tenant, user);
  const { to, sent } = await cost(browser, user.email);
  expect(to).toBe("/sign-in/totp");
  expect(sent).toBeLessThanOrEqual(11);
});

test("a wrong password, and the page that says so, with the providers offered there: 13; the same for an address that is nobody's", async () => {
  const { tenant, user } = await somebody();
  const wrong = await cost(tenant.newBrowser(), user.email, "wrong and wrong again");
  expect(wrong.to).toBe(422);
  expect(wrong.sent).toBeLessThanOrEqual(13);
  const nobodys = await cost(tenant.newBrowser(), "nobody@example.com", "wrong and wrong again");
  expect(nobodys.texts).toEqual(wrong.texts);
});
