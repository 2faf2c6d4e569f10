// Responses that nobody should take: refused with one page for every cause, the cause in the audit trail, and no session.
import { describe, expect, test } from "bun:test";
import { testApp, type TestTenant } from "../../support/a-tenant.ts";
import { headerProblems } from "../../http/support/answers.ts";
import { sweepOnce } from "../../support/sweep.ts";
import { responseXml, signAssertion, signResponse } from "../../protocols/saml/support/idp.ts";
import { stranger, theirs, theirsNext } from "../../protocols/saml/support/keys.ts";
import { locationOf } from "../sign-in/support.ts";
import {
  anIdp,
  answer,
  type Asked,
  type Idp,
  ok,
  postResponse,
  responseTo,
  signInBy,
  toProvider,
} from "./support.ts";

const app = await testApp();

async function asked(wish: Parameters<typeof anIdp>[1] = {}) {
  const tenant = await app.aTenant();
  const idp = await anIdp(tenant, wish);
  const browser = tenant.newBrowser();
  const request = await toProvider(browser, `ada@${idp.domain}`);
  return { tenant, idp, browser, request };
}

const codesOf = async (tenant: TestTenant) =>
  (await tenant.events("identity_provider.response_refused")).map(({ data }) => data["code"]);
const titleOf = async (sent: Response) => /<h1>(.*?)<\/h1>/s.exec(await sent.text())?.[1] ?? "";
const notAccepted = "The answer of your identity provider was not accepted.";

type House = Awaited<ReturnType<typeof asked>>;
type Forging = (house: House) => string;
const parts =
  (changes: Parameters<typeof responseTo>[3]): Forging =>
  ({ idp, request }) =>
    signAssertion(responseTo(app, idp, request, changes));

const refused: [what: string, forge: Forging, code: string, title: string][] = [
  [
    "a name that is longer than any index takes",
    parts({ nameId: "\u{1F511}".repeat(300) }),
    "invalid_message",
    notAccepted,
  ],
  ["an id of any length", parts({ assertionId: `_${"a".repeat(256)}` }), "not_xml", notAccepted],
  [
    "S1 unsigned",
    ({ idp, request }) => responseTo(app, idp, request),
    "signature_missing",
    notAccepted,
  ],
  [
    "S25 signed with another key",
    ({ idp, request }) =>
      signAssertion(responseTo(app, idp, request), {
        privateKeyPem: stranger.privateKeyPem,
        certificatePem: stranger.certificatePem,
      }),
    "signature_invalid",
    notAccepted,
  ],
  [
    "S29 a document type",
    (house) => `<!DOCTYPE x>${parts({})(house)}`,
    "forbidden_xml",
    notAccepted,
  ],
  [
    "S31 an encrypted assertion",
    ({ idp, request }) =>
      signResponse(responseTo(app, idp, request, { content: "<saml:EncryptedAssertion/>" })),
    "assertion_encrypted",
    notAccepted,
  ],
  ["P1 for another audience", parts({ audience: "urn:other" }), "audience_mismatch", notAccepted],
  [
    "P2 for another recipient",
    parts({ recipient: "https://other.example/acs" }),
    "recipient_mismatch",
    notAccepted,
  ],
  [
    "P2 for another destination",
    parts({ destination: "https://other.example/acs" }),
    "destination_mismatch",
    notAccepted,
  ],
  [
    "P3 to a request that nobody made",
    parts({ inResponseTo: "_never" }),
    "unknown_request",
    "This sign-in has ended",
  ],
  [
    "P4 to no request at all",
    parts({ inResponseTo: null }),
    "unsolicited_response",
    "This sign-in was not started here.",
  ],
  [
    "P6 that has run out",
    parts({ notOnOrAfter: new Date(Date.now() - 3_600_000) }),
    "assertion_expired",
    notAccepted,
  ],
  [
    "P10 qualified by another party",
    parts({ nameIdAttributes: ' NameQualifier="urn:other"' }),
    "name_id_refused",
    notAccepted,
  ],
  ["P13 that is none", () => "not even XML", "not_xml", notAccepted],
];

describe("a response is refused", () => {
  test.each(refused)("%s", async (_, forge, code, title) => {
    const house = await asked();
    const { tenant, idp, browser } = house;
    const sent = await postResponse(browser, idp, forge(house));
    expect(sent.status).toBe(400);
    expect(headerProblems(sent)).toEqual([]);
    expect(await titleOf(sent)).toStartWith(title);
    expect(await codesOf(tenant)).toEqual([code]);
    expect(await tenant.events("session.started")).toEqual([]);
    // The person goes on where they were: the request still waits for its own answer.
    expect(locationOf(await answer(app, browser, idp, { request: house.request }))).toBe("/");
  });

  test("P5 a second time, also under another request's protection, for as long as it could be used", async () => {
    const { tenant, idp, browser, request } = await asked();
    const xml = signAssertion(responseTo(app, idp, request));
    expect((await postResponse(browser, idp, xml)).status).toBe(303);
    expect((await postResponse(browser, idp, xml)).status).toBe(400);
    // The request is forgotten; its assertion is not.
    await app.asSuperuser(
      "update app.identity_provider_requests set answered_at = null, outcome = null where tenant_id = $1",
      [tenant.id],
    );
    expect((await postResponse(browser, idp, xml)).status).toBe(400);
    expect(await codesOf(tenant)).toEqual(["unknown_request", "assertion_replayed"]);
    await sweepOnce(app, tenant);
    const kept = await app.asSuperuser<{ id: string }>(
      "select assertion_id as id from app.used_assertions where tenant_id = $1",
      [tenant.id],
    );
    expect(kept).toHaveLength(1);
  });

  test("P5 by two posts at once: one of them is taken", async () => {
    const { idp, browser, request } = await asked();
    const xml = signAssertion(responseTo(app, idp, request));
    const sent = await Promise.all(
      Array.from({ length: 4 }, () => postResponse(browser, idp, xml)),
    );
    expect(sent.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      303, 400, 400, 400,
    ]);
  });

  test("P7 of one provider at another's address, in this tenant and in another one", async () => {
    const { tenant, idp, browser, request } = await asked();
    const [second, foreign] = [await anIdp(tenant), await anIdp(await app.aTenant())];
    const mine = signAssertion(responseTo(app, idp, request));
    expect((await postResponse(browser, second, mine)).status).toBe(400);
    const misnamed = { issuer: "urn:other", responseIssuer: null };
    const inner = signAssertion(responseTo(app, idp, request, misnamed));
    expect((await postResponse(browser, idp, inner)).status).toBe(400);
    // One provider answers in the name of the other, with its own key: all test providers have the same one.
    const named = signAssertion(responseTo(app, { ...idp, entityId: second.entityId }, request));
    expect((await postResponse(browser, idp, named)).status).toBe(400);
    const elsewhere = await postResponse(foreign.tenant.newBrowser(), foreign, mine);
    expect(elsewhere.status).toBe(400);
    expect((await postResponse(browser, foreign, mine)).status).toBe(404);
    expect(await codesOf(tenant)).toEqual([
      "unknown_request",
      "issuer_mismatch",
      "issuer_mismatch",
    ]);
    expect(await codesOf(foreign.tenant)).toEqual(["unknown_request"]);
  });

  test("P8 when the provider was disabled or deleted meanwhile, before the post and after it", async () => {
    const first = await asked();
    const xml = signAssertion(responseTo(app, first.idp, first.request));
    const back = locationOf(await postResponse(first.browser, first.idp, xml)) ?? "";
    await ok(first.tenant.api.put(`/identity-providers/${first.idp.id}/disablement`, {}));
    expect((await first.browser.get(back)).status).toBe(410);
    const second = await asked();
    await ok(second.tenant.api.put(`/identity-providers/${second.idp.id}/disablement`, {}));
    const late = signAssertion(responseTo(app, second.idp, second.request));
    expect((await postResponse(second.browser, second.idp, late)).status).toBe(400);
    await ok(second.tenant.api.delete(`/identity-providers/${second.idp.id}`, {}));
    expect((await postResponse(second.browser, second.idp, late)).status).toBe(404);
    for (const { tenant } of [first, second])
      expect(await tenant.events("session.started")).toEqual([]);
  });

  test("P13 with two messages in the form, or not as a form", async () => {
    const { idp, browser, request } = await asked();
    const xml = Buffer.from(signAssertion(responseTo(app, idp, request))).toString("base64");
    const headers = { "sec-fetch-site": "cross-site", origin: "https://idp.example.org" };
    const twice = await browser.post(
      `/saml/sp/acs/${idp.id}`,
      { SAMLResponse: [xml, xml] },
      { headers },
    );
    const json = await browser.send(
      "POST",
      `/saml/sp/acs/${idp.id}`,
      JSON.stringify({ SAMLResponse: xml }),
      {
        headers: { ...headers, "content-type": "application/json" },
      },
    );
    expect([twice.status, json.status]).toEqual([400, 400]);
    expect((await browser.get(`/saml/sp/acs/${idp.id}`)).status).toBe(404);
  });

  test("S30 when it is huge", async () => {
    const { idp, browser } = await asked();
    expect((await postResponse(browser, idp, "x".repeat(400_000))).status).toBe(400);
    expect((await postResponse(browser, idp, "x".repeat(50_000_000))).status).toBe(413);
  });

  test("after sixty from one network, unrecorded; a sound one is taken all the same", async () => {
    const { tenant, idp, browser, request } = await asked();
    const nonsense = () => postResponse(browser, idp, responseXml());
    for (let sent = 0; sent < 60; sent += 1) expect((await nonsense()).status).toBe(400);
    const limited = await nonsense();
    expect([limited.status, limited.headers.has("retry-after")]).toEqual([429, true]);
    expect(await codesOf(tenant)).toHaveLength(60);
    const sound = await postResponse(browser, idp, signAssertion(responseTo(app, idp, request)));
    expect(sound.status).toBe(303);
    const other = tenant.newBrowser();
    expect((await signInBy(app, other, idp)).status).toBe(303);
  });
});

describe("the provider says no", () => {
  test("P14 and the person is told, whoever else is named in it", async () => {
    const { tenant, idp, browser, request } = await asked();
    const status = "urn:oasis:names:tc:SAML:2.0:status:Responder";
    const xml = signAssertion(responseTo(app, idp, request, { status }));
    const posted = await postResponse(browser, idp, xml);
    expect(posted.status).toBe(303);
    const told = await browser.get(locationOf(posted) ?? "");
    expect([told.status, await told.text()]).toEqual([
      403,
      expect.stringContaining("did not let you in"),
    ]);
    expect((await tenant.events("sign_in.provider_refused"))[0]?.data["cause"]).toBe("declined");
    expect(await tenant.events("session.started")).toEqual([]);
  });
});

describe("certificates", () => {
  const signedBy = (idp: Idp, request: Asked, key: typeof theirs) =>
    signAssertion(responseTo(app, idp, request), {
      privateKeyPem: key.privateKeyPem,
      certificatePem: key.certificatePem,
    });

  test("of a rollover are both taken, and a new description replaces the whole set", async () => {
    const both = [theirs.signing.certificate, theirsNext.signing.certificate];
    const { tenant, idp, browser, request } = await asked({ certificates: both });
    expect((await postResponse(browser, idp, signedBy(idp, request, theirsNext))).status).toBe(303);
    await ok(
      tenant.api.put(`/identity-providers/${idp.id}/description`, {
        entityId: idp.entityId,
        ssoUrl: idp.ssoUrl,
        certificates: theirsNext.certificatePem,
      }),
    );
    const another = await toProvider(browser, `ada@${idp.domain}`);
    expect((await postResponse(browser, idp, signedBy(idp, another, theirs))).status).toBe(400);
    expect((await postResponse(browser, idp, signedBy(idp, another, theirsNext))).status).toBe(303);
  });

  test("are the provider's own, whoever signs the response and whoever the assertion", async () => {
    const { idp, browser, request } = await asked();
    const inner = signAssertion(responseTo(app, idp, request));
    const outer = signResponse(inner, {
      privateKeyPem: stranger.privateKeyPem,
      certificatePem: stranger.certificatePem,
    });
    expect((await postResponse(browser, idp, outer)).status).toBe(400);
    expect((await postResponse(browser, idp, signResponse(inner))).status).toBe(303);
  });
});
