// Attacks on signed requests, by the numbers of the checklist (S signature, R wrapped request, I identity
// provider). Every row is refused for its own reason: a code that changes means that a check is gone.

import { describe, expect, test } from "bun:test";
import { namespaces } from "#protocols/saml/constants.ts";
import { buildResponse } from "#protocols/saml/response.ts";
import { parseAuthnRequest } from "#protocols/saml/authn-request.ts";
import { verifyEnveloped } from "#protocols/saml/signature/verify-enveloped.ts";
import { codeOf } from "./support/codes.ts";
import { ours, stranger, theirs } from "./support/keys.ts";
import { algorithms, authnRequest, logoutRequest, signXml } from "./support/requests.ts";

const signed = signXml(authnRequest());
const signature = /<ds:Signature .*<\/ds:Signature>/s.exec(signed)![0];
const withoutSignature = signed.replace(signature, "");
const evil = { id: "_evil", issuer: "https://evil.example" };

/** An evil request that keeps the captured signature and hides something elsewhere. */
const around = (hidden: string, kept = signature) =>
  authnRequest({ ...evil, children: kept + hidden });
const extensions = (content: string) => `<samlp:Extensions>${content}</samlp:Extensions>`;
const object = (content: string) => `<ds:Object>${content}</ds:Object>`;
/** The captured signature with more in it. */
const signatureWith = (content: string) =>
  signature.replace("</ds:Signature>", `${content}</ds:Signature>`);
/** The signed request after an edit that the signer did not make. */
const edited = (from: string | RegExp, to: string) => {
  const result = signed.replace(from, to);
  if (result === signed) throw new Error(`nothing to edit: ${from}`);
  return result;
};
const transform = (algorithm: string, content = "") =>
  edited(
    `<ds:Transform Algorithm="${algorithms.exclusive}"/>`,
    `<ds:Transform Algorithm="${algorithm}">${content}</ds:Transform>`,
  );
const signedInfo = /<ds:SignedInfo>.*<\/ds:SignedInfo>/s.exec(signed)![0];
const reference = /<ds:Reference .*<\/ds:Reference>/s.exec(signed)![0];
const foreign = 'xmlns:x="urn:x"';

const attacks: [attack: string, xml: string, code: string][] = [
  ["S1 an unsigned request", authnRequest(), "signature_missing"],
  ["S2 a stripped signature", withoutSignature, "signature_missing"],
  [
    "S2 an edited issuer",
    edited("https://sp.example.org/metadata<", "https://evil.example<"),
    "signature_invalid",
  ],
  [
    "S2 an edited ACS address",
    edited("https://sp.example.org/acs", "https://evil.example/acs"),
    "signature_invalid",
  ],
  [
    "S2 an added attribute",
    edited(' Version="2.0"', ' Version="2.0" ForceAuthn="true"'),
    "signature_invalid",
  ],
  [
    "S2 an added element",
    edited("</samlp:AuthnRequest>", "<samlp:NameIDPolicy/></samlp:AuthnRequest>"),
    "signature_invalid",
  ],
  [
    "S3 XSW1 the original inside the signature",
    around("", signatureWith(withoutSignature)),
    "nested_message",
  ],
  [
    "S4 XSW2 the original before the signature",
    authnRequest({ ...evil, children: withoutSignature + signature }),
    "nested_message",
  ],
  [
    "S5 XSW3 an evil request as the first child",
    edited("<saml:Issuer>", `${authnRequest(evil)}<saml:Issuer>`),
    "nested_message",
  ],
  [
    "S6 XSW4 the signed original inside an evil request",
    authnRequest({ ...evil, children: signed }),
    "nested_message",
  ],
  ["S7 XSW5 the original at the end", around(withoutSignature), "nested_message"],
  [
    "S8 XSW6 the original in the KeyInfo",
    around("", signature.replace("</ds:KeyInfo>", `${withoutSignature}</ds:KeyInfo>`)),
    "nested_message",
  ],
  [
    "S9 XSW7 the signed original in Extensions",
    authnRequest({ ...evil, children: extensions(signed) }),
    "nested_message",
  ],
  [
    "S10 XSW8 R4 the original in ds:Object",
    around("", signatureWith(object(withoutSignature))),
    "nested_message",
  ],
  [
    "S11 XSW9 the original in a confirmation",
    around(
      `<saml:Subject><saml:SubjectConfirmation Method="m"><saml:SubjectConfirmationData>${withoutSignature}</saml:SubjectConfirmationData></saml:SubjectConfirmation></saml:Subject>`,
    ),
    "nested_message",
  ],
  [
    "S12 R3 the original in Extensions, its signature on the root",
    around(extensions(withoutSignature)),
    "nested_message",
  ],
  [
    "S13 the original in a foreign element",
    around(extensions(`<x:y ${foreign}>${withoutSignature}</x:y>`)),
    "nested_message",
  ],
  [
    "S14 a second, signed request behind an evil one",
    `<samlp:Both xmlns:samlp="${namespaces.protocol}">${authnRequest(evil)}${signed}</samlp:Both>`,
    "unexpected_message",
  ],
  ["S12 the signature of another element on the root", wrappedSubject(), "signature_reference"],
  ["S12 a signature that stays with another element", signatureElsewhere(), "signature_structure"],
  [
    "S15 the ID of the original on an evil root",
    around(extensions(withoutSignature)).replace("_evil", "_request"),
    "duplicate_id",
  ],
  [
    "S15 the ID once more as Id",
    edited("</saml:Issuer>", `</saml:Issuer><x:y ${foreign} Id="_request"/>`),
    "duplicate_id",
  ],
  [
    "S15 the ID once more as id",
    edited("</saml:Issuer>", `</saml:Issuer><x:y ${foreign} id="_request"/>`),
    "duplicate_id",
  ],
  [
    "S15 the ID once more as xml:id",
    edited("</saml:Issuer>", `</saml:Issuer><x:y ${foreign} xml:id="_request"/>`),
    "forbidden_xml",
  ],
  [
    "S16 a decoy signature with an Object",
    edited(
      "</samlp:AuthnRequest>",
      `${signatureWith(object(`<x:y ${foreign}/>`))}</samlp:AuthnRequest>`,
    ),
    "signature_structure",
  ],
  [
    "S16 an Object in the signature",
    edited("</ds:Signature>", `${object(`<x:y ${foreign}/>`)}</ds:Signature>`),
    "signature_structure",
  ],
  [
    "S17 a comment in the issuer",
    edited("https://sp.example.org/metadata<", "https://sp.example.org<!---->/metadata<"),
    "forbidden_xml",
  ],
  [
    "S18 an instruction in the issuer",
    edited("https://sp.example.org/metadata<", "https://sp.example.org<?x?>/metadata<"),
    "forbidden_xml",
  ],
  [
    "S19 CDATA in the issuer",
    edited("https://sp.example.org/metadata<", "https://sp.example.org<![CDATA[/metadata]]><"),
    "forbidden_xml",
  ],
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
  ["S30 nesting", edited("<saml:Issuer>", `${"<saml:Issuer>".repeat(40)}`), "not_xml"],
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

/** The captured signature covers a Subject: right key, intact bytes, wrong element. */
function wrappedSubject(): string {
  const subject = '<saml:Subject ID="_subject"><saml:NameID>ada</saml:NameID></saml:Subject>';
  return signXml(authnRequest({ ...evil, children: subject }), {
    reference: "//*[local-name()='Subject']",
    transforms: [algorithms.enveloped, algorithms.exclusive],
  });
}

function signatureElsewhere(): string {
  const subject = '<saml:Subject ID="_subject"><saml:NameID>ada</saml:NameID></saml:Subject>';
  return signXml(authnRequest({ ...evil, children: subject }), {
    reference: "//*[local-name()='Subject']",
    location: { reference: "//*[local-name()='Subject']", action: "append" },
  });
}

describe("a signed AuthnRequest", () => {
  test.each(attacks)("is refused: %s", (_, xml, code) => {
    const certificates = [theirs.certificatePem];
    expect(codeOf(() => verifyEnveloped({ xml, message: "AuthnRequest", certificates }))).toBe(
      code,
    );
  });

  test("is accepted without an attack", () => {
    const certificates = [theirs.certificatePem];
    const verified = verifyEnveloped({ xml: signed, message: "AuthnRequest", certificates });
    expect(parseAuthnRequest(verified.xml).id).toBe("_request");
  });

  test("is already refused unverified when it wraps another message or a second signature", () => {
    const wraps = /^(S[3-9]|S1[0-36]|R)/;
    for (const [attack, xml, code] of attacks.filter(([name]) => wraps.test(name))) {
      if (code === "signature_reference" || attack.includes("an Object in")) continue;
      expect(`${attack}: ${codeOf(() => parseAuthnRequest(xml))}`).toBe(`${attack}: ${code}`);
    }
  });
});

describe("a signed LogoutRequest", () => {
  const certificates = [theirs.certificatePem];
  const verify = (xml: string) =>
    codeOf(() => verifyEnveloped({ xml, message: "LogoutRequest", certificates }));
  const captured = signXml(logoutRequest());
  const itsSignature = /<ds:Signature .*<\/ds:Signature>/s.exec(captured)![0];
  const original = captured.replace(itsSignature, "");
  const forged = { id: "_evil", nameId: "admin@example.org" };

  test("I6 is refused when it carries a captured assertion (R1)", async () => {
    const now = new Date("2026-03-01T12:00:00Z");
    const response = await buildResponse(
      {
        responseId: "_response",
        assertionId: "_assertion",
        issuer: "urn:us",
        audience: "urn:sp",
        recipient: "https://sp.example.org/acs",
        now,
        nameId: { value: "ada", format: "urn:format" },
        authn: { instant: now, sessionIndex: "_session", classRef: "urn:class" },
        attributes: [],
      },
      ours.signing,
    );
    const assertion = /<saml:Assertion .*<\/saml:Assertion>/s.exec(response)![0];
    const carrying = logoutRequest({ ...forged, children: extensions(assertion) });
    expect(verify(carrying)).toBe("nested_message");
    const encrypted = extensions("<saml:EncryptedAssertion/>");
    expect(verify(logoutRequest({ ...forged, children: encrypted }))).toBe("nested_message");
  });

  test.each([
    ["R2 the original in Extensions", itsSignature + extensions(original), "nested_message"],
    [
      "R5 the original in ds:Object",
      itsSignature.replace("</ds:Signature>", `${object(original)}</ds:Signature>`),
      "nested_message",
    ],
    ["the signed original in Extensions", extensions(captured), "nested_message"],
    ["no signature", "", "signature_missing"],
    ["the captured signature alone", itsSignature, "signature_reference"],
  ])("I6 is refused: %s", (_, children, code) => {
    expect(verify(logoutRequest({ ...forged, children }))).toBe(code);
  });

  test("I6 is refused when a comment splits the NameID (R6), another's key signed it or it was edited", () => {
    expect(verify(captured.replace("ada@example.org", "ada@example.org<!---->.evil"))).toBe(
      "forbidden_xml",
    );
    expect(verify(signXml(logoutRequest(), stranger))).toBe("signature_invalid");
    expect(verify(captured.replace("ada@", "bob@"))).toBe("signature_invalid");
    expect(verify(captured.replace("_session", "_other"))).toBe("signature_invalid");
  });
});
