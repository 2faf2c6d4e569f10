// The page "Security" says what is asked of this person at sign-in, and nothing that is asked of others.
import { expect, test } from "bun:test";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { anIdp, signInBy } from "../identity-providers/support.ts";

const house = await testApp();

const pageOf = async (browser: Browser) => (await browser.get("/security")).text();
const asked = "Asked for at sign-in, unless you use a passkey";

/** Somebody with a password whom a provider has brought in. */
async function comesByProvider(tenant: TestTenant, role: "member" | "super_admin") {
  const idp = await anIdp(tenant, { trustsSecondStep: true });
  const user = await tenant.aUser({ email: `ada@${idp.domain}`, role });
  return { idp, user };
}

test("who comes in by a provider alone is not told that a password or a passkey opens the door", async () => {
  const tenant = await house.aTenant();
  const { idp } = await comesByProvider(tenant, "member");
  const browser = tenant.newBrowser();
  await signInBy(house, browser, idp, { classRef: "https://refeds.org/profile/mfa" });
  const page = await pageOf(browser);
  const { name } = idp.connection;
  expect(page).toContain(`You come in by ${name} alone: a password does not open`);
  expect(page).toContain(`You come in by ${name} alone: a passkey does not open`);
  expect(page).toContain(`Asked for after ${name}`);
  expect(page).not.toContain(asked);
});

test("to everybody else, a super administrator whose address leads to one included, both do", async () => {
  const tenant = await house.aTenant();
  const { user } = await comesByProvider(tenant, "super_admin");
  const page = await pageOf(await tenant.signedIn(user));
  expect(page).toContain(asked);
  expect(page).toContain("Asked for after the password");
  expect(page).not.toContain("alone: a password does not open");
});
