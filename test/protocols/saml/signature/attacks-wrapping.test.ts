// Attacks on signed requests, by the numbers of the checklist (S signature, R wrapped request, I identity
// provider). Every row is refused for its own reason: a code that changes means that a check is gone.

import { describe, expect, test } from "bun:test";
import { parseAuthnRequest } from "#protocols/saml/authn-request.ts";
import { namespaces } from "#protocols/saml/constants.ts";
import { verifyEnveloped } from "#protocols/saml/signature/verify-enveloped.ts";
import {
  around,
  edited,
  evil,
  extensions,
  foreign,
  object,
  signature,
  signatureWith,
  signed,
  withoutSignature,
  type Attack,
} from "../support/captured.ts";
import { codeOf } from "../support/codes.ts";
import { theirs } from "../support/keys.ts";
import { algorithms, authnRequest, signXml } from "../support/requests.ts";

const certificates = [theirs.certificatePem];
const attacks: Attack[] = [
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
    expect(codeOf(() => verifyEnveloped({ xml, message: "AuthnRequest", certificates }))).toBe(
      code,
    );
  });

  test("is accepted without an attack", () => {
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
