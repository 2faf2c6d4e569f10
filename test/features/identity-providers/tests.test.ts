// "Test sign-in": shows what came and why it would be refused, in words, to whoever started it; signs nobody in, and tells nobody else.
import { describe, expect, test } from "bun:test";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import type { Browser } from "../../support/browser.ts";
import { signAssertion } from "../../protocols/saml/support/idp.ts";
import { stranger } from "../../protocols/saml/support/keys.ts";
import { isSignedIn, locationOf } from "../sign-in/support.ts";
import { anIdp, type Asked, askedOn, type Idp, ok, postResponse, responseTo } from "./support.ts";

const app = await testApp();

async function aTest(wish: Parameters<typeof anIdp>[1] = {}) {
  const tenant = await app.aTenant({ signedInAs: "super_admin" });
  const idp = await anIdp(tenant, wish);
  return { tenant, idp, asked: await started(tenant.browser, idp) };
}

async function started(browser: Browser, idp: Idp): Promise<Asked> {
  const page = await browser.post(`/identity-providers/${idp.id}/tests`);
  return askedOn(await page.text());
}

const textOf = (html: string) =>
  html
    .replace(/<script.*?<\/script>/gs, "")
    .replace(/<[^>]+>/g, " ")
    .replaceAll("&amp;", "&")
    .replaceAll("&#39;", "'")
    .replace(/\s+/g, " ");

/** What the administrator reads after this response. */
async function shown(tenant: TestTenant, idp: Idp, xml: string): Promise<string> {
  const posted = await postResponse(tenant.browser, idp, xml);
  const place = locationOf(posted) ?? "";
  expect([posted.status, place]).toEqual([
    303,
    expect.stringMatching(new RegExp(`^/identity-providers/${idp.id}/tests/[0-9a-f-]{36}$`)),
  ]);
  return textOf(await (await tenant.browser.get(place)).text());
}

describe("a test", () => {
  test("of a draft shows what came and what we would make of it, and signs nobody in", async () => {
    const { tenant, idp, asked } = await aTest({ state: "draft" });
    const before = await tenant.events("session.started");
    const xml = signAssertion(
      responseTo(app, idp, asked, {
        attributes: { groups: ["Staff", "Admins"] },
        classRef: "https://refeds.org/profile/mfa",
      }),
    );
    const page = await shown(tenant, idp, xml);
    for (const text of [
      "This person would come in.",
      "00u-ada",
      `ada@${idp.domain}`,
      "Staff",
      "Strong: several factors were used there",
      "https://refeds.org/profile/mfa",
    ])
      expect(page).toContain(text);
    expect(await tenant.events("session.started")).toEqual(before);
    expect(await tenant.events("identity_provider.person_created")).toEqual([]);
    expect(await tenant.events("identity_provider.test_started")).toHaveLength(1);
  });

  const wrong: [what: string, change: Parameters<typeof responseTo>[3], says: string][] = [
    [
      "another audience",
      { audience: "urn:theirs" },
      "They sent “urn:theirs”, we expected “urn:weftid:",
    ],
    [
      "another reply URL",
      { recipient: "https://x.example/acs" },
      "They sent “https://x.example/acs”, we expected “https",
    ],
    [
      "another destination",
      { destination: "https://x.example/acs" },
      "The response is for another address.",
    ],
    ["another issuer", { issuer: "urn:other" }, "They sent “urn:other”, we expected “https://idp"],
    [
      "a clock that is ahead",
      { notBefore: new Date(Date.now() + 1_000_000) },
      "the provider’s clock is ahead of ours",
    ],
    [
      "an assertion that ran out",
      { notOnOrAfter: new Date(Date.now() - 1_000_000) },
      "The assertion ran out 10",
    ],
    [
      "an address of another domain",
      { email: "ada@elsewhere.example" },
      "They sent “elsewhere.example”; bound: company",
    ],
    ["no address", { email: null }, "No address came"],
    ["no names", { firstName: null }, "First or last name is missing"],
    [
      "a transient name",
      { nameIdFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:transient" },
      "There is no Name ID that stays the same",
    ],
    [
      "a failure",
      { status: "urn:oasis:names:tc:SAML:2.0:status:Responder" },
      "The provider let nobody in (Responder).",
    ],
  ];
  test.each(wrong)("says in words what is wrong: %s", async (_, change, says) => {
    const { tenant, idp, asked } = await aTest();
    expect(await shown(tenant, idp, signAssertion(responseTo(app, idp, asked, change)))).toContain(
      says,
    );
    expect(await tenant.events("identity_provider.response_refused")).toEqual([]);
  });

  test("names an unknown certificate, and a claim that is missing beside those that are there", async () => {
    const first = await aTest();
    const foreign = signAssertion(responseTo(app, first.idp, first.asked), {
      privateKeyPem: stranger.privateKeyPem,
      certificatePem: stranger.certificatePem,
    });
    expect(await shown(first.tenant, first.idp, foreign)).toContain(stranger.fingerprintSha256);
    const second = await aTest();
    await ok(
      second.tenant.api.patch(`/identity-providers/${second.idp.id}`, { subjectAttribute: "oid" }),
    );
    const page = await shown(
      second.tenant,
      second.idp,
      signAssertion(responseTo(app, second.idp, second.asked)),
    );
    expect(page).toContain(
      "The claim “oid” is missing, or there are several. There are: email, firstName, lastName.",
    );
    expect(page).toContain("00u-ada");
  });

  test("unsigned: what came is not shown, since nobody vouches for it", async () => {
    const { tenant, idp, asked } = await aTest();
    const page = await shown(tenant, idp, responseTo(app, idp, asked, { nameId: "00u-forged" }));
    expect(page).toContain("Neither the response nor the assertion is signed.");
    expect(page).not.toContain("00u-forged");
  });

  test("is shown to whoever started it, and to nobody else", async () => {
    const { tenant, idp, asked } = await aTest();
    const posted = await postResponse(
      tenant.browser,
      idp,
      signAssertion(responseTo(app, idp, asked)),
    );
    const place = locationOf(posted) ?? "";
    const other = await tenant.signedIn(await tenant.aUser({ role: "super_admin" }));
    expect((await other.get(place)).status).toBe(404);
    const admin = await tenant.signedIn(await tenant.aUser({ role: "admin" }));
    expect((await admin.get(place)).status).toBe(403);
    const stranger_ = tenant.newBrowser();
    expect(locationOf(await stranger_.get(place))).toStartWith("/sign-in?return_to=");
    expect(await isSignedIn(stranger_)).toBe(false);
    // Its response is no way into a sign-in either.
    const id = place.split("/").at(-1) ?? "";
    expect((await stranger_.get(`/sign-in/provider/return/${id}`)).status).toBe(410);
  });

  test("shows what came for ten minutes, and no longer", async () => {
    const { tenant, idp, asked } = await aTest();
    const response = signAssertion(responseTo(app, idp, asked));
    const place = locationOf(await postResponse(tenant.browser, idp, response)) ?? "";
    app.clock.advance({ seconds: 599 });
    expect(await (await tenant.browser.get(place)).text()).toContain("00u-ada");
    app.clock.advance({ seconds: 2 });
    const late = await tenant.browser.get(place);
    expect([late.status, (await late.text()).includes("00u-ada")]).toEqual([404, false]);
  });

  test("ends after ten minutes, and is one only where somebody asked for it", async () => {
    const { tenant, idp, asked } = await aTest();
    app.clock.advance({ seconds: 601 });
    const late = await postResponse(
      tenant.browser,
      idp,
      signAssertion(responseTo(app, idp, asked)),
    );
    expect(late.status).toBe(400);
    const { id } = await ok<{ id: string }>(
      tenant.api.post("/identity-providers", { name: "Bare", preset: "other" }),
    );
    const bare = await tenant.browser.post(`/identity-providers/${id}/tests`);
    expect(bare.status).toBe(409);
  });
});
