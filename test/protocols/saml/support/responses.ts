// Responses of ours for tests, and what judges of other making see in them.

import { XMLSerializer } from "@xmldom/xmldom";
import { XmlC14NMode, XmlDocument, XmlElement } from "libxml2-wasm";
import { SignedXml } from "xml-crypto";
import { authnContexts } from "#protocols/saml/authn-context.ts";
import { attributeNameFormats, namespaces, statusCodes } from "#protocols/saml/constants.ts";
import { nameIdFormats } from "#protocols/saml/name-id.ts";
import { buildResponse, type SuccessResponse } from "#protocols/saml/response.ts";
import { descendants, isNamed, messageLimits, readXml } from "#protocols/saml/xml.ts";
import { ours, type TestKey } from "./keys.ts";
import { acsUrl, spEntityId } from "./requests.ts";

export const issuer = "urn:weftid:tenant:idp:application";
export const instant = new Date("2026-03-01T12:00:00.000Z");

export function success(changes: Partial<SuccessResponse> = {}): SuccessResponse {
  return {
    responseId: "_response",
    assertionId: "_assertion",
    issuer,
    audience: spEntityId,
    recipient: acsUrl,
    inResponseTo: "_request",
    now: instant,
    nameId: {
      value: "ada@example.org",
      format: nameIdFormats.emailAddress,
      spNameQualifier: spEntityId,
      nameQualifier: issuer,
    },
    authn: {
      instant: new Date("2026-03-01T09:30:00Z"),
      sessionIndex: "_session",
      sessionNotOnOrAfter: new Date("2026-03-01T20:00:00Z"),
      classRef: authnContexts.refedsMultiFactor,
    },
    attributes: [
      {
        name: "email",
        nameFormat: attributeNameFormats.basic,
        friendlyName: "E-mail",
        values: ["ada@example.org"],
      },
      {
        name: "groups",
        nameFormat: attributeNameFormats.uri,
        values: ["Staff", "R&D <\"'>", "Ärzte 💉"],
      },
      { name: "empty", nameFormat: attributeNameFormats.uri, values: [] },
      { name: "blank", nameFormat: attributeNameFormats.uri, values: ["", "\u0000"] },
    ],
    ...changes,
  };
}

export const failure = {
  responseId: "_response",
  issuer,
  destination: acsUrl,
  inResponseTo: "_request",
  now: instant,
  status: {
    code: statusCodes.responder,
    subCode: statusCodes.noPassive,
    message: "not signed in <\u0001>",
  },
} as const;

export const build = (changes: Partial<SuccessResponse> = {}, key: TestKey = ours) =>
  buildResponse(success(changes), key.signing);

/** What xml-crypto finds signed with the key, outermost signature first. */
export function signedBy(xml: string, key: TestKey): string[] {
  const root = readXml(xml, messageLimits);
  const signatures = [...descendants(root)].filter((element) =>
    isNamed(element, namespaces.signature, "Signature"),
  );
  return signatures.map((signature) => {
    const verifier = new SignedXml({ publicCert: key.certificatePem });
    verifier.loadSignature(new XMLSerializer().serializeToString(signature));
    if (!verifier.checkSignature(xml)) throw new Error("digest does not match");
    return verifier.getSignedReferences()[0]!;
  });
}

/** Exclusive canonical form by libxml2, the judge of what we call canonical. */
export function canonical(xml: string): string {
  const document = XmlDocument.fromString(xml);
  try {
    return document.canonicalizeToString({
      mode: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0,
      inclusiveNamespacePrefixes: ["xs", "xsi"],
    });
  } finally {
    document.dispose();
  }
}

export function values(xml: string, name: string): string[] {
  const document = XmlDocument.fromString(xml);
  try {
    const found = document.find(`//saml:Attribute[@Name='${name}']/saml:AttributeValue`, {
      saml: namespaces.assertion,
    });
    return found.map((node) => (node instanceof XmlElement ? node.content : ""));
  } finally {
    document.dispose();
  }
}
