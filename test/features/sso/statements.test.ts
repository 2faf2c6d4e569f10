// What one single sign-on costs the database, step by step: the figures are the bounds, so that a check made twice is noticed.
import { expect, test } from "bun:test";
import { nameIdFormats } from "#protocols/saml/name-id.ts";
import { testApp } from "../../support/a-tenant.ts";
import { statementsOf } from "../../support/statements.ts";
import { agree, anSp, authnRequest, received, signOn, waitingAt } from "./support.ts";

const app = await testApp();

/** How many statements a step sends, without what opens and closes transactions; the session's own look-up is one of them. */
async function cost<T>(step: () => Promise<T>): Promise<{ sent: number; answer: T }> {
  let answer: { value: T } | undefined;
  const { length: sent } = await statementsOf(async () => {
    answer = { value: await step() };
  });
  if (!answer) throw new Error("nothing was done");
  return { sent, answer: answer.value };
}

test("a request that arrives: two look-ups, one count, one row", async () => {
  const tenant = await app.aTenant({ signedInAs: "member" });
  const sp = await anSp(tenant);
  const { sent } = await cost(() => waitingAt(tenant.newBrowser(), authnRequest(app, sp)));
  expect(sent).toBeLessThanOrEqual(4);
});

test("the page that hands over: found, decided and used up in one transaction", async () => {
  const tenant = await app.aTenant({ signedInAs: "member" });
  const { browser } = tenant;
  const sp = await anSp(tenant);
  await signOn(browser, sp, authnRequest(app, sp));
  const path = await waitingAt(browser, authnRequest(app, sp));
  const { sent, answer } = await cost(() => browser.get(path));
  expect((await received(answer, sp)).status).toBe("Success");
  // One of them holds the session, so that it cannot end meanwhile; one remembers what the application is told, for signing out.
  expect(sent).toBeLessThanOrEqual(11);
});

test("the page that asks, and the button that answers, which decides anew", async () => {
  const tenant = await app.aTenant({ signedInAs: "member" });
  const sp = await anSp(tenant, { nameIdFormat: nameIdFormats.persistent });
  const path = await waitingAt(tenant.browser, authnRequest(app, sp));
  const asking = await cost(() => tenant.browser.get(path));
  expect(asking.sent).toBeLessThanOrEqual(7);
  const both = await cost(() => agree(tenant.browser, path));
  expect((await received(both.answer, sp)).status).toBe("Success");
  // Of these, three make and read the persistent identifier, and one holds the session.
  expect(both.sent - asking.sent).toBeLessThanOrEqual(15);
});

test("a launch from My Apps", async () => {
  const tenant = await app.aTenant({ signedInAs: "member" });
  const sp = await anSp(tenant);
  const { sent, answer } = await cost(() =>
    tenant.browser.get(`/saml/idp/launch/${sp.application.id}`),
  );
  expect(answer.status).toBe(303);
  expect(sent).toBeLessThanOrEqual(5);
});
