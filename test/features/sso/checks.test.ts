// Receiving an AuthnRequest: each check with the page that a person reads, in the order in which the checks are made, and no trace but
// an event. Nothing of a refused request reaches an application.
import { describe, expect, test } from "bun:test";
import { bindings } from "#protocols/saml/constants.ts";
import { deflated } from "../../protocols/saml/support/requests.ts";
import { acs } from "../../protocols/saml/support/sp-metadata.ts";
import { stateOf } from "../../http/support/state.ts";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import {
  anSp,
  authnRequest,
  refused,
  refusedBy,
  type RequestWish,
  send,
  signOn,
  type Sp,
  waitingAt,
} from "./support.ts";

const app = await testApp();

const byRedirect = (tenant: TestTenant, xml: string) => () => send(tenant.newBrowser(), xml);

describe("nobody is believed before", () => {
  const raw = (tenant: TestTenant, query: string) => () =>
    tenant.newBrowser().get(`/saml/idp/sso${query}`);

  test.each([
    ["no message", "", "message_missing"],
    ["an empty message", "?SAMLRequest=", "message_missing"],
    ["another parameter", "?SAMLResponse=abc", "duplicate_parameter"],
    ["base64 that is none", "?SAMLRequest=%%%", "bad_encoding"],
    ["what does not inflate", "?SAMLRequest=aGVsbG8%3D", "bad_encoding"],
    [
      "a message twice",
      `?SAMLRequest=${deflated("<a/>")}&SAMLRequest=${deflated("<b/>")}`,
      "duplicate_parameter",
    ],
    ["text", `?SAMLRequest=${deflated("hello")}`, "not_xml"],
    [
      "another message",
      `?SAMLRequest=${deflated("<samlp:LogoutRequest xmlns:samlp='urn:oasis:names:tc:SAML:2.0:protocol'/>")}`,
      "unexpected_message",
    ],
    [
      "a document type",
      `?SAMLRequest=${deflated('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')}`,
      "forbidden_xml",
    ],
    ["a bomb", `?SAMLRequest=${deflated(`<a>${" ".repeat(5_000_000)}</a>`)}`, "too_large"],
    [
      "a long RelayState",
      `?SAMLRequest=${deflated("<a/>")}&RelayState=${"x".repeat(2_000)}`,
      "relay_state_too_long",
    ],
  ])("%s", async (_, query, code) => {
    const tenant = await app.aTenant();
    expect(await refusedBy(app, tenant, raw(tenant, query))).toEqual(refused(code));
  });

  test("a posted message that is none, or twice", async () => {
    const tenant = await app.aTenant();
    const post = (body: string) => () =>
      tenant.newBrowser().send("POST", "/saml/idp/sso", body, {
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          "sec-fetch-site": "cross-site",
        },
      });
    expect(await refusedBy(app, tenant, post(""))).toEqual(refused("message_missing"));
    expect(await refusedBy(app, tenant, post("SAMLRequest=%00"))).toEqual(refused("bad_encoding"));
    const twice = await refusedBy(app, tenant, post("SAMLRequest=PGEvPg==&SAMLRequest=PGIvPg=="));
    expect(twice).toMatchObject({ status: 400, isPage: true });
  });
});

describe("the application", () => {
  test("is registered: an unknown one is named in the event, not in the page's address", async () => {
    const tenant = await app.aTenant();
    const sp = await anSp(tenant);
    const xml = authnRequest(app, sp, { issuer: "https://unknown.example.org" });
    expect(await refusedBy(app, tenant, byRedirect(tenant, xml))).toEqual(
      refused("sso.unknown_application"),
    );
    expect((await tenant.events("sso.request_refused")).at(-1)?.data).toMatchObject({
      issuer: "https://unknown.example.org",
    });
  });

  test("of another tenant is unknown here", async () => {
    const [ours, theirs] = [await app.aTenant(), await app.aTenant()];
    const foreign = await anSp(theirs);
    const xml = authnRequest(app, foreign, { destination: `${ours.origin}/saml/idp/sso` });
    expect(await refusedBy(app, ours, byRedirect(ours, xml))).toEqual(
      refused("sso.unknown_application"),
    );
  });

  test("I7 is enabled", async () => {
    const tenant = await app.aTenant();
    const sp = await anSp(tenant);
    await tenant.api.put(`/applications/${sp.application.id}/disablement`);
    expect(await refusedBy(app, tenant, byRedirect(tenant, authnRequest(app, sp)))).toEqual(
      refused("sso.application_disabled", 403),
    );
    // Whoever looks for the fault has to know whose request it was.
    expect((await tenant.events("sso.request_refused")).at(-1)?.data).toMatchObject({
      issuer: sp.entityId,
    });
  });
});

describe("I2 the request", () => {
  const cases: readonly [what: string, wish: (sp: Sp) => RequestWish, code: string][] = [
    [
      "for another address",
      () => ({ destination: "https://evil.example/saml/idp/sso" }),
      "destination_mismatch",
    ],
    [
      "ten minutes and the skew old",
      () => ({ at: new Date(app.clock.now().getTime() - 721_000) }),
      "request_expired",
    ],
    [
      "from the future",
      () => ({ at: new Date(app.clock.now().getTime() + 125_000) }),
      "request_not_yet_valid",
    ],
    [
      "with an address that is not registered",
      () => ({ attributes: 'AssertionConsumerServiceURL="https://evil.example/acs"' }),
      "acs_not_registered",
    ],
    [
      "with an address that begins like a registered one",
      (sp) => ({ attributes: `AssertionConsumerServiceURL="${sp.acsUrl}/../../evil"` }),
      "acs_not_registered",
    ],
    [
      "with an index that is not registered",
      () => ({ attributes: 'AssertionConsumerServiceIndex="7"' }),
      "acs_not_registered",
    ],
    [
      "for a binding that carries no response",
      () => ({ attributes: `ProtocolBinding="${bindings.redirect}"` }),
      "unsupported_binding",
    ],
    ["of another version", () => ({ attributes: 'ForceAuthn="perhaps"' }), "invalid_message"],
  ];

  test.each(cases)("%s is refused on a page", async (_, wish, code) => {
    const tenant = await app.aTenant();
    const sp = await anSp(tenant);
    expect(
      await refusedBy(app, tenant, byRedirect(tenant, authnRequest(app, sp, wish(sp)))),
    ).toEqual(refused(code));
  });

  test("within the skew, without a Destination, to a registered address or index, is taken", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const more = acs('Location="https://second.example.org/acs" index="4"');
    const sp = await anSp(tenant, { more });
    const to = async (wish: RequestWish) =>
      (await signOn(tenant.browser, sp, authnRequest(app, sp, wish))).acsUrl;
    const second = "https://second.example.org/acs";
    expect(await to({ destination: null })).toBe(sp.acsUrl);
    expect(await to({ at: new Date(app.clock.now().getTime() - 600_000) })).toBe(sp.acsUrl);
    expect(await to({ at: new Date(app.clock.now().getTime() + 60_000) })).toBe(sp.acsUrl);
    expect(await to({ attributes: `AssertionConsumerServiceURL="${second}"` })).toBe(second);
    expect(await to({ attributes: 'AssertionConsumerServiceIndex="4"' })).toBe(second);
  });

  test("is taken once: its id is refused a second time, by either binding, before and after it is answered", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const sp = await anSp(tenant);
    const xml = authnRequest(app, sp);
    const path = await waitingAt(tenant.browser, xml);
    const again = (binding: "redirect" | "post") => () =>
      send(tenant.newBrowser(), xml, { binding });
    expect(await refusedBy(app, tenant, again("redirect"))).toEqual(
      refused("sso.request_replayed"),
    );
    expect(await refusedBy(app, tenant, again("post"))).toEqual(refused("sso.request_replayed"));
    await tenant.browser.post(`${path}/consent`, { choice: "cancel" });
    expect(await refusedBy(app, tenant, again("redirect"))).toEqual(
      refused("sso.request_replayed"),
    );
  });

  test("ids are each application's own", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    for (const sp of [await anSp(tenant), await anSp(tenant)]) {
      await waitingAt(tenant.browser, authnRequest(app, sp, { id: "_same" }));
    }
  });

  test("of two that come at once with one id, one is taken", async () => {
    const tenant = await app.aTenant();
    const sp = await anSp(tenant);
    const xml = authnRequest(app, sp);
    const answers = await Promise.all([1, 2, 3, 4].map(() => send(tenant.newBrowser(), xml)));
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual([
      "303",
      "400",
      "400",
      "400",
    ]);
  });
});

describe("a flood of refused requests", () => {
  test("from one address is bounded, and holds up neither others nor what an application signed", async () => {
    const tenant = await app.aTenant();
    const sp = await anSp(tenant, { hasCertificate: true });
    const browser = tenant.newBrowser();
    const statuses: number[] = [];
    for (let at = 0; at < 65; at += 1)
      statuses.push((await browser.get("/saml/idp/sso?SAMLRequest=x")).status);
    expect(new Set(statuses.slice(0, 60))).toEqual(new Set([400]));
    expect(new Set(statuses.slice(60))).toEqual(new Set([429]));
    expect((await tenant.events("sso.request_refused")).length).toBeLessThanOrEqual(60);
    const late = await send(browser, authnRequest(app, sp));
    expect([late.status, Number(late.headers.get("retry-after")) > 0]).toEqual([429, true]);
    for (const binding of ["redirect", "post"] as const)
      await waitingAt(browser, authnRequest(app, sp), { signed: true, binding });
    await waitingAt(tenant.newBrowser(), authnRequest(app, sp));
    app.clock.advance({ minutes: 11 });
    await waitingAt(browser, authnRequest(app, sp));
  });
});

describe("a flood of requests that nobody signed", () => {
  async function flooded() {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const sp = await anSp(tenant, { hasCertificate: true });
    const browser = tenant.newBrowser();
    await waitingAt(browser, authnRequest(app, sp));
    await tenant.browser.get(`/saml/idp/launch/${sp.application.id}`);
    // As many again as fit in five minutes, without sending them all.
    await app.asSuperuser(
      "update app.limits set hits = 600 where name = 'sso.requests' and tenant_id = $1",
      [tenant.id],
    );
    const rows = async () => (await stateOf(app, tenant))["sso_requests"];
    return { tenant, sp, browser, rows };
  }

  test("from one network leaves no more rows, and says when to come back", async () => {
    const { sp, browser, rows } = await flooded();
    const before = await rows();
    const answer = await send(browser, authnRequest(app, sp));
    const page = await answer.text();
    expect([answer.status, Number(answer.headers.get("retry-after")) > 0]).toEqual([429, true]);
    expect(page).toContain("Too many sign-in requests came from here");
    expect(await rows()).toBe(before);
    app.clock.advance({ minutes: 11 });
    await waitingAt(browser, authnRequest(app, sp));
  });

  test("holds up neither another network, nor what the application signed", async () => {
    const { tenant, sp, browser } = await flooded();
    await waitingAt(tenant.newBrowser(), authnRequest(app, sp));
    await waitingAt(browser, authnRequest(app, sp), { signed: true });
  });

  test("nor who is signed in there: they count for themselves, with faulty requests too", async () => {
    const { tenant, sp, browser } = await flooded();
    const person = await tenant.signedIn(await tenant.aUser());
    person.ip = browser.ip;
    await waitingAt(person, authnRequest(app, sp));
    for (let at = 0; at < 60; at += 1) await browser.get("/saml/idp/sso?SAMLRequest=x");
    expect((await send(browser, authnRequest(app, sp))).status).toBe(429);
    await waitingAt(person, authnRequest(app, sp));
    await app.asSuperuser(
      "update app.limits set hits = 600 where name = 'sso.requests' and tenant_id = $1",
      [tenant.id],
    );
    expect((await send(person, authnRequest(app, sp))).status).toBe(429);
  });

  test("requests behind which somebody turns out to be signed in are given back to the network, once", async () => {
    const tenant = await app.aTenant({ signedInAs: "member" });
    const sp = await anSp(tenant);
    const { browser } = tenant;
    const hits = async () => {
      const rows = await app.asSuperuser<{ hits: number; about: string | null }>(
        "select hits from app.limits where name = 'sso.requests' and tenant_id = $1 order by hits",
        [tenant.id],
      );
      return rows.map((row) => row.hits);
    };
    const stranger = tenant.newBrowser();
    stranger.ip = browser.ip;
    // Posted from the application's site: without the session's cookie.
    const path = await waitingAt(browser, authnRequest(app, sp), { binding: "post" });
    const theirs = await waitingAt(stranger, authnRequest(app, sp), { binding: "post" });
    expect(await hits()).toEqual([2]);
    await stranger.get(theirs);
    expect(await hits()).toEqual([2]);
    await browser.get(path);
    await browser.get(path);
    expect(await hits()).toEqual([1, 1]);
  });

  test("launches from My Apps are counted by person", async () => {
    const { tenant, sp } = await flooded();
    const launch = (on = tenant.browser) => on.get(`/saml/idp/launch/${sp.application.id}`);
    expect((await launch()).status).toBe(429);
    expect((await launch(await tenant.signedIn(await tenant.aUser()))).status).toBe(303);
  });
});

test("a refused request tells nothing to anybody else: the answer is a page, whatever the request named", async () => {
  const tenant = await app.aTenant();
  const sp = await anSp(tenant);
  const xml = authnRequest(app, sp, {
    attributes: 'AssertionConsumerServiceURL="https://evil.example/acs"',
  });
  const answer = await send(tenant.newBrowser(), xml, { relayState: "https://evil.example" });
  expect(await answer.text()).not.toContain("evil.example");
  expect(answer.headers.get("content-security-policy")).toContain("form-action 'self';");
});
