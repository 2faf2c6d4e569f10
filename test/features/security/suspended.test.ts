// A suspended passkey opens nothing and keeps the mailbox out: nobody is left with that alone.
import { expect, test } from "bun:test";
import { goodPassword, testApp } from "../../support/a-tenant.ts";
import { aPasskey, proofBy } from "../passkeys/support.ts";
import { locationOf, throughPassword, withApp } from "../sign-in/support.ts";

const house = await testApp();
const appPath = "/security/authenticator-app";

/** A member with a suspended passkey. */
async function withSuspended() {
  const tenant = await house.aTenant({ signedInAs: "member" });
  const { passkeyId } = await aPasskey(house, tenant, tenant.me);
  await tenant.tenant.write((db) =>
    db
      .updateTable("passkeys")
      .set({ suspended_at: house.clock.now() })
      .where("id", "=", passkeyId)
      .execute(),
  );
  return { tenant, passkeyId };
}

test("the page Security promises no code by e-mail beside a passkey", async () => {
  const { tenant } = await withSuspended();
  const page = await (await tenant.browser.get("/security")).text();
  expect(page).toContain("no code by e-mail is accepted");
  expect(page).not.toContain("a code is sent to");
});

test("the app stays until the suspended passkey is gone; then the mailbox counts again", async () => {
  const { tenant, passkeyId } = await withSuspended();
  const app = await withApp(house, tenant, tenant.me);
  const typed = () => ({ currentPassword: goodPassword, code: app.code() });
  const refused = await tenant.browser.delete(appPath, typed());
  expect(refused.status).toBe(409);
  expect(await refused.text()).toContain("remove the suspended one first");
  expect(await tenant.events("totp.removed")).toEqual([]);

  const gone = await tenant.browser.delete(`/security/passkeys/${passkeyId}`, typed());
  expect(gone.status).toBe(303);
  house.clock.advance({ seconds: 31 });
  expect((await tenant.browser.delete(appPath, typed())).status).toBe(303);
  expect(locationOf(await throughPassword(tenant.newBrowser(), tenant.me.email))).toBe(
    "/sign-in/code",
  );
});

test("the last passkey that can be used stays beside it", async () => {
  const { tenant } = await withSuspended();
  const { authenticator, passkeyId } = await aPasskey(house, tenant, tenant.me);
  const path = `/security/passkeys/${passkeyId}`;
  expect(await (await tenant.browser.get(`${path}/removal`)).text()).toContain(
    "Remove the suspended one first",
  );
  const proof = await proofBy(tenant.browser, authenticator);
  expect((await tenant.browser.delete(path, proof)).status).toBe(409);
  expect(await tenant.events("passkey.removed")).toEqual([]);
});
