// Writes an assertion for the Web Browser SSO profile (Core §2.3.3, Profiles §4.1.4.2).

import { element, requireId, startTag, textElement } from "./canonical.ts";
import { namespaces } from "./constants.ts";
import { withoutIllegalCharacters } from "./escape.ts";
import type { CanonicalElement } from "./signature/sign.ts";

export interface AssertedAttribute {
  name: string;
  nameFormat: string;
  friendlyName?: string | undefined;
  /** Empty ones are left out, and so is an attribute that has no others. */
  values: readonly string[];
}

export interface AssertionContent {
  assertionId: string;
  issuer: string;
  /** The entity id of the application: nobody else may accept the assertion. */
  audience: string;
  /** The address that the response is posted to. */
  recipient: string;
  /** The id of the request, absent when there was none. */
  inResponseTo?: string | undefined;
  now: Date;
  nameId: {
    value: string;
    format: string;
    nameQualifier?: string | undefined;
    spNameQualifier?: string | undefined;
  };
  authn: {
    /** When the person really proved who they are, which may be hours ago. */
    instant: Date;
    sessionIndex: string;
    /** When the application should end its own session. */
    sessionNotOnOrAfter?: Date | undefined;
    classRef: string;
  };
  attributes: readonly AssertedAttribute[];
}

/** Long enough for a slow phone to post the form, too short to be worth stealing. */
const lifetimeSeconds = 300;
/** The other side's clock may be behind ours. */
const backdateSeconds = 60;
const stringType = "xs:string";

/** The assertion, cut behind its Issuer. */
export function assertionElement(content: AssertionContent): CanonicalElement {
  const { issuer, now } = content;
  const id = requireId(content.assertionId);
  const statement = attributeStatement(content.attributes);
  const typed = { xs: namespaces.schema, xsi: namespaces.schemaInstance };
  const head = startTag("saml:Assertion", {
    declares: { saml: namespaces.assertion, ...(statement ? typed : {}) },
    attributes: { ID: id, IssueInstant: now.toISOString(), Version: "2.0" },
  });
  return {
    id,
    head: head + textElement("saml:Issuer", {}, issuer),
    tail:
      subject(content) +
      conditions(content) +
      authnStatement(content.authn) +
      statement +
      "</saml:Assertion>",
    // Only values name `xs`, so exclusive canonicalisation would drop its declaration (§3.1 there).
    inclusivePrefixes: statement ? Object.keys(typed) : [],
  };
}

function subject({ nameId, inResponseTo, recipient, now }: AssertionContent): string {
  const name = textElement(
    "saml:NameID",
    {
      attributes: {
        Format: nameId.format,
        NameQualifier: nameId.nameQualifier,
        SPNameQualifier: nameId.spNameQualifier,
      },
    },
    nameId.value,
  );
  const attributes = {
    InResponseTo: inResponseTo,
    NotOnOrAfter: later(now, lifetimeSeconds),
    Recipient: recipient,
  };
  const data = element("saml:SubjectConfirmationData", { attributes }, "");
  const bearer = { Method: "urn:oasis:names:tc:SAML:2.0:cm:bearer" };
  const confirmation = element("saml:SubjectConfirmation", { attributes: bearer }, data);
  return element("saml:Subject", {}, name + confirmation);
}

function conditions({ now, audience }: AssertionContent): string {
  const restriction = element(
    "saml:AudienceRestriction",
    {},
    textElement("saml:Audience", {}, audience),
  );
  const attributes = {
    NotBefore: later(now, -backdateSeconds),
    NotOnOrAfter: later(now, lifetimeSeconds),
  };
  return element("saml:Conditions", { attributes }, restriction);
}

function authnStatement(authn: AssertionContent["authn"]): string {
  const attributes = {
    AuthnInstant: authn.instant.toISOString(),
    SessionIndex: authn.sessionIndex,
    SessionNotOnOrAfter: authn.sessionNotOnOrAfter?.toISOString(),
  };
  const classRef = textElement("saml:AuthnContextClassRef", {}, authn.classRef);
  return element("saml:AuthnStatement", { attributes }, element("saml:AuthnContext", {}, classRef));
}

/** Empty when nothing is released: the schema wants at least one attribute (Core §2.7.3). */
function attributeStatement(attributes: readonly AssertedAttribute[]): string {
  const written = attributes.map(attributeElement).join("");
  return written && element("saml:AttributeStatement", {}, written);
}

/** A stray control character in a profile must not lock its owner out, so values lose it. */
function attributeElement(attribute: AssertedAttribute): string {
  const values = attribute.values.map(withoutIllegalCharacters).filter((value) => value !== "");
  if (values.length === 0) return "";
  const type = { attributes: { "xsi:type": stringType } };
  return element(
    "saml:Attribute",
    {
      attributes: {
        FriendlyName: attribute.friendlyName,
        Name: attribute.name,
        NameFormat: attribute.nameFormat,
      },
    },
    values.map((value) => textElement("saml:AttributeValue", type, value)).join(""),
  );
}

function later(now: Date, seconds: number): string {
  return new Date(now.getTime() + seconds * 1_000).toISOString();
}
