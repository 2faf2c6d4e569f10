// Somebody who comes by an identity provider, and an application or a group that asks for more than its word: what the provider is asked
// for, how often, and what is set up here instead.
import { describe, expect, test } from "bun:test";
import { authnContexts } from "#protocols/saml/authn-context.ts";
import { totpCode, totpStep } from "#protocols/totp.ts";
import { goodPassword, testApp, type TestTenant } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { isSignedIn, locationOf, mailedCode, setPolicy, withApp } from "../sign-in/support.ts";
import { agree, anSp, authnRequest, received, type Sp, waitingAt } from "../sso/support.ts";
import {
  anIdp,
  answer,
  askedOn,
  type Idp,
  type IdpWish,
  postResponse,
  responseTo,
} from "./support.ts";

const app = await testApp();
const { refedsMultiFactor: mfa, unspecified } = authnContexts;
const forced = 'ForceAuthn="true"';
const context = "RequestedAuthnContext";
const vain = "was asked for several factors and did not name any";

interface Wish extends IdpWish {
  readonly asks?: "strong" | "phishing_resistant" | null;
  readonly children?: string;
}

/** Somebody in front of an application, at a tenant that asks for the least and has a provider. */
async function aHouse({ asks = "strong", children = "", ...wish }: Wish = {}) {
  const tenant = await app.aTenant();
  const idp = await anIdp(tenant, { preset: "other", ...wish });
  const sp = await anSp(tenant);
  await tenant.api.patch(`/applications/${sp.application.id}`, { strength: asks });
  const browser = tenant.newBrowser();
  const path = await waitingAt(browser, authnRequest(app, sp, { children }));
  return { tenant, idp, sp, browser, path };
}

/** From the address to the provider; answers the request that it is asked with. */
async function start(browser: Browser, idp: Idp, returnTo: string) {
  await browser.post("/sign-in", { email: `ada@${idp.domain}`, return_to: returnTo });
  return asked(browser);
}
const asked = async (browser: Browser) =>
  askedOn(await (await browser.get("/sign-in/provider")).text());

/** The provider gives a status in the place of an assertion. */
async function declines(browser: Browser, idp: Idp, request: { id: string }, subCode: string) {
  const [outer, inner] = ["Responder", subCode].map(
    (c) => `urn:oasis:names:tc:SAML:2.0:status:${c}`,
  );
  const xml = responseTo(app, idp, request, { content: "" }).replace(
    /<samlp:StatusCode [^>]+\/>/,
    `<samlp:StatusCode Value="${outer}"><samlp:StatusCode Value="${inner}"/></samlp:StatusCode>`,
  );
  const posted = await postResponse(browser, idp, xml);
  return browser.get(posted.headers.get("location") ?? "");
}

async function setUpApp(browser: Browser): Promise<void> {
  await browser.post("/sign-in/enrolment/app");
  const page = await (await browser.get("/sign-in/enrolment/app")).text();
  const secret = /id="totp-key"[^>]*>([A-Z2-7 ]+)</.exec(page)?.[1]?.replaceAll(" ", "") ?? "";
  const code = totpCode(secret, totpStep(app.clock.now()));
  const done = await browser.post("/sign-in/enrolment/app/confirmation", { code });
  expect(done.status).toBe(200);
}

const told = async (browser: Browser, sp: Sp, path: string) => {
  const { status, context: said } = await received(await agree(browser, path), sp);
  return [status, said];
};
const methodsOf = async (tenant: TestTenant) =>
  (await tenant.events("session.started")).map(({ data }) => data["methods"]);
const minutesAgo = (minutes: number) => new Date(app.clock.now().getTime() - minutes * 60_000);

describe("an application that asks for a stronger step", () => {
  test("has the provider asked for several factors, whose word lets the person in", async () => {
    const { tenant, idp, sp, browser, path } = await aHouse();
    const request = await start(browser, idp, path);
    expect(request.xml).toContain(context);
    expect(request.xml).toContain(mfa);
    const done = await answer(app, browser, idp, { request, classRef: mfa });
    expect(locationOf(done)).toBe(path);
    expect(await methodsOf(tenant)).toEqual([["provider", "provider_mfa"]]);
    expect(await told(browser, sp, path)).toEqual(["Success", mfa]);
  });

  test("has one of ours set up where the provider names none, and says so, once", async () => {
    const { tenant, idp, sp, browser, path } = await aHouse();
    const request = await start(browser, idp, path);
    const back = await answer(app, browser, idp, { request });
    expect(locationOf(back)).toBe("/sign-in/enrolment");
    const page = await (await browser.get("/sign-in/enrolment")).text();
    expect(page).toContain(`${idp.connection.name} ${vain}`);
    expect(page).toContain("Wiki asks for more than you have proven so far");
    expect(await (await browser.get("/sign-in/enrolment")).text()).not.toContain(vain);
    await setUpApp(browser);
    expect(await methodsOf(tenant)).toEqual([["provider", "totp"]]);
    expect(await told(browser, sp, path)).toEqual(["Success", mfa]);
  });

  test("has it set up at a provider that is asked for no contexts, and at one whose word does not count", async () => {
    const plain = await aHouse({ preset: "okta" });
    const request = await start(plain.browser, plain.idp, plain.path);
    expect(request.xml).not.toContain(context);
    const back = await answer(app, plain.browser, plain.idp, { request });
    expect(locationOf(back)).toBe("/sign-in/enrolment");
    expect(await (await plain.browser.get("/sign-in/enrolment")).text()).not.toContain(vain);

    const { tenant, idp, sp, browser, path } = await aHouse({ trustsSecondStep: false });
    const asks = await start(browser, idp, path);
    expect(asks.xml).not.toContain(context);
    const first = await answer(app, browser, idp, { request: asks, classRef: mfa });
    expect(locationOf(first)).toBe("/sign-in/code");
    const code = await mailedCode(tenant, `ada@${idp.domain}`);
    expect(locationOf(await browser.post("/sign-in/code", { code }))).toBe("/sign-in/enrolment");
    await setUpApp(browser);
    expect(await told(browser, sp, path)).toEqual(["Success", mfa]);
  });

  test("asks for a passkey where the provider's word is never enough", async () => {
    const { idp, browser, path } = await aHouse({ asks: "phishing_resistant" });
    const request = await start(browser, idp, path);
    const back = await answer(app, browser, idp, { request, classRef: mfa });
    expect(locationOf(back)).toBe("/sign-in/enrolment");
    expect(await (await browser.get("/sign-in/enrolment")).text()).toContain("asks for a passkey");
  });

  test("lets the person go on without it, and leads them back when they open it again", async () => {
    const { idp, browser, path } = await aHouse();
    const request = await start(browser, idp, path);
    await answer(app, browser, idp, { request });
    expect(locationOf(await browser.post("/sign-in/enrolment/later"))).toBe(path);
    expect(await isSignedIn(browser)).toBe(true);
    expect(await (await browser.get(path)).text()).toContain("Wiki asks for another sign-in");
    const again = { email: `ada@${idp.domain}`, return_to: path, reauthenticate: "1" };
    await browser.post("/sign-in", again);
    const second = await asked(browser);
    expect(second.xml).toContain(forced);
    const done = await answer(app, browser, idp, { request: second, classRef: mfa });
    expect(locationOf(done)).toBe(path);
  });

  test("takes a session by the provider that is there already, after another round trip", async () => {
    const { idp, sp, browser } = await aHouse();
    const request = await start(browser, idp, "/");
    expect(request.xml).not.toContain(context);
    await answer(app, browser, idp, { request });
    app.clock.advance({ seconds: 5 });
    const path = await waitingAt(browser, authnRequest(app, sp));
    const signIn = locationOf(await browser.get(path)) ?? "";
    expect(signIn).toStartWith("/sign-in?reauthenticate=1");
    await browser.post("/sign-in", {
      email: `ada@${idp.domain}`,
      return_to: path,
      reauthenticate: "1",
    });
    const second = await asked(browser);
    expect([second.xml.includes(forced), second.xml.includes(mfa)]).toEqual([true, true]);
    await answer(app, browser, idp, { request: second, classRef: mfa });
    expect(await told(browser, sp, path)).toEqual(["Success", mfa]);
  });
});

describe("a request that asks for a context", () => {
  const exactly = (classRef: string) =>
    `<samlp:RequestedAuthnContext><saml:AuthnContextClassRef>${classRef}</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>`;

  test("has several factors asked for there, and set up here where it names none", async () => {
    const { idp, sp, browser, path } = await aHouse({ asks: null, children: exactly(mfa) });
    const request = await start(browser, idp, path);
    expect(request.xml).toContain(mfa);
    expect(locationOf(await answer(app, browser, idp, { request }))).toBe("/sign-in/enrolment");
    await setUpApp(browser);
    expect(await told(browser, sp, path)).toEqual(["Success", mfa]);
  });

  test("of a password is refused about somebody who has no way to give one", async () => {
    const children = exactly(authnContexts.passwordProtectedTransport);
    const { idp, sp, browser, path } = await aHouse({ asks: null, children });
    const request = await start(browser, idp, path);
    expect(locationOf(await answer(app, browser, idp, { request }))).toBe(path);
    const { status } = await received(await browser.get(path), sp);
    expect(status).toBe("Responder NoAuthnContext");
  });

  test("is told nothing of how the provider asked, where that said nothing", async () => {
    const { idp, sp, browser, path } = await aHouse({ asks: null });
    const request = await start(browser, idp, path);
    await answer(app, browser, idp, { request });
    expect(await told(browser, sp, path)).toEqual(["Success", unspecified]);
  });
});

describe("a provider that cannot say what is asked for", () => {
  test("is asked for less, once; then one of ours is set up", async () => {
    const { idp, browser, path } = await aHouse();
    const first = await start(browser, idp, path);
    const back = await declines(browser, idp, first, "NoAuthnContext");
    expect(locationOf(back)).toBe("/sign-in/provider");
    const second = await asked(browser);
    expect(second.xml).not.toContain(context);
    expect(locationOf(await answer(app, browser, idp, { request: second }))).toBe(
      "/sign-in/enrolment",
    );
    expect(await (await browser.get("/sign-in/enrolment")).text()).toContain(vain);
  });

  test("turns the person away when it lets nobody in after that, or for another reason", async () => {
    const { idp, browser, path } = await aHouse();
    await declines(browser, idp, await start(browser, idp, path), "NoAuthnContext");
    const again = await declines(browser, idp, await asked(browser), "NoAuthnContext");
    expect([again.status, await again.text()]).toEqual([
      403,
      expect.stringContaining("You cannot come in this way"),
    ]);
    const failed = await declines(browser, idp, await start(browser, idp, path), "AuthnFailed");
    expect(failed.status).toBe(403);
  });
});

describe("a group that asks for a stronger step", () => {
  async function inGroup() {
    const { tenant, idp, browser } = await aHouse({ asks: null });
    const user = await tenant.aUser({ email: `ada@${idp.domain}` });
    const group = await tenant.aGroup();
    await tenant.tenant.write(async (db) => {
      const strength = "strong" as const;
      await db.updateTable("groups").set({ strength }).where("id", "=", group.id).execute();
      const member = { group_id: group.id, user_id: user.id };
      await db.insertInto("group_members").values(member).execute();
    });
    await setPolicy(tenant, { grace_days: 0 });
    return { tenant, idp, browser };
  }

  test("sends the person back to the provider, which proves it anew", async () => {
    const { tenant, idp, browser } = await inGroup();
    const first = await start(browser, idp, "/");
    expect(first.xml).not.toContain(context);
    expect(locationOf(await answer(app, browser, idp, { request: first }))).toBe(
      "/sign-in/provider",
    );
    expect(await isSignedIn(browser)).toBe(false);
    const second = await asked(browser);
    expect([second.xml.includes(forced), second.xml.includes(mfa)]).toEqual([true, true]);
    const done = await answer(app, browser, idp, { request: second, classRef: mfa });
    expect(locationOf(done)).toBe("/");
    expect(await methodsOf(tenant)).toEqual([["provider", "provider_mfa"]]);
  });

  test("does not send them round in a circle: the second time ours is set up", async () => {
    const { idp, browser } = await inGroup();
    const request = await start(browser, idp, "/");
    await answer(app, browser, idp, { request });
    const second = await asked(browser);
    expect(locationOf(await answer(app, browser, idp, { request: second }))).toBe(
      "/sign-in/enrolment",
    );
  });

  test("a step that is here is used, without another trip", async () => {
    const { tenant, idp, browser } = await inGroup();
    const [user] = await tenant.tenant.read((db) =>
      db
        .selectFrom("user_emails")
        .select("user_id as id")
        .where("email", "=", `ada@${idp.domain}`)
        .execute(),
    );
    if (!user) throw new Error("nobody");
    await withApp(app, tenant, user as never);
    const request = await start(browser, idp, "/");
    expect(locationOf(await answer(app, browser, idp, { request }))).toBe("/sign-in/link");
    const proven = await browser.post("/sign-in/link", { password: goodPassword });
    expect(locationOf(proven)).toBe("/sign-in/totp");
  });
});

describe("what is set up by the provider's word", () => {
  test("is set up by one of this moment: an old session there proves nothing", async () => {
    const { idp, browser, path } = await aHouse({ preset: "okta" });
    const request = await start(browser, idp, path);
    const old = { request, authnInstant: minutesAgo(180) };
    expect(locationOf(await answer(app, browser, idp, old))).toBe("/sign-in/provider");
    expect((await browser.post("/sign-in/enrolment/app")).status).toBe(410);
    const second = await asked(browser);
    expect(second.xml).toContain(forced);
    const stale = { request: second, authnInstant: minutesAgo(180) };
    const refused = await answer(app, browser, idp, stale).catch((error: Error) => error.message);
    expect(refused).toStartWith("4");
    const third = await asked(browser);
    expect(locationOf(await answer(app, browser, idp, { request: third }))).toBe(
      "/sign-in/enrolment",
    );
  });

  test("is asked for anew also where a code by e-mail comes between", async () => {
    const { idp, browser, path } = await aHouse({ trustsSecondStep: false });
    const request = await start(browser, idp, path);
    const old = { request, authnInstant: minutesAgo(180) };
    expect(locationOf(await answer(app, browser, idp, old))).toBe("/sign-in/provider");
  });

  test("an old session there is enough where nothing is set up", async () => {
    const { idp, browser } = await aHouse();
    const request = await start(browser, idp, "/");
    const old = { request, authnInstant: minutesAgo(180) };
    expect(locationOf(await answer(app, browser, idp, old))).toBe("/");
  });

  test("stands beside an app only after a code of that", async () => {
    const { tenant, idp, browser, path } = await aHouse({ asks: "phishing_resistant" });
    const user = await tenant.aUser({ email: `ada@${idp.domain}` });
    const authenticator = await withApp(app, tenant, user);
    const request = await start(browser, idp, path);
    const back = await answer(app, browser, idp, { request, classRef: mfa });
    expect(locationOf(back)).toBe("/sign-in/link");
    const known = await browser.post("/sign-in/link", { password: goodPassword });
    expect(locationOf(known)).toBe("/sign-in/totp");
    const proven = await browser.post("/sign-in/totp", { code: authenticator.code() });
    expect(locationOf(proven)).toBe("/sign-in/enrolment");
  });
});

test("another tenant's waiting request raises nothing", async () => {
  const theirs = await aHouse();
  const { idp, browser } = await aHouse({ asks: null });
  const request = await start(browser, idp, theirs.path);
  expect(request.xml).not.toContain(context);
  expect(locationOf(await answer(app, browser, idp, { request }))).toBe(theirs.path);
});
