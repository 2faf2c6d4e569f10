// An address that becomes somebody else's: what its mailbox, or a link from the server, has proven for the former owner is worth nothing.
import { describe, expect, test } from "bun:test";
import { setEmailByOperator } from "#features/addresses/index.ts";
import { findTenant } from "#features/tenants/index.ts";
import { postOf } from "#platform/http/handling.ts";
import { recover } from "../../../bin/_recover.ts";
import { goodPassword, testApp, type TestTenant, type TestUser } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { isSignedIn, locationOf, mailedCode, setPolicy } from "../sign-in/support.ts";
import { aPerson, giveAddress, idOf, own, pathOf } from "./support.ts";

const house = await testApp();
const actor = { kind: "operator", command: "user set-email" } as const;
const desk = "desk@second.example";

/** A browser that has come by the operator's link, chosen a password, and stands at it: nobody is named there. */
async function throughLink(tenant: TestTenant, user: TestUser): Promise<Browser> {
  const found = await house.services.database.system((db) => findTenant(db, tenant.subdomain));
  if (!found) throw new Error("no tenant");
  const { link } = await recover(house.services, actor, found, {
    email: user.email,
    unlink: false,
    keepSecondSteps: false,
    revertPolicyTrial: false,
    defaultPolicy: false,
  });
  const browser = tenant.newBrowser();
  await browser.post(new URL(link).pathname);
  const password = "heron candle umbrella plinth";
  expect(locationOf(await browser.post("/sign-in/new-password", { password }))).toBe(
    "/sign-in/password",
  );
  return browser;
}

/** Somebody whose second address was proven in a browser that stands at the password. */
async function proven() {
  const { tenant, user, browser: mine } = await aPerson(house, { second: desk });
  await setPolicy(tenant, { email_proof_first: true });
  const browser = tenant.newBrowser();
  await browser.post("/sign-in", { email: desk, return_to: "/" });
  const code = await mailedCode(tenant, desk);
  expect(locationOf(await browser.post("/sign-in/proof", { code }))).toBe("/sign-in/password");
  return { tenant, user, mine, browser };
}

/** The address is another person's now, who types their own password in that browser. */
async function expectNothingOpens(tenant: TestTenant, browser: Browser, email: string) {
  await giveAddress(tenant, await tenant.aUser(), email);
  const answer = await browser.post("/sign-in/password", { password: goodPassword });
  expect([answer.status, await isSignedIn(browser)]).toEqual([410, false]);
}

describe("an address that moves", () => {
  test("takes the operator's link with it, set by the operator", async () => {
    const tenant = await house.aTenant();
    const user = await tenant.aUser();
    const browser = await throughLink(tenant, user);
    await tenant.tenant.write((db) =>
      setEmailByOperator(
        { db, actor, post: postOf(house.services, tenant.site), now: house.clock.now() },
        { email: user.email, newEmail: "new@elsewhere.example", confirm: true },
      ),
    );
    await expectNothingOpens(tenant, browser, user.email);
  });

  test("takes the code with it that proved its mailbox, removed by its person", async () => {
    const { tenant, user, mine, browser } = await proven();
    const id = await idOf(tenant, user, desk);
    expect(locationOf(await mine.delete(`${own}/${id}`))).toBe(own);
    await expectNothingOpens(tenant, browser, desk);
  });

  test("takes it with it too where an administrator removes it, and leaves alone who has only typed it", async () => {
    const { tenant, user, browser } = await proven();
    const typed = tenant.newBrowser();
    await setPolicy(tenant, { email_proof_first: false });
    await typed.post("/sign-in", { email: desk, return_to: "/" });
    const id = await idOf(tenant, user, desk);
    expect((await tenant.api.delete(`${pathOf(user)}/${id}`)).status).toBeLessThan(300);
    expect((await typed.get("/sign-in/password")).status).toBe(200);
    await expectNothingOpens(tenant, browser, desk);
  });

  test("takes it with it where its person is deleted", async () => {
    const tenant = await house.aTenant({ signedInAs: "super_admin" });
    const user = await tenant.aUser();
    const browser = await throughLink(tenant, user);
    await tenant.api.put(`/users/${user.id}/deactivation`, {});
    const gone = await tenant.api.delete(`/users/${user.id}`, { confirmation: user.email });
    expect(gone.status).toBeLessThan(300);
    await expectNothingOpens(tenant, browser, user.email);
  });
});
