// Reads a Response (Core §3.3.3) and the assertion in it (Core §2.3.3, Profiles §4.1.4.2) into plain values. What is read before a
// signature is verified serves to find the request that it answers, and nothing else.

import { namespaces, statusCodes } from "./constants.ts";
import { SamlError } from "./errors.ts";
import { assertionOf, responseSignatures } from "./signature/structure.ts";
import {
  bounded,
  instant,
  issuerOf,
  type NameId,
  readNameId,
  required,
  type Status,
  statusOf,
  urlMaxLength,
  valueMaxLength,
} from "./values.ts";
import {
  attributeOf,
  childOf,
  childrenOf,
  elementsOf,
  isNamed,
  messageLimits,
  readXml,
  textOf,
  type XmlElement,
} from "./xml.ts";

const { assertion: assertionNamespace, protocol } = namespaces;
/** What a response says about itself. */
export interface ResponseEnvelope {
  readonly id: string;
  readonly issueInstant: Date;
  readonly inResponseTo: string | undefined;
  readonly destination: string | undefined;
  /** Optional for a response that is not signed itself (Profiles §4.1.4.2). */
  readonly issuer: string | undefined;
  readonly status: Status;
}

export interface SubjectConfirmation {
  readonly method: string;
  readonly recipient: string | undefined;
  readonly inResponseTo: string | undefined;
  readonly notBefore: Date | undefined;
  readonly notOnOrAfter: Date | undefined;
}

export interface ReadAssertion {
  readonly id: string;
  readonly issueInstant: Date;
  readonly issuer: string;
  /** Undefined when the subject is named by its confirmation alone. */
  readonly nameId: NameId | undefined;
  readonly confirmations: readonly SubjectConfirmation[];
  readonly conditions:
    | {
        readonly notBefore: Date | undefined;
        readonly notOnOrAfter: Date | undefined;
        /** Every restriction must name us; within one, any name will do (Core §2.5.1.4). */
        readonly audiences: readonly (readonly string[])[];
      }
    | undefined;
  /** The statement about the latest proof. */
  readonly authn:
    | {
        readonly instant: Date;
        readonly sessionIndex: string | undefined;
        readonly sessionNotOnOrAfter: Date | undefined;
        readonly classRef: string | undefined;
      }
    | undefined;
  /** By Name; one that is there twice has the values of both. Empty values are left out. */
  readonly attributes: ReadonlyMap<string, readonly string[]>;
}

/**
 * The envelope, unverified, of a document whose shape is sound: one Response, at most one assertion as its child, signatures where they
 * belong.
 * @throws {SamlError} the codes of `readXml`; unexpected_message, nested_message, several_assertions, assertion_encrypted,
 * signature_structure, unsupported_version, invalid_message.
 */
export function readResponse(xml: string): ResponseEnvelope {
  const root = readXml(xml, messageLimits);
  requireResponse(root);
  responseSignatures(root, assertionOf(root));
  return envelopeOf(root);
}

/** @throws {SamlError} unexpected_message */
export function requireResponse(root: XmlElement): void {
  if (!isNamed(root, protocol, "Response")) {
    throw new SamlError("unexpected_message", `expected Response, found ${root.localName}`);
  }
}

/** @throws {SamlError} unsupported_version or invalid_message */
export function envelopeOf(root: XmlElement): ResponseEnvelope {
  requireVersion(root);
  return {
    id: idOf(root),
    issueInstant: instantOf(root, "IssueInstant"),
    inResponseTo: bounded(attributeOf(root, "InResponseTo"), 256, "InResponseTo"),
    destination: bounded(attributeOf(root, "Destination"), urlMaxLength, "Destination"),
    issuer: childOf(root, assertionNamespace, "Issuer") ? issuerOf(root) : undefined,
    status: statusOf(root),
  };
}

/** @throws {SamlError} unsupported_version or invalid_message */
export function readAssertion(element: XmlElement): ReadAssertion {
  requireVersion(element);
  const subject = childOf(element, assertionNamespace, "Subject");
  if (!subject) throw new SamlError("invalid_message", "Subject is absent");
  return {
    id: idOf(element),
    issueInstant: instantOf(element, "IssueInstant"),
    issuer: issuerOf(element),
    nameId: nameIdOf(subject),
    confirmations: confirmationsOf(subject),
    conditions: conditionsOf(element),
    authn: authnOf(element),
    attributes: attributesOf(element),
  };
}

function nameIdOf(subject: XmlElement): NameId | undefined {
  if (childOf(subject, assertionNamespace, "EncryptedID"))
    throw new SamlError("assertion_encrypted", "the name of the subject is encrypted");
  const nameId = childOf(subject, assertionNamespace, "NameID");
  return nameId && readNameId(nameId);
}

function confirmationsOf(subject: XmlElement): SubjectConfirmation[] {
  return childrenOf(subject, assertionNamespace, "SubjectConfirmation").map((confirmation) => {
    const data = childOf(confirmation, assertionNamespace, "SubjectConfirmationData");
    return {
      method: attributeOf(confirmation, "Method") ?? "",
      recipient: data && attributeOf(data, "Recipient"),
      inResponseTo: data && attributeOf(data, "InResponseTo"),
      notBefore: data && instantIn(data, "NotBefore"),
      notOnOrAfter: data && instantIn(data, "NotOnOrAfter"),
    };
  });
}

/** A condition that we do not know makes the assertion's validity indeterminate (Core §2.5.1.1): refused, as anything but valid is. */
function conditionsOf(element: XmlElement): ReadAssertion["conditions"] {
  const conditions = childOf(element, assertionNamespace, "Conditions");
  if (!conditions) return undefined;
  const known = new Set(["AudienceRestriction", "OneTimeUse", "ProxyRestriction"]);
  for (const condition of elementsOf(conditions)) {
    if (condition.namespaceURI !== assertionNamespace || !known.has(condition.localName ?? ""))
      throw new SamlError("invalid_message", `unknown condition ${condition.localName}`);
  }
  return {
    notBefore: instantIn(conditions, "NotBefore"),
    notOnOrAfter: instantIn(conditions, "NotOnOrAfter"),
    audiences: childrenOf(conditions, assertionNamespace, "AudienceRestriction").map(
      (restriction) => childrenOf(restriction, assertionNamespace, "Audience").map(textOf),
    ),
  };
}

function authnOf(element: XmlElement): ReadAssertion["authn"] {
  const statements = childrenOf(element, assertionNamespace, "AuthnStatement").map((statement) => {
    const context = childOf(statement, assertionNamespace, "AuthnContext");
    const classRef = context && childOf(context, assertionNamespace, "AuthnContextClassRef");
    return {
      instant: instantOf(statement, "AuthnInstant"),
      sessionIndex: bounded(attributeOf(statement, "SessionIndex"), 1_024, "SessionIndex"),
      sessionNotOnOrAfter: instantIn(statement, "SessionNotOnOrAfter"),
      classRef: classRef && bounded(textOf(classRef), 255, "AuthnContextClassRef"),
    };
  });
  return statements.toSorted((a, b) => b.instant.getTime() - a.instant.getTime()).at(0);
}

function attributesOf(element: XmlElement): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const statement of childrenOf(element, assertionNamespace, "AttributeStatement")) {
    for (const attribute of childrenOf(statement, assertionNamespace, "Attribute")) {
      const name = attributeOf(attribute, "Name") ?? "";
      const values = childrenOf(attribute, assertionNamespace, "AttributeValue")
        .filter((value) => elementsOf(value).length === 0)
        .map((value) => textOf(value).slice(0, valueMaxLength))
        .filter((value) => value !== "");
      found.set(name, [...(found.get(name) ?? []), ...values]);
    }
  }
  return found;
}

function requireVersion(element: XmlElement): void {
  if (attributeOf(element, "Version") !== "2.0")
    throw new SamlError("unsupported_version", "Version is not 2.0");
}

const idOf = (element: XmlElement) => required(attributeOf(element, "ID"), "ID");
const instantOf = (element: XmlElement, name: string) =>
  instant(required(attributeOf(element, name), name), name);

function instantIn(element: XmlElement, name: string): Date | undefined {
  const value = attributeOf(element, name);
  return value === undefined ? undefined : instant(value, name);
}

/** Whether a status is the one that comes with an assertion (Core §3.2.2.2). */
export const isSuccess = ({ status }: ResponseEnvelope): boolean =>
  status.code === statusCodes.success;
