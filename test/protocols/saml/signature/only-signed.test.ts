// What was sent is never read, only what the verifier says was signed. The verifier parses with an older parser than ours, and no text is known
// that the two see differently; so here the library itself says that something else was signed, as it would for such a text: whoever reads the
// tree of what was sent reads the wrong person.
import { afterEach, describe, expect, spyOn, test } from "bun:test";
import { SignedXml } from "xml-crypto";
import { verifyEnveloped } from "#protocols/saml/signature/verify-enveloped.ts";
import { verifyResponse } from "#protocols/saml/signature/verify-response.ts";
import { codeOf } from "../support/codes.ts";
import { responseXml, signAssertion, signResponse } from "../support/idp.ts";
import { theirs } from "../support/keys.ts";
import { authnRequest, signXml, spEntityId } from "../support/requests.ts";
import { namespaces } from "#protocols/saml/constants.ts";
import { childOf, textOf } from "#protocols/saml/xml.ts";

const certificates = [theirs.certificatePem];
const references = SignedXml.prototype.getSignedReferences;
let spy: { mockRestore(): void } | null = null;

/** From now on the verifier has seen other text than what was sent. */
function seenAs(edit: (signed: string) => string): void {
  spy = spyOn(SignedXml.prototype, "getSignedReferences").mockImplementation(function (
    this: SignedXml,
  ) {
    return references.call(this).map(edit);
  });
}
afterEach(() => spy?.mockRestore());

const sent = [
  ["whose assertion is signed", signAssertion(responseXml())],
  ["that is signed as a whole", signResponse(responseXml())],
  ["with both signatures", signResponse(signAssertion(responseXml()))],
] as const;

describe("verifyResponse", () => {
  test.each(sent)("reads a response %s from the signed bytes alone", (_, xml) => {
    expect(verifyResponse({ xml, certificates }).assertion.nameId?.value).toBe("00u-ada");
    seenAs((signed) => signed.replaceAll("00u-ada", "00u-signed"));
    expect(verifyResponse({ xml, certificates }).assertion.nameId?.value).toBe("00u-signed");
  });

  test("takes the envelope of a signed response from the signed bytes, too", () => {
    const xml = signResponse(responseXml());
    const { envelope } = verifyResponse({ xml, certificates });
    seenAs((signed) => signed.replaceAll(envelope.issuer ?? "none", "https://signed.example.org"));
    expect(verifyResponse({ xml, certificates }).envelope.issuer).toBe(
      "https://signed.example.org",
    );
  });

  test.each(sent)("refuses a response %s when other bytes were signed", (_, xml) => {
    seenAs((signed) =>
      signed.replaceAll("_assertion", "_another").replaceAll("_response", "_other"),
    );
    expect(codeOf(() => verifyResponse({ xml, certificates }))).toBe("signature_reference");
  });
});

test("verifyEnveloped reads a request from the signed bytes alone", () => {
  const xml = signXml(authnRequest());
  const issuerOf = () => {
    const { element } = verifyEnveloped({ xml, message: "AuthnRequest", certificates });
    const issuer = childOf(element, namespaces.assertion, "Issuer");
    return issuer && textOf(issuer);
  };
  expect(issuerOf()).toBe(spEntityId);
  seenAs((signed) => signed.replaceAll(spEntityId, "https://signed.example.org"));
  expect(issuerOf()).toBe("https://signed.example.org");
});
