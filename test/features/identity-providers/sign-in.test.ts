// Signing in by an identity provider: where addresses lead, who comes in as whom, and what is asked of them afterwards.
import { describe, expect, test } from "bun:test";
import { goodPassword, testApp, type TestTenant } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { verifyRedirect } from "#protocols/saml/signature/verify-redirect.ts";
import {
  isSignedIn,
  locationOf,
  mailedCode,
  resetLink,
  setPolicy,
  throughPassword,
} from "../sign-in/support.ts";
import { agree, anSp, authnRequest, received, waitingAt } from "../sso/support.ts";
import {
  anIdp,
  answer,
  askedOn,
  type Idp,
  type IdpWish,
  makeDefault,
  ok,
  postResponse,
  responseTo,
  signInBy,
  toProvider,
} from "./support.ts";
import { signAssertion } from "../../protocols/saml/support/idp.ts";

const app = await testApp();

async function aHouse(wish: IdpWish = {}) {
  const tenant = await app.aTenant();
  return { tenant, idp: await anIdp(tenant, wish), browser: tenant.newBrowser() };
}
const methodsOf = async (tenant: TestTenant) =>
  (await tenant.events("session.started")).map(({ data }) => data["methods"]);
const refusalsOf = async (tenant: TestTenant) =>
  (await tenant.events("sign_in.provider_refused")).map(({ data }) => data["cause"]);
const headingOf = async (sent: Response) => /<h1>(.*?)<\/h1>/s.exec(await sent.text())?.[1];
const mfa = "https://refeds.org/profile/mfa";

describe("where an address leads", () => {
  test("its domain's provider, in any case of letters; any other to the password", async () => {
    const { tenant, idp, browser } = await aHouse();
    const place = async (email: string) =>
      locationOf(await browser.post("/sign-in", { email, return_to: "/" }));
    expect([
      await place(`nobody@${idp.domain}`),
      await place(`NOBODY@${idp.domain.toUpperCase()}`),
      await place(`nobody@sub.${idp.domain}`),
      await place("nobody@elsewhere.example"),
    ]).toEqual([
      "/sign-in/provider",
      "/sign-in/provider",
      "/sign-in/password",
      "/sign-in/password",
    ]);
    await ok(tenant.api.put(`/identity-providers/${idp.id}/disablement`, {}));
    expect(await place(`nobody@${idp.domain}`)).toBe("/sign-in/password");
  });

  test("the tenant's default, where no provider has the domain", async () => {
    const { tenant, idp, browser } = await aHouse();
    const other = await anIdp(tenant);
    await makeDefault(tenant, other);
    const asked = async (email: string) => (await toProvider(browser, email)).url;
    expect(await asked("nobody@elsewhere.example")).toStartWith(other.ssoUrl);
    expect(await asked(`nobody@${idp.domain}`)).toStartWith(idp.ssoUrl);
  });

  test("the password, for whoever asks for that: a provider out of order locks nobody out", async () => {
    const { tenant, idp, browser } = await aHouse();
    const user = await tenant.aUser({ role: "super_admin", email: `root@${idp.domain}` });
    const start = await (await browser.get("/sign-in?return_to=/users")).text();
    expect(start).toContain('href="/sign-in?return_to=%2Fusers&amp;local=1"');
    const begun = await browser.post("/sign-in", {
      email: user.email,
      return_to: "/users",
      local: "1",
    });
    expect(locationOf(begun)).toBe("/sign-in/password");
    const page = await (await browser.get("/sign-in/password")).text();
    expect(page).toContain(`Sign in with ${idp.connection.name}`);
    const done = await browser.post("/sign-in/password", { password: goodPassword });
    expect(locationOf(done)).toBe("/sign-in/code");
  });

  test("a link past it only where there is one; and from the password to it by a button", async () => {
    const plain = await app.aTenant();
    expect(await (await plain.newBrowser().get("/sign-in")).text()).not.toContain("local=1");
    const { idp, browser } = await aHouse();
    await browser.post("/sign-in", { email: `ada@${idp.domain}`, return_to: "/", local: "1" });
    expect(locationOf(await browser.post("/sign-in/provider"))).toBe("/sign-in/provider");
    expect((await browser.get("/sign-in/provider")).status).toBe(200);
  });

  test("does not depend on whether there is anybody", async () => {
    const { tenant, idp } = await aHouse();
    await tenant.aUser({ email: `ada@${idp.domain}` });
    const seen = async (email: string) => {
      const browser = tenant.newBrowser();
      const first = await browser.post("/sign-in", { email, return_to: "/" });
      const second = await browser.get("/sign-in/provider");
      const page = (await second.text())
        .replace(/SAMLRequest=[^"]+/, "")
        .replace(/nonce="[^"]+"/g, "");
      return [first.status, locationOf(first), second.status, page];
    };
    expect(await seen(`ada@${idp.domain}`)).toEqual(await seen(`eve@${idp.domain}`));
    expect(await tenant.mails()).toEqual([]);
  });
});

describe("the request", () => {
  test("is signed with the connection's own key, and another one each time", async () => {
    const { tenant, idp, browser } = await aHouse();
    const asked = await toProvider(browser, `ada@${idp.domain}`);
    const again = askedOn(await (await browser.get("/sign-in/provider")).text());
    expect(again.id).not.toBe(asked.id);
    const metadata = await (await browser.get(new URL(idp.connection.metadataUrl).pathname)).text();
    const certificate = /X509Certificate>([^<]+)</.exec(metadata)?.[1] ?? "";
    const signed = verifyRedirect({
      rawQuery: new URL(asked.url).search,
      parameter: "SAMLRequest",
      certificates: [certificate],
    });
    expect(signed.xml).toContain(
      `<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${idp.connection.entityId}<`,
    );
    expect(signed.xml).not.toContain("ForceAuthn");
    // The first one answers nothing any more.
    const late = await postResponse(browser, idp, signAssertion(responseTo(app, idp, asked)));
    expect(late.status).toBe(400);
    expect(tenant.id).toBeTruthy();
  });

  test("goes by a form where the provider takes nothing else, which the page's policy allows", async () => {
    const { idp, browser } = await aHouse({ binding: "post" });
    await browser.post("/sign-in", { email: `ada@${idp.domain}`, return_to: "/" });
    const page = await browser.get("/sign-in/provider");
    expect(page.headers.get("content-security-policy")).toContain("form-action 'self' https:;");
    const asked = askedOn(await page.text());
    expect(asked.url).toBe(idp.ssoUrl);
    expect(asked.xml).toContain("<ds:Signature ");
    expect(locationOf(await answer(app, browser, idp, { request: asked }))).toBe("/");
  });

  test("asks for everything again where that is asked here, and the answer must be newer", async () => {
    const { tenant, idp, browser } = await aHouse();
    await signInBy(app, browser, idp);
    const asked = await toProvider(browser, `ada@${idp.domain}`, { reauthenticate: "1" });
    expect(asked.xml).toContain('ForceAuthn="true"');
    const old = new Date(app.clock.now().getTime() - 3_600_000);
    const stale = signAssertion(responseTo(app, idp, asked, { authnInstant: old }));
    expect((await postResponse(browser, idp, stale)).status).toBe(400);
    expect(
      (await tenant.events("identity_provider.response_refused")).map(({ data }) => data["code"]),
    ).toEqual(["authn_too_old"]);
    expect(locationOf(await answer(app, browser, idp, { request: asked }))).toBe("/");
  });

  test("asks for several factors where the tenant does, and the provider is believed on them", async () => {
    const { tenant, idp, browser } = await aHouse({ preset: "other" });
    await setPolicy(tenant, { strength: "strong" });
    expect((await toProvider(browser, `ada@${idp.domain}`)).xml).toContain(`>${mfa}<`);
    await ok(tenant.api.patch(`/identity-providers/${idp.id}`, { trustsSecondStep: false }));
    expect((await toProvider(browser, `ada@${idp.domain}`)).xml).not.toContain(mfa);
  });
});

describe("a first sign-in", () => {
  test("makes a member with names and a verified address, and a session that says how", async () => {
    const { tenant, idp, browser } = await aHouse();
    const last = await signInBy(app, browser, idp, { nameId: "00u-1" });
    expect([last.status, locationOf(last)]).toEqual([303, "/"]);
    expect(await isSignedIn(browser)).toBe(true);
    const [created] = await tenant.events("identity_provider.person_created");
    expect(created?.data).toMatchObject({
      firstName: "Ada",
      lastName: "Lovelace",
      email: `ada@${idp.domain}`,
    });
    expect(await methodsOf(tenant)).toEqual([["provider"]]);
    const rows = await app.asSuperuser(
      `select s.identity_provider_id::text as id, s.provider_name_id as name, s.provider_session_index as index, e.verified_at is not null as verified
       from app.sessions s join app.user_emails e on e.user_id = s.user_id where s.tenant_id = $1`,
      [tenant.id],
    );
    expect(rows).toEqual([{ id: idp.id, name: "00u-1", index: "_session", verified: true }]);
    expect((await tenant.events("identity_provider.person_linked"))[0]?.data).toMatchObject({
      identityProviderId: idp.id,
      subject: "00u-1",
    });
    // What was said is not kept any longer than it takes.
    expect(
      await app.asSuperuser(
        "select state::text, federated from app.sign_ins where tenant_id = $1",
        [tenant.id],
      ),
    ).toEqual([{ state: "done", federated: null }]);
  });

  test("links somebody whose verified address it names, and tells them", async () => {
    const { tenant, idp, browser } = await aHouse();
    const user = await tenant.aUser({ email: `ada@${idp.domain}` });
    expect(locationOf(await signInBy(app, browser, idp))).toBe("/");
    expect(await tenant.events("identity_provider.person_created")).toEqual([]);
    const mails = (await tenant.mails()).filter(({ to }) => to === user.email);
    expect(mails.map(({ subject }) => subject)).toContain(
      `Another way in to your account at ${tenant.site.name}`,
    );
    expect((await tenant.events("identity_provider.person_linked"))[0]?.subjectId).toBe(user.id);
    // The second time is not a first time.
    await signInBy(app, tenant.newBrowser(), idp);
    expect(await tenant.events("identity_provider.person_linked")).toHaveLength(1);
  });

  test("refuses an address that nobody has confirmed, one it gave to somebody else, and none at all", async () => {
    const { tenant, idp } = await aHouse();
    await tenant.aUser({ email: `invited@${idp.domain}`, state: "invited" });
    const away = async (person: Parameters<typeof signInBy>[3]) => {
      const sent = await signInBy(app, tenant.newBrowser(), idp, person);
      return [sent.status, await headingOf(sent)];
    };
    const cannot = [403, "You cannot come in this way"];
    expect(await away({ email: `invited@${idp.domain}` })).toEqual(cannot);
    await signInBy(app, tenant.newBrowser(), idp, { nameId: "first" });
    expect(await away({ nameId: "second" })).toEqual(cannot);
    expect(await away({ nameId: "third", email: null })).toEqual(cannot);
    expect(await away({ nameId: "fourth", email: `new@${idp.domain}`, lastName: null })).toEqual(
      cannot,
    );
    expect(await refusalsOf(tenant)).toEqual([
      "address_unverified",
      "other_subject",
      "no_address",
      "no_names",
    ]);
  });

  test("makes nobody where the connection makes nobody", async () => {
    const { tenant, idp, browser } = await aHouse({ createsPeople: false });
    expect((await signInBy(app, browser, idp)).status).toBe(403);
    expect(await refusalsOf(tenant)).toEqual(["unknown"]);
    expect(await tenant.events("identity_provider.person_created")).toEqual([]);
    await tenant.aUser({ email: `ada@${idp.domain}` });
    expect(locationOf(await signInBy(app, tenant.newBrowser(), idp))).toBe("/");
  });

  test("P9 names nobody of a domain that is not bound to it, whoever that is", async () => {
    const { tenant, idp, browser } = await aHouse();
    const other = await anIdp(tenant);
    const victim = await tenant.aUser({ role: "super_admin", email: "root@elsewhere.example" });
    for (const email of [victim.email, `ada@${other.domain}`, `ada@sub.${idp.domain}`]) {
      const request = await toProvider(browser, `ada@${idp.domain}`);
      const xml = signAssertion(responseTo(app, idp, request, { email }));
      expect((await postResponse(browser, idp, xml)).status).toBe(400);
    }
    expect(
      (await tenant.events("identity_provider.response_refused")).map(({ data }) => data["code"]),
    ).toEqual(Array(3).fill("address_not_allowed"));
    expect(await tenant.events("session.started")).toEqual([]);
  });

  test("P9 the same subject of two providers is two people", async () => {
    const { tenant, idp } = await aHouse();
    const other = await anIdp(tenant);
    for (const one of [idp, other])
      await signInBy(app, tenant.newBrowser(), one, { nameId: "same" });
    expect(
      (await tenant.events("identity_provider.person_created")).map(({ data }) => data["email"]),
    ).toEqual([`ada@${idp.domain}`, `ada@${other.domain}`]);
  });

  test("any address is named only by the default, and only where that is allowed explicitly", async () => {
    const { tenant, idp, browser } = await aHouse();
    const tried = async () => {
      const request = await toProvider(browser, "ada@elsewhere.example");
      const xml = signAssertion(responseTo(app, idp, request, { email: "ada@elsewhere.example" }));
      return (await postResponse(browser, idp, xml)).status;
    };
    await makeDefault(tenant, idp);
    expect(await tried()).toBe(400);
    await ok(tenant.api.patch(`/identity-providers/${idp.id}`, { speaksForAll: true }));
    expect(await tried()).toBe(303);
    const second = await anIdp(tenant);
    await ok(tenant.api.patch(`/identity-providers/${second.id}`, { speaksForAll: true }));
    const request = await toProvider(browser, `ada@${second.domain}`);
    const xml = signAssertion(responseTo(app, second, request, { email: "eve@elsewhere.example" }));
    expect((await postResponse(browser, second, xml)).status).toBe(400);
  });
});

describe("a subject that is known", () => {
  test("is the same person under another address, and has the names that the provider has now", async () => {
    const { tenant, idp } = await aHouse();
    await signInBy(app, tenant.newBrowser(), idp);
    const moved = { email: `countess@${idp.domain}`, lastName: "King" };
    expect(locationOf(await signInBy(app, tenant.newBrowser(), idp, moved))).toBe("/");
    await signInBy(app, tenant.newBrowser(), idp, { ...moved, firstName: null, lastName: null });
    expect(await tenant.events("identity_provider.person_created")).toHaveLength(1);
    expect(
      (await tenant.events("identity_provider.names_taken")).map(({ data }) => data["to"]),
    ).toEqual([{ firstName: "Ada", lastName: "King" }]);
    expect(await tenant.events("session.started")).toHaveLength(3);
  });

  test("is a permanent claim where one is named, and never a transient name", async () => {
    const { tenant, idp, browser } = await aHouse();
    const transient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
    const request = await toProvider(browser, `ada@${idp.domain}`);
    const xml = signAssertion(responseTo(app, idp, request, { nameIdFormat: transient }));
    expect((await postResponse(browser, idp, xml)).status).toBe(400);
    await ok(tenant.api.patch(`/identity-providers/${idp.id}`, { subjectAttribute: "oid" }));
    const person = { nameIdFormat: transient, attributes: { oid: ["7"] } };
    expect(locationOf(await signInBy(app, browser, idp, { ...person, nameId: "a" }))).toBe("/");
    expect(
      locationOf(await signInBy(app, tenant.newBrowser(), idp, { ...person, nameId: "b" })),
    ).toBe("/");
    expect(await tenant.events("identity_provider.person_created")).toHaveLength(1);
  });

  test("who is deactivated is told so, and can ask to be let in again", async () => {
    const { tenant, idp, browser } = await aHouse();
    await signInBy(app, tenant.newBrowser(), idp);
    const id = (await tenant.events("identity_provider.person_created"))[0]?.data["userId"];
    await ok(tenant.api.put(`/users/${String(id)}/deactivation`));
    const sent = await signInBy(app, browser, idp);
    expect([sent.status, await sent.clone().text()]).toEqual([
      403,
      expect.stringContaining("/reactivation/"),
    ]);
    expect(await refusalsOf(tenant)).toEqual(["deactivated"]);
    // Reactivated they are active, though they have no password.
    await ok(tenant.api.delete(`/users/${String(id)}/deactivation`));
    expect(locationOf(await signInBy(app, browser, idp))).toBe("/");
  });

  test("comes in by the provider alone: no password, no passkey, no link to a new password", async () => {
    const { tenant, idp, browser } = await aHouse();
    const user = await tenant.aUser({ email: `ada@${idp.domain}` });
    const byPassword = async () => {
      await browser.post("/sign-in", { email: user.email, return_to: "/", local: "1" });
      return locationOf(await browser.post("/sign-in/password", { password: goodPassword }));
    };
    expect(await byPassword()).toBe("/sign-in/code");
    await signInBy(app, tenant.newBrowser(), idp);
    expect(await byPassword()).toBeNull();
    expect((await tenant.events("sign_in.password_refused")).at(-1)?.data["cause"]).toBe(
      "by_provider",
    );
    expect(await resetLink(tenant, user)).toBe("none");
    expect((await tenant.mails()).at(-1)?.subject).toBe(`How you sign in to ${tenant.site.name}`);
    // Without the provider the password opens again.
    await ok(tenant.api.put(`/identity-providers/${idp.id}/disablement`, {}));
    expect(await byPassword()).toBe("/sign-in/code");
  });
});

describe("an administrator", () => {
  test("is linked by their own password and second step, once", async () => {
    const { tenant, idp, browser } = await aHouse();
    const user = await tenant.aUser({ role: "super_admin", email: `ada@${idp.domain}` });
    expect(locationOf(await signInBy(app, browser, idp))).toBe("/sign-in/link");
    const page = await (await browser.get("/sign-in/link")).text();
    expect(page).toContain(idp.connection.name);
    expect(await tenant.events("identity_provider.person_linked")).toEqual([]);
    const wrong = await browser.post("/sign-in/link", { password: "not that one at all" });
    expect(wrong.status).toBe(422);
    const right = await browser.post("/sign-in/link", { password: goodPassword });
    expect(locationOf(right)).toBe("/sign-in/code");
    expect(await tenant.events("identity_provider.person_linked")).toEqual([]);
    const done = await browser.post("/sign-in/code", {
      code: await mailedCode(tenant, user.email),
    });
    expect(locationOf(done)).toBe("/");
    expect(await methodsOf(tenant)).toEqual([["provider", "password", "email_code"]]);
    expect(await tenant.events("identity_provider.person_linked")).toHaveLength(1);
    expect(locationOf(await signInBy(app, tenant.newBrowser(), idp))).toBe("/");
  });

  test("is not linked by the provider's word on several factors, nor by another's password", async () => {
    const { tenant, idp, browser } = await aHouse();
    await tenant.aUser({ role: "admin", email: `ada@${idp.domain}` });
    const other = await tenant.aUser({ password: "violet harbour thunder mosaic" });
    expect(locationOf(await signInBy(app, browser, idp, { classRef: mfa }))).toBe("/sign-in/link");
    const tried = await browser.post("/sign-in/link", {
      password: "violet harbour thunder mosaic",
    });
    expect(tried.status).toBe(422);
    const second = await browser.post("/sign-in/link", { password: goodPassword });
    expect(locationOf(second)).toBe("/sign-in/code");
    expect(await tenant.events("session.started")).toEqual([]);
    expect(other.id).toBeTruthy();
  });

  test("keeps the password as a way in, where they are a super administrator", async () => {
    const { tenant, idp, browser } = await aHouse();
    const user = await tenant.aUser({ role: "super_admin", email: `ada@${idp.domain}` });
    await linked(tenant, idp, user.id);
    await browser.post("/sign-in", { email: user.email, return_to: "/", local: "1" });
    const done = await browser.post("/sign-in/password", { password: goodPassword });
    expect(locationOf(done)).toBe("/sign-in/code");
  });
});

/** As if they had come in by it before. */
const linked = (tenant: TestTenant, idp: Idp, userId: string, subject = "00u-ada") =>
  app.asSuperuser(
    `insert into app.federated_identities (tenant_id, identity_provider_id, subject, user_id) values ($1, $2, $3, $4)`,
    [tenant.id, idp.id, subject, userId],
  );

describe("what was waiting", () => {
  test("an application's request survives the way to the provider and back", async () => {
    const { tenant, idp, browser } = await aHouse();
    const sp = await anSp(tenant);
    const path = await waitingAt(browser, authnRequest(app, sp));
    expect(locationOf(await browser.get(path))).toContain("/sign-in?return_to=");
    const request = await toProvider(browser, `ada@${idp.domain}`, { return_to: path });
    expect(locationOf(await answer(app, browser, idp, { request }))).toBe(path);
    const message = await received(await agree(browser, path), sp);
    expect([message.status, message.nameId]).toEqual(["Success", `ada@${idp.domain}`]);
  });

  test("P11 leads to this site and nowhere else, whatever RelayState says", async () => {
    const { idp, browser } = await aHouse();
    const request = await toProvider(browser, `ada@${idp.domain}`, {
      return_to: "https://evil.example/",
    });
    const xml = signAssertion(responseTo(app, idp, request));
    for (const RelayState of [
      "https://evil.example/",
      "javascript:alert(1)",
      "x".repeat(100_000),
    ]) {
      const posted = await postResponse(browser, idp, xml.replace("_never", ""), { RelayState });
      if (posted.status !== 303) continue;
      const back = locationOf(posted) ?? "";
      expect(back).toStartWith("/sign-in/provider/return/");
      expect(locationOf(await browser.get(back))).toBe("/");
    }
    expect(await isSignedIn(browser)).toBe(true);
  });
});

/** A browser that follows a link it was given, from another site. */
const follow = (browser: Browser, path: string) =>
  browser.get(path, { headers: { "sec-fetch-site": "cross-site" } });

describe("another browser", () => {
  test("P3 gets nothing of a response, and neither does another sign-in", async () => {
    const { tenant, idp, browser } = await aHouse();
    const victim = tenant.newBrowser();
    const request = await toProvider(browser, `eve@${idp.domain}`);
    const xml = signAssertion(responseTo(app, idp, request, { email: `eve@${idp.domain}` }));
    // The attacker has the victim's browser post the attacker's own response (login CSRF).
    const posted = await postResponse(victim, idp, xml);
    const back = locationOf(posted) ?? "";
    expect((await follow(victim, back)).status).toBe(410);
    expect(await isSignedIn(victim)).toBe(false);
    // With a sign-in of its own, too.
    await toProvider(victim, `ada@${idp.domain}`);
    expect((await follow(victim, back)).status).toBe(410);
    expect(await isSignedIn(victim)).toBe(false);
    // It waits for the browser that asked, once.
    expect(locationOf(await follow(browser, back))).toBe("/");
    expect((await follow(browser, back)).status).toBe(410);
  });

  test("throws nobody out who was password-bound: the way with a password is still there", async () => {
    const { tenant } = await aHouse();
    const user = await tenant.aUser();
    expect(locationOf(await throughPassword(tenant.newBrowser(), user.email))).toBe(
      "/sign-in/code",
    );
  });
});
