import { describe, expect, test } from "bun:test";
import { encodePost } from "#protocols/saml/bindings.ts";
import { readInboundRequest, verifyInboundRequest } from "#protocols/saml/inbound-request.ts";
import { codeOf } from "./support/codes.ts";
import { stranger, theirs } from "./support/keys.ts";
import { authnRequest, deflated, logoutRequest, signedQuery, signXml } from "./support/requests.ts";

const redirect = (rawQuery: string) => ({ binding: "redirect" as const, rawQuery });
const post = (xml: string) => ({
  binding: "post" as const,
  message: encodePost(xml),
  relayState: "r",
});
const certificates = [theirs.certificatePem];
const plain = authnRequest();
const enveloped = signXml(plain);

describe("readInboundRequest", () => {
  test("says over either binding who asks and whether that is signed", () => {
    const seen = [
      redirect(`SAMLRequest=${deflated(plain)}&RelayState=r`),
      redirect(signedQuery(plain, { relayState: "r" })),
      post(plain),
      post(enveloped),
    ].map(readInboundRequest);
    expect(seen.map(({ isSigned }) => isSigned)).toEqual([false, true, false, true]);
    expect(seen.map(({ request }) => request.id)).toEqual(Array(4).fill("_request"));
    expect(seen.map(({ relayState }) => relayState)).toEqual(Array(4).fill("r"));
  });

  test("counts no XML signature in a redirected message", () => {
    expect(readInboundRequest(redirect(`SAMLRequest=${deflated(enveloped)}`)).isSigned).toBe(false);
  });
});

describe("verifyInboundRequest", () => {
  test("answers with what was signed, over either binding", () => {
    for (const inbound of [redirect(signedQuery(plain, { relayState: "r" })), post(enveloped)]) {
      const { request, relayState } = verifyInboundRequest(inbound, certificates);
      expect([request.id, relayState, request.carriesSignature]).toEqual(["_request", "r", false]);
    }
  });

  test.each([
    ["I1 an unsigned redirect", redirect(`SAMLRequest=${deflated(plain)}`), "signature_missing"],
    ["I1 an unsigned form", post(plain), "signature_missing"],
    [
      "an XML signature alone in a redirect",
      redirect(`SAMLRequest=${deflated(enveloped)}`),
      "signature_missing",
    ],
    [
      "I1 a redirect signed by another provider",
      redirect(signedQuery(plain, { key: stranger.privateKeyPem })),
      "signature_invalid",
    ],
    ["I1 a form signed by another provider", post(signXml(plain, stranger)), "signature_invalid"],
    [
      "another message in a signed redirect",
      redirect(signedQuery(logoutRequest())),
      "unexpected_message",
    ],
    ["another message in a form", post(signXml(logoutRequest())), "unexpected_message"],
    [
      "a nested message in a signed redirect",
      redirect(signedQuery(authnRequest({ children: authnRequest({ id: "_inner" }) }))),
      "nested_message",
    ],
  ])("refuses %s", (_, inbound, code) => {
    expect(codeOf(() => verifyInboundRequest(inbound, certificates))).toBe(code);
  });
});
