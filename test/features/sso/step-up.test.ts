// What an application is told after its person proved again who they are: the time of that, and what was proven by then.
import { expect, test } from "bun:test";
import { authnContexts } from "#protocols/saml/authn-context.ts";
import { goodPassword, testApp, type TestTenant } from "../../support/a-tenant.ts";
import { aPasskey } from "../passkeys/support.ts";
import { anSp, authnRequest, signOn } from "./support.ts";

const app = await testApp();

async function byPasskey(tenant: TestTenant): Promise<string> {
  const { authenticator } = await aPasskey(app, tenant, tenant.me);
  const asked = await tenant.browser.post("/security/passkeys/proof");
  const { options } = (await asked.json()) as { options: { challenge: string } };
  return authenticator.assert(tenant.origin, options);
}

const minutesAgo = (xml: string) => {
  const instant = /AuthnInstant="([^"]+)"/.exec(xml)?.[1] ?? "";
  return Math.round((app.clock.now().getTime() - Date.parse(instant)) / 60_000);
};

test("an assertion says when and how the session was proved last", async () => {
  const tenant = await app.aTenant({ signedInAs: "member" });
  const sp = await anSp(tenant);
  app.clock.advance({ minutes: 30 });
  const before = await signOn(tenant.browser, sp, authnRequest(app, sp));
  expect([minutesAgo(before.xml), before.context]).toEqual([
    30,
    authnContexts.passwordProtectedTransport,
  ]);

  await tenant.browser.post("/step-up", { currentPassword: goodPassword });
  const again = await signOn(tenant.browser, sp, authnRequest(app, sp));
  // A password proved again is a password, no more.
  expect([minutesAgo(again.xml), again.context]).toEqual([
    0,
    authnContexts.passwordProtectedTransport,
  ]);

  app.clock.advance({ minutes: 20 });
  await tenant.browser.post("/step-up", { passkey: await byPasskey(tenant) });
  app.clock.advance({ minutes: 3 });
  const after = await signOn(tenant.browser, sp, authnRequest(app, sp));
  expect([minutesAgo(after.xml), after.context]).toEqual([3, authnContexts.refedsMultiFactor]);
  expect(after.sessionIndex).toBe(before.sessionIndex);
});

test("an application that asks for a passkey takes a session that was proved by one since", async () => {
  const tenant = await app.aTenant({ signedInAs: "member" });
  const sp = await anSp(tenant);
  await tenant.api.patch(`/applications/${sp.application.id}`, { strength: "phishing_resistant" });
  app.clock.advance({ minutes: 11 });
  await tenant.browser.post("/step-up", { passkey: await byPasskey(tenant) });
  expect((await signOn(tenant.browser, sp, authnRequest(app, sp))).status).toBe("Success");
});
