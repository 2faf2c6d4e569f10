// A service provider for tests: writes AuthnRequests and LogoutRequests and signs them with xml-crypto,
// a signer that we did not write, in every way that a real one might.

import { createSign } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { SignedXml } from "xml-crypto";
import { namespaces } from "#protocols/saml/constants.ts";
import { theirs } from "./keys.ts";

export const spEntityId = "https://sp.example.org/metadata";
export const acsUrl = "https://sp.example.org/acs";
export const ssoUrl = "https://acme.id.example.test/saml/idp/sso";

const roots = `xmlns:samlp="${namespaces.protocol}" xmlns:saml="${namespaces.assertion}"`;

export interface RequestParts {
  id?: string;
  issuer?: string;
  /** Further attributes of the root. */
  attributes?: string;
  /** Further elements behind the Issuer. */
  children?: string;
}

export function authnRequest({
  id = "_request",
  issuer = spEntityId,
  attributes = "",
  children = "",
}: RequestParts = {}): string {
  return (
    `<samlp:AuthnRequest ${roots} ID="${id}" Version="2.0" IssueInstant="2026-03-01T12:00:00Z" ` +
    `Destination="${ssoUrl}" AssertionConsumerServiceURL="${acsUrl}" ${attributes}>` +
    `<saml:Issuer>${issuer}</saml:Issuer>${children}</samlp:AuthnRequest>`
  );
}

export function logoutRequest({
  id = "_logout",
  issuer = spEntityId,
  children = "",
  nameId = "ada@example.org",
}: RequestParts & { nameId?: string } = {}): string {
  return (
    `<samlp:LogoutRequest ${roots} ID="${id}" Version="2.0" IssueInstant="2026-03-01T12:00:00Z">` +
    `<saml:Issuer>${issuer}</saml:Issuer>${children}<saml:NameID>${nameId}</saml:NameID>` +
    `<samlp:SessionIndex>_session</samlp:SessionIndex></samlp:LogoutRequest>`
  );
}

export interface SigningOptions {
  privateKeyPem?: string;
  certificatePem?: string | undefined;
  signatureAlgorithm?: string;
  digestAlgorithm?: string;
  canonicalization?: string;
  transforms?: string[];
  /** What is signed and where the signature goes; by default the root, behind its first child. */
  reference?: string;
  location?: { reference: string; action: "append" | "prepend" | "before" | "after" };
  isEmptyUri?: boolean;
  inclusivePrefixes?: string[];
  customize?: (signer: SignedXml) => void;
}

export const algorithms = {
  exclusive: "http://www.w3.org/2001/10/xml-exc-c14n#",
  inclusive: "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
  enveloped: "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
  sha256: "http://www.w3.org/2001/04/xmlenc#sha256",
  rsaSha256: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
} as const;

export function signXml(xml: string, options: SigningOptions = {}): string {
  const { canonicalization = algorithms.exclusive } = options;
  const certificatePem =
    "certificatePem" in options ? options.certificatePem : theirs.certificatePem;
  const signer = new SignedXml({
    privateKey: options.privateKeyPem ?? theirs.privateKeyPem,
    ...(certificatePem === undefined ? {} : { publicCert: certificatePem }),
    signatureAlgorithm: options.signatureAlgorithm ?? algorithms.rsaSha256,
    canonicalizationAlgorithm: canonicalization,
  });
  options.customize?.(signer);
  signer.addReference({
    xpath: options.reference ?? "/*",
    transforms: options.transforms ?? [algorithms.enveloped, canonicalization],
    digestAlgorithm: options.digestAlgorithm ?? algorithms.sha256,
    isEmptyUri: options.isEmptyUri ?? false,
    inclusiveNamespacesPrefixList: options.inclusivePrefixes ?? [],
  });
  signer.computeSignature(xml, {
    prefix: "ds",
    location: options.location ?? { reference: "/*/*[1]", action: "after" },
  });
  return signer.getSignedXml();
}

/** A signed redirect query, in the order that the specification gives. */
export function signedQuery(
  xml: string,
  options: {
    parameter?: "SAMLRequest" | "SAMLResponse";
    relayState?: string | undefined;
    key?: string;
    algorithm?: string;
    hash?: string;
    dsaEncoding?: "der" | "ieee-p1363";
  } = {},
): string {
  const { algorithm = algorithms.rsaSha256, hash = "sha256", key = theirs.privateKeyPem } = options;
  const parts = [`${options.parameter ?? "SAMLRequest"}=${deflated(xml)}`];
  if (options.relayState !== undefined) {
    parts.push(`RelayState=${encodeURIComponent(options.relayState)}`);
  }
  parts.push(`SigAlg=${encodeURIComponent(algorithm)}`);
  const signer = createSign(hash).update(parts.join("&"));
  const signature = signer.sign({ key, dsaEncoding: options.dsaEncoding ?? "der" }, "base64");
  return [...parts, `Signature=${encodeURIComponent(signature)}`].join("&");
}

export function deflated(xml: string): string {
  return encodeURIComponent(deflateRawSync(Buffer.from(xml)).toString("base64"));
}
