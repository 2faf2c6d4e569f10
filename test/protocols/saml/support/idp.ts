// An identity provider for tests: writes Responses as templates and has them signed by xml-crypto, a signer that we did not write, in every
// way that a real one or an attacker might.

import { namespaces } from "#protocols/saml/constants.ts";
import { theirs } from "./keys.ts";
import { signXml, type SigningOptions } from "./requests.ts";

export const idpEntityId = "https://idp.example.org/metadata";
export const idpSsoUrl = "https://idp.example.org/sso";
export const spAcsUrl = "https://acme.id.example.test/saml/sp/acs/provider";
export const ourEntityId = "urn:weftid:tenant:sp:provider";
export const askedAt = new Date("2026-03-01T12:00:00Z");

const roots = `xmlns:samlp="${namespaces.protocol}" xmlns:saml="${namespaces.assertion}"`;
const bearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer";

export interface ResponseParts {
  readonly id?: string;
  readonly assertionId?: string;
  readonly now?: Date;
  readonly inResponseTo?: string | null;
  readonly destination?: string | null;
  readonly recipient?: string;
  readonly audience?: string | null;
  readonly issuer?: string;
  /** Of the response; null: none. */
  readonly responseIssuer?: string | null;
  readonly nameId?: string;
  readonly nameIdFormat?: string;
  /** Further attributes of the NameID. */
  readonly nameIdAttributes?: string;
  readonly status?: string;
  readonly method?: string;
  readonly notBefore?: Date;
  readonly notOnOrAfter?: Date;
  readonly confirmedUntil?: Date;
  readonly authnInstant?: Date;
  readonly sessionNotOnOrAfter?: Date;
  readonly classRef?: string;
  readonly attributes?: Readonly<Record<string, readonly string[]>>;
  /** In the place of what is written for it. */
  readonly conditions?: string;
  readonly statement?: string;
  readonly confirmation?: string;
  /** Elements behind the response's status, and in the place of the assertion. */
  readonly behind?: string;
  readonly content?: string;
}

const later = (from: Date, seconds: number) => new Date(from.getTime() + seconds * 1_000);
const attribute = (name: string, value: string | null) =>
  value === null ? "" : ` ${name}="${value}"`;

/** The assertion, unsigned; `alone` declares its namespaces. */
export function assertionXml(parts: ResponseParts = {}): string {
  const { now = askedAt, recipient = spAcsUrl, inResponseTo = "_request" } = parts;
  const end = parts.notOnOrAfter ?? later(now, 300);
  const restriction =
    parts.audience === null
      ? ""
      : `<saml:AudienceRestriction><saml:Audience>${parts.audience ?? ourEntityId}</saml:Audience></saml:AudienceRestriction>`;
  const conditions =
    parts.conditions ??
    `<saml:Conditions NotBefore="${(parts.notBefore ?? later(now, -60)).toISOString()}" NotOnOrAfter="${end.toISOString()}">${restriction}</saml:Conditions>`;
  const confirmation =
    parts.confirmation ??
    `<saml:SubjectConfirmation Method="${parts.method ?? bearer}"><saml:SubjectConfirmationData${attribute("InResponseTo", inResponseTo)}` +
      ` NotOnOrAfter="${(parts.confirmedUntil ?? end).toISOString()}" Recipient="${recipient}"/></saml:SubjectConfirmation>`;
  const { sessionNotOnOrAfter: sessionEnd } = parts;
  const statement =
    parts.statement ??
    `<saml:AuthnStatement AuthnInstant="${(parts.authnInstant ?? now).toISOString()}" SessionIndex="_session"` +
      `${attribute("SessionNotOnOrAfter", sessionEnd ? sessionEnd.toISOString() : null)}><saml:AuthnContext><saml:AuthnContextClassRef>` +
      `${parts.classRef ?? "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`;
  const format = parts.nameIdFormat ?? "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
  return (
    `<saml:Assertion ${roots} ID="${parts.assertionId ?? "_assertion"}" Version="2.0" IssueInstant="${now.toISOString()}">` +
    `<saml:Issuer>${parts.issuer ?? idpEntityId}</saml:Issuer>` +
    `<saml:Subject><saml:NameID Format="${format}"${parts.nameIdAttributes ?? ""}>${parts.nameId ?? "00u-ada"}</saml:NameID>${confirmation}</saml:Subject>` +
    `${conditions}${statement}${attributeStatement(parts.attributes ?? {})}</saml:Assertion>`
  );
}

function attributeStatement(attributes: Readonly<Record<string, readonly string[]>>): string {
  const written = Object.entries(attributes).map(
    ([name, values]) =>
      `<saml:Attribute Name="${name}">${values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join("")}</saml:Attribute>`,
  );
  return written.length === 0
    ? ""
    : `<saml:AttributeStatement>${written.join("")}</saml:AttributeStatement>`;
}

/** The response around it, unsigned. */
export function responseXml(parts: ResponseParts = {}): string {
  const { now = askedAt, inResponseTo = "_request", destination = spAcsUrl } = parts;
  const issuer =
    parts.responseIssuer === null
      ? ""
      : `<saml:Issuer>${parts.responseIssuer ?? parts.issuer ?? idpEntityId}</saml:Issuer>`;
  const status = parts.status ?? "urn:oasis:names:tc:SAML:2.0:status:Success";
  return (
    `<samlp:Response ${roots} ID="${parts.id ?? "_response"}" Version="2.0" IssueInstant="${now.toISOString()}"` +
    `${attribute("Destination", destination)}${attribute("InResponseTo", inResponseTo)}>${issuer}` +
    `<samlp:Status><samlp:StatusCode Value="${status}"/></samlp:Status>${parts.behind ?? ""}` +
    `${parts.content ?? assertionXml(parts)}</samlp:Response>`
  );
}

const assertionPath = "/*[local-name(.)='Response']/*[local-name(.)='Assertion']";

/** The response with its assertion signed. */
export const signAssertion = (xml: string, options: SigningOptions = {}): string =>
  signXml(xml, {
    privateKeyPem: theirs.privateKeyPem,
    certificatePem: theirs.certificatePem,
    reference: assertionPath,
    location: { reference: `${assertionPath}/*[1]`, action: "after" },
    ...options,
  });

/** The response signed itself. */
export const signResponse = (xml: string, options: SigningOptions = {}): string =>
  signXml(xml, {
    privateKeyPem: theirs.privateKeyPem,
    certificatePem: theirs.certificatePem,
    ...options,
  });

/** Metadata of the provider. */
export function idpMetadata({
  entityId = idpEntityId,
  certificates = [theirs.signing.certificate],
  endpoints = `<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${idpSsoUrl}"/>`,
}: {
  readonly entityId?: string;
  readonly certificates?: readonly string[];
  readonly endpoints?: string;
} = {}): string {
  const keys = certificates.map(
    (certificate) =>
      `<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="${namespaces.signature}"><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`,
  );
  return (
    `<md:EntityDescriptor xmlns:md="${namespaces.metadata}" entityID="${entityId}"><md:IDPSSODescriptor` +
    ` protocolSupportEnumeration="${namespaces.protocol}">${keys.join("")}${endpoints}</md:IDPSSODescriptor></md:EntityDescriptor>`
  );
}
