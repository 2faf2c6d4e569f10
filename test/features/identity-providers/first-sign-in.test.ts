// Whom an identity provider does not bring in at a first sign-in, though the address is one it may name.
import { describe, expect, test } from "bun:test";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import { signAssertion } from "../../protocols/saml/support/idp.ts";
import { locationOf } from "../sign-in/support.ts";
import {
  anIdp,
  makeDefault,
  ok,
  postResponse,
  responseTo,
  signInBy,
  toProvider,
} from "./support.ts";

const app = await testApp();

async function aHouse() {
  const tenant = await app.aTenant();
  return { tenant, idp: await anIdp(tenant), browser: tenant.newBrowser() };
}
const refusalsOf = async (tenant: TestTenant) =>
  (await tenant.events("sign_in.provider_refused")).map(({ data }) => data["cause"]);
const headingOf = async (sent: Response) => /<h1>(.*?)<\/h1>/s.exec(await sent.text())?.[1];

describe("a default that may name any address", () => {
  test("brings in nobody who comes by the provider of their own domain", async () => {
    const { tenant, idp } = await aHouse();
    const theirs = await anIdp(tenant);
    const user = await tenant.aUser({ email: `ada@${theirs.domain}` });
    await makeDefault(tenant, idp);
    await ok(tenant.api.patch(`/identity-providers/${idp.id}`, { speaksForAll: true }));
    for (const email of [user.email, `new@${theirs.domain}`]) {
      const browser = tenant.newBrowser();
      const request = await toProvider(browser, "somebody@elsewhere.example");
      const xml = signAssertion(responseTo(app, idp, request, { email, nameId: email }));
      const back = locationOf(await postResponse(browser, idp, xml)) ?? "";
      expect((await browser.get(back)).status).toBe(403);
    }
    expect(await refusalsOf(tenant)).toEqual(["unknown", "unknown"]);
    expect(await tenant.events("session.started")).toEqual([]);
    expect(await tenant.events("identity_provider.person_created")).toEqual([]);
  });
});

test("somebody whose invitation waits is sent to it, and not told that they are deactivated", async () => {
  const { tenant, idp, browser } = await aHouse();
  const { id } = await tenant.aUser({ email: `ada@${idp.domain}`, state: "invited" });
  // The link was opened, and no password chosen.
  await tenant.tenant.write((db) =>
    db
      .updateTable("user_emails")
      .set({ verified_at: new Date() })
      .where("user_id", "=", id)
      .execute(),
  );
  const sent = await signInBy(app, browser, idp);
  expect([sent.status, await headingOf(sent)]).toEqual([403, "You cannot come in this way"]);
  expect(await refusalsOf(tenant)).toEqual(["address_unverified"]);
});
