// While setting up a stronger second step is put off, the start page and the page Security say until when, and lead to it.
import { expect, test } from "bun:test";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { statementsOf } from "../../support/statements.ts";
import { anIdp, signInBy } from "../identity-providers/support.ts";
import { aPasskey } from "../passkeys/support.ts";
import { locationOf, setPolicy, signIn, withApp } from "../sign-in/support.ts";

const house = await testApp();
const { clock } = house;

const pageOf = async (browser: Browser, path: string) => (await browser.get(path)).text();
const bothOf = async (browser: Browser) => [
  await pageOf(browser, "/"),
  await pageOf(browser, "/security"),
];
const title = "Protect your account better";

/** The day that many days from now, as pages name it. */
const dayIn = (days: number) =>
  new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" }).format(
    new Date(clock.now().getTime() + days * 86_400_000),
  );

/** Somebody who has put it off. */
async function putOff(tenant: TestTenant, policy: Parameters<typeof setPolicy>[1]) {
  await setPolicy(tenant, policy);
  const user = await tenant.aUser();
  const browser = tenant.newBrowser();
  expect(locationOf(await signIn(tenant, browser, user))).toBe("/sign-in/enrolment");
  expect((await browser.post("/sign-in/enrolment/later")).status).toBe(303);
  return { user, browser };
}

test("both pages say until which day, and lead to an app and a passkey", async () => {
  const tenant = await house.aTenant();
  const { browser } = await putOff(tenant, { strength: "strong", grace_days: 7 });
  const until = dayIn(7);
  clock.advance({ minutes: 10 });
  const [home = "", security = ""] = await bothOf(browser);
  for (const page of [home, security]) {
    expect(page).toContain(title);
    expect(page).toContain("asks for a passkey or an authenticator app.");
    expect(page).toContain(`Set one up by ${until}: after that you cannot sign in without it.`);
  }
  expect(home).toContain('href="/security"');
  for (const href of ["/security/passkeys/new", "/security/authenticator-app"])
    expect(security).toContain(`href="${href}"`);
  expect(security).toContain(`That is enough until ${until}.`);
});

test("where a passkey is asked for, an app is not presented as enough, nor to somebody who has one", async () => {
  const tenant = await house.aTenant();
  const { user, browser } = await putOff(tenant, { strength: "phishing_resistant", grace_days: 3 });
  const [home = "", security = ""] = await bothOf(browser);
  for (const page of [home, security]) expect(page).toContain("asks for a passkey, which cannot");
  expect(security).toContain("An authenticator app is not enough");
  await withApp(house, tenant, user);
  const [homeWithApp = "", withAppToo = ""] = await bothOf(browser);
  for (const page of [homeWithApp, withAppToo]) expect(page).toContain("Set one up by");
  await aPasskey(house, tenant, user);
  for (const page of await bothOf(browser)) expect(page).not.toContain(title);
});

test("what a group asks counts; an app that is set up ends it, as does a policy that asks no more", async () => {
  const tenant = await house.aTenant();
  const user = await tenant.aUser();
  const { id } = await tenant.aGroup("Board", [user]);
  await house.asSuperuser("update app.groups set strength = 'strong' where id = $1", [id]);
  const browser = tenant.newBrowser();
  await signIn(tenant, browser, user);
  await browser.post("/sign-in/enrolment/later");
  for (const page of await bothOf(browser)) expect(page).toContain(title);
  await house.asSuperuser("update app.groups set strength = null where id = $1", [id]);
  for (const page of await bothOf(browser)) expect(page).not.toContain(title);
  await house.asSuperuser("update app.groups set strength = 'strong' where id = $1", [id]);
  await withApp(house, tenant, user);
  for (const page of await bothOf(browser)) expect(page).not.toContain(title);
});

test("when the days are over, the code by e-mail is not presented as enough", async () => {
  const tenant = await house.aTenant();
  const { browser } = await putOff(tenant, { strength: "strong", grace_days: 7 });
  await setPolicy(tenant, { strength: "strong", grace_days: 0 });
  const [home = "", security = ""] = await bothOf(browser);
  for (const page of [home, security])
    expect(page).toContain("You have to set one up at your next sign-in");
  expect(security).toContain("That is not enough any more");
});

test("nobody else reads of it: who was never asked, and whose provider names several factors", async () => {
  const tenant = await house.aTenant();
  const idp = await anIdp(tenant, { trustsSecondStep: true });
  const { browser: elsewhere } = await putOff(tenant, { strength: "strong", grace_days: 7 });
  const quiet = await house.aTenant({ signedInAs: "member" });
  for (const page of await bothOf(quiet.browser)) expect(page).not.toContain(title);
  const user = await tenant.aUser({ email: `ada@${idp.domain}` });
  await house.asSuperuser("update app.users set strength_asked_at = now() where id = $1", [
    user.id,
  ]);
  const browser = tenant.newBrowser();
  await signInBy(house, browser, idp, { classRef: "https://refeds.org/profile/mfa" });
  for (const page of await bothOf(browser)) expect(page).not.toContain(title);
  for (const page of await bothOf(elsewhere)) expect(page).toContain(title);
});

test("it costs one statement, and one more for somebody who was asked", async () => {
  const countOf = async (browser: Browser) => {
    await browser.get("/");
    return (await statementsOf(() => browser.get("/"))).length;
  };
  const tenant = await house.aTenant({ signedInAs: "member" });
  const { browser } = await putOff(tenant, { strength: "strong", grace_days: 7 });
  const [asked, unasked] = [await countOf(browser), await countOf(tenant.browser)];
  expect(asked - unasked).toBe(1);
  expect(unasked).toBeLessThanOrEqual(5);
});
