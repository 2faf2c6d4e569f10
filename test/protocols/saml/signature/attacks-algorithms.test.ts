// Attacks on signed requests, by the numbers of the checklist (S signature, R wrapped request, I identity
// provider). Every row is refused for its own reason: a code that changes means that a check is gone.

import { describe, expect, test } from "bun:test";
import { namespaces } from "#protocols/saml/constants.ts";
import { verifyEnveloped } from "#protocols/saml/signature/verify-enveloped.ts";
import {
  edited,
  foreign,
  reference,
  signature,
  signed,
  signedInfo,
  transform,
  type Attack,
} from "../support/captured.ts";
import { codeOf } from "../support/codes.ts";
import { stranger, theirs } from "../support/keys.ts";
import { algorithms, authnRequest, signXml } from "../support/requests.ts";

const certificates = [theirs.certificatePem];
const prefixes = `<e:InclusiveNamespaces xmlns:e="${algorithms.exclusive}" PrefixList="saml"/>`;
const attacks: Attack[] = [
  [
    "S20 two SignedInfo, the forged one first",
    edited("<ds:SignedInfo>", `${signedInfo.replace(/(?<=DigestValue>)./, "A")}<ds:SignedInfo>`),
    "signature_structure",
  ],
  [
    "S20 two SignedInfo, the forged one last",
    edited("</ds:SignatureValue>", `</ds:SignatureValue>${signedInfo}`),
    "signature_structure",
  ],
  [
    "S20 two References",
    signXml(authnRequest(), {
      customize: (signer) =>
        signer.addReference({
          xpath: "/*/*[1]",
          transforms: [algorithms.exclusive],
          digestAlgorithm: algorithms.sha256,
        }),
    }),
    "signature_structure",
  ],
  [
    "S20 a Reference that was added later",
    edited("</ds:SignedInfo>", `${reference}</ds:SignedInfo>`),
    "signature_structure",
  ],
  [
    "S20 an empty Reference URI",
    signXml(authnRequest(), { isEmptyUri: true }),
    "signature_reference",
  ],
  ["S20 a Reference without URI", edited(' URI="#_request"', ""), "signature_reference"],
  [
    "S20 an XPointer as URI",
    edited("#_request", "#xpointer(id('_request'))"),
    "signature_reference",
  ],
  [
    "S21 a comment in DigestValue",
    edited("<ds:DigestValue>", "<ds:DigestValue><!-- x -->"),
    "forbidden_xml",
  ],
  ["S21 a space in DigestValue", edited(/(?<=DigestValue>.{10})/, " "), "signature_structure"],
  ["S21 a short DigestValue", edited(/(?<=DigestValue>).{4}/, ""), "signature_structure"],
  [
    "S21 an element in DigestValue",
    edited("</ds:DigestValue>", `<x:y ${foreign}>A</x:y></ds:DigestValue>`),
    "invalid_message",
  ],
  [
    "S21 an element in SignatureValue",
    edited("</ds:SignatureValue>", `<x:y ${foreign}>A</x:y></ds:SignatureValue>`),
    "invalid_message",
  ],
  [
    "S21 two DigestValues",
    edited("</ds:Reference>", `<ds:DigestValue>${"A".repeat(43)}=</ds:DigestValue></ds:Reference>`),
    "signature_structure",
  ],
  [
    "S22 an XPath transform",
    transform("http://www.w3.org/TR/1999/REC-xpath-19991116", "<ds:XPath>false()</ds:XPath>"),
    "signature_algorithm",
  ],
  [
    "S22 an XSLT transform",
    transform("http://www.w3.org/TR/1999/REC-xslt-19991116"),
    "signature_algorithm",
  ],
  [
    "S22 a base64 transform",
    transform("http://www.w3.org/2000/09/xmldsig#base64"),
    "signature_algorithm",
  ],
  [
    "S22 canonicalisation with comments",
    signXml(authnRequest(), { canonicalization: `${algorithms.exclusive}WithComments` }),
    "signature_algorithm",
  ],
  [
    "S22 a SignedInfo canonicalised with comments",
    edited(algorithms.exclusive, `${algorithms.exclusive}WithComments`),
    "signature_algorithm",
  ],
  [
    "S22 a transform with comments",
    transform(`${algorithms.exclusive}WithComments`),
    "signature_algorithm",
  ],
  [
    "S22 a third transform",
    transform(algorithms.exclusive).replace(
      "</ds:Transforms>",
      `<ds:Transform Algorithm="${algorithms.exclusive}"/></ds:Transforms>`,
    ),
    "signature_structure",
  ],
  [
    "S22 no transform at all",
    edited(/<ds:Transforms>.*<\/ds:Transforms>/s, "<ds:Transforms/>"),
    "signature_structure",
  ],
  [
    "S22 two lists of prefixes in a transform",
    transform(algorithms.exclusive, prefixes.repeat(2)),
    "signature_structure",
  ],
  [
    "S22 something in the list of prefixes",
    transform(
      algorithms.exclusive,
      prefixes.replace("/>", `><x:y ${foreign}/></e:InclusiveNamespaces>`),
    ),
    "signature_structure",
  ],
  [
    "S22 no enveloped transform",
    signXml(authnRequest(), {
      transforms: [algorithms.exclusive],
      location: { reference: "/*", action: "append" },
    }),
    "signature_algorithm",
  ],
  [
    "S22 a transform of a foreign namespace",
    edited(
      `<ds:Transform Algorithm="${algorithms.exclusive}"/>`,
      `<x:Transform ${foreign} Algorithm="${algorithms.exclusive}"/>`,
    ),
    "signature_structure",
  ],
  [
    "S22 a parameter in a transform",
    transform(algorithms.exclusive, `<x:y ${foreign}/>`),
    "signature_structure",
  ],
  [
    "S22 a parameter in the enveloped transform",
    edited(`enveloped-signature"/>`, `enveloped-signature"><x:y ${foreign}/></ds:Transform>`),
    "signature_structure",
  ],
  [
    "S22 a parameter in SignatureMethod",
    edited(
      `rsa-sha256"/>`,
      `rsa-sha256"><ds:HMACOutputLength>1</ds:HMACOutputLength></ds:SignatureMethod>`,
    ),
    "signature_structure",
  ],
  [
    "S22 a parameter in DigestMethod",
    edited(
      `sha256"/><ds:DigestValue`,
      `sha256"><x:y ${foreign}/></ds:DigestMethod><ds:DigestValue`,
    ),
    "signature_structure",
  ],
  [
    "S22 a parameter in CanonicalizationMethod",
    edited(
      `exc-c14n#"/><ds:SignatureMethod`,
      `exc-c14n#"><x:y ${foreign}/></ds:CanonicalizationMethod><ds:SignatureMethod`,
    ),
    "signature_structure",
  ],
  [
    "S23 a relative namespace",
    edited("<saml:Issuer>", `<saml:Issuer xmlns:x="1">`),
    "forbidden_xml",
  ],
  [
    "S24 a namespaced ID beside the real one",
    edited(' ID="_request"', ` ID="_request" ${foreign} x:ID="_evil"`),
    "forbidden_xml",
  ],
  ["S24 xml:xmlns", edited("<saml:Issuer>", `<saml:Issuer xml:xmlns="urn:x">`), "forbidden_xml"],
  [
    "S24 a signature of a foreign namespace",
    edited(/<ds:Signature xmlns:ds="[^"]*"/, `<ds:Signature xmlns:ds="urn:x"`),
    "signature_missing",
  ],
  ["S24 no ID at all", edited(' ID="_request"', ""), "signature_reference"],
  [
    "S24 no ID, and a reference to what that looks like",
    edited(' ID="_request"', "").replace("#_request", "#"),
    "signature_reference",
  ],
  [
    "S24 a SignedInfo of a foreign namespace",
    edited(
      signedInfo,
      signedInfo.replaceAll("ds:SignedInfo", "x:SignedInfo").replace(">", ` ${foreign}>`),
    ),
    "signature_structure",
  ],
  [
    "S25 I1 a stranger's key with the stranger's certificate in KeyInfo",
    signXml(authnRequest(), stranger),
    "signature_invalid",
  ],
  [
    "S25 a stranger's key with the right certificate in KeyInfo",
    signXml(authnRequest(), { ...stranger, certificatePem: theirs.certificatePem }),
    "signature_invalid",
  ],
  [
    "S26 HMAC keyed with the public certificate",
    signXml(authnRequest(), {
      privateKeyPem: theirs.certificatePem,
      signatureAlgorithm: "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
      customize: (signer) => signer.enableHMAC(),
    }),
    "signature_algorithm",
  ],
  [
    "S27 RSA-SHA1",
    signXml(authnRequest(), { signatureAlgorithm: "http://www.w3.org/2000/09/xmldsig#rsa-sha1" }),
    "signature_algorithm",
  ],
  [
    "S27 a SHA-1 digest",
    signXml(authnRequest(), { digestAlgorithm: "http://www.w3.org/2000/09/xmldsig#sha1" }),
    "signature_algorithm",
  ],
  [
    "S27 MD5",
    edited(algorithms.rsaSha256, "http://www.w3.org/2001/04/xmldsig-more#rsa-md5"),
    "signature_algorithm",
  ],
  [
    "S27 a signature algorithm named like a property of objects",
    edited(algorithms.rsaSha256, "constructor"),
    "signature_algorithm",
  ],
  [
    "S27 no signature algorithm",
    edited(` Algorithm="${algorithms.rsaSha256}"`, ""),
    "signature_algorithm",
  ],
  [
    "S27 ECDSA named, RSA done",
    edited(algorithms.rsaSha256, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"),
    "signature_invalid",
  ],
  ["S29 a DOCTYPE", `<!DOCTYPE x>${signed}`, "forbidden_xml"],
  ["S30 nesting", edited("<saml:Issuer>", "<saml:Issuer>".repeat(40)), "not_xml"],
  [
    "S30 nesting, closed",
    edited(
      "</saml:Issuer>",
      `</saml:Issuer>${"<saml:Issuer>".repeat(40)}${"</saml:Issuer>".repeat(40)}`,
    ),
    "too_large",
  ],
  [
    "the signature below the issuer",
    edited(signature, "").replace("</saml:Issuer>", `${signature}</saml:Issuer>`),
    "signature_structure",
  ],
  [
    "an empty signature",
    edited(signature, `<ds:Signature xmlns:ds="${namespaces.signature}"/>`),
    "signature_structure",
  ],
  ["an empty signature value", edited(/(?<=SignatureValue>)[^<]+/, ""), "signature_invalid"],
];

describe("the signature of an AuthnRequest", () => {
  test.each(attacks)("is refused: %s", (_, xml, code) => {
    expect(codeOf(() => verifyEnveloped({ xml, message: "AuthnRequest", certificates }))).toBe(
      code,
    );
  });
});
