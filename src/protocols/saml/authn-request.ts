// Reads an AuthnRequest (Core §3.4.1) into plain values. It reads what it is given: call it first on
// the decoded message to learn who asks, and again on the verified one when the request is signed.

import {
  attributeOf,
  childOf,
  childrenOf,
  isNamed,
  messageLimits,
  readXml,
  textOf,
} from "./xml.ts";
import type { Comparison, RequestedAuthnContext } from "./authn-context.ts";
import { namespaces } from "./constants.ts";
import { SamlError } from "./errors.ts";
import { nameIdFormats, type NameIdPolicy } from "./name-id.ts";
import {
  boolean,
  bounded,
  entityIdMaxLength,
  instant,
  issuerOf,
  required,
  urlMaxLength,
} from "./values.ts";
import { refuseNestedMessages, signatureOf } from "./signature/structure.ts";
import type { XmlElement } from "./xml.ts";

export interface RequestedSubject {
  nameId: string;
  format: string;
  /** Who made the identifier and for whom, where the request says so (Core §2.2.2). */
  nameQualifier: string | undefined;
  spNameQualifier: string | undefined;
}

export interface AuthnRequest {
  id: string;
  issueInstant: Date;
  destination: string | undefined;
  /** The requester's entity id. Unproven until a signature is verified. */
  issuer: string;
  acsUrl: string | undefined;
  acsIndex: number | undefined;
  protocolBinding: string | undefined;
  forceAuthn: boolean;
  isPassive: boolean;
  nameIdPolicy: NameIdPolicy | undefined;
  requestedAuthnContext: RequestedAuthnContext | undefined;
  /** Whom the requester expects; a response about anybody else is forbidden (Core §3.4.1). */
  subject: RequestedSubject | undefined;
  /** Chosen by the requester: show it only as a quotation, never as its name. */
  providerName: string | undefined;
  /** The message carries an XML signature of its own. Nothing says yet that it is valid. */
  carriesSignature: boolean;
}

const { assertion, protocol } = namespaces;
const comparisons: ReadonlyMap<string, Comparison> = new Map([
  ["exact", "exact"],
  ["minimum", "minimum"],
  ["maximum", "maximum"],
  ["better", "better"],
]);

/**
 * @throws {SamlError} the codes of `readXml`; unexpected_message, nested_message, signature_structure,
 * unsupported_version, invalid_message.
 */
export function parseAuthnRequest(xml: string): AuthnRequest {
  const root = readXml(xml, messageLimits);
  if (!isNamed(root, protocol, "AuthnRequest")) {
    throw new SamlError("unexpected_message", `expected AuthnRequest, found ${root.localName}`);
  }
  refuseNestedMessages(root);
  const carriesSignature = signatureOf(root) !== undefined;
  if (attributeOf(root, "Version") !== "2.0") {
    throw new SamlError("unsupported_version", "Version is not 2.0");
  }
  return {
    id: required(attributeOf(root, "ID"), "ID"),
    issueInstant: instant(
      required(attributeOf(root, "IssueInstant"), "IssueInstant"),
      "IssueInstant",
    ),
    destination: bounded(attributeOf(root, "Destination"), urlMaxLength, "Destination"),
    issuer: issuerOf(root),
    ...replyOf(root),
    forceAuthn: boolean(root, "ForceAuthn"),
    isPassive: boolean(root, "IsPassive"),
    nameIdPolicy: nameIdPolicyOf(root),
    requestedAuthnContext: requestedAuthnContextOf(root),
    subject: subjectOf(root),
    providerName: bounded(attributeOf(root, "ProviderName"), 255, "ProviderName"),
    carriesSignature,
  };
}

/** Core §3.4.1: an index stands for a whole endpoint, so it excludes an address and a binding. */
function replyOf(root: XmlElement): Pick<AuthnRequest, "acsUrl" | "acsIndex" | "protocolBinding"> {
  const acsUrl = bounded(
    attributeOf(root, "AssertionConsumerServiceURL"),
    urlMaxLength,
    "AssertionConsumerServiceURL",
  );
  const protocolBinding = bounded(attributeOf(root, "ProtocolBinding"), 255, "ProtocolBinding");
  const index = attributeOf(root, "AssertionConsumerServiceIndex");
  if (index === undefined) return { acsUrl, acsIndex: undefined, protocolBinding };
  if (!/^\d{1,5}$/.test(index) || Number(index) > 65_535) {
    throw new SamlError("invalid_message", "AssertionConsumerServiceIndex is not an index");
  }
  if (acsUrl !== undefined || protocolBinding !== undefined) {
    throw new SamlError("invalid_message", "an index together with an address or a binding");
  }
  return { acsUrl, acsIndex: Number(index), protocolBinding };
}

function nameIdPolicyOf(root: XmlElement): NameIdPolicy | undefined {
  const policy = childOf(root, protocol, "NameIDPolicy");
  return (
    policy && {
      format: bounded(attributeOf(policy, "Format"), 255, "Format"),
      spNameQualifier: bounded(
        attributeOf(policy, "SPNameQualifier"),
        entityIdMaxLength,
        "SPNameQualifier",
      ),
      allowCreate: boolean(policy, "AllowCreate"),
    }
  );
}

/** Core §3.3.2.2.1. Declarations are not supported: they leave the list of classes empty. */
function requestedAuthnContextOf(root: XmlElement): RequestedAuthnContext | undefined {
  const requested = childOf(root, protocol, "RequestedAuthnContext");
  if (!requested) return undefined;
  const comparison = comparisons.get(attributeOf(requested, "Comparison") ?? "exact");
  if (!comparison) throw new SamlError("invalid_message", "Comparison is unknown");
  const classRefs = childrenOf(requested, assertion, "AuthnContextClassRef").map(textOf);
  if (classRefs.length > 50) throw new SamlError("invalid_message", "too many context classes");
  return { classRefs, comparison };
}

/** Profiles §4.1.4.1: a name, without a confirmation. Encrypted names would need a key of ours. */
function subjectOf(root: XmlElement): AuthnRequest["subject"] {
  const subject = childOf(root, assertion, "Subject");
  if (!subject) return undefined;
  const nameId = childOf(subject, assertion, "NameID");
  if (!nameId || childOf(subject, assertion, "SubjectConfirmation")) {
    throw new SamlError("invalid_message", "Subject is not a plain NameID");
  }
  return {
    nameId: required(bounded(textOf(nameId), entityIdMaxLength, "NameID"), "NameID"),
    format: bounded(attributeOf(nameId, "Format"), 255, "Format") ?? nameIdFormats.unspecified,
    nameQualifier: bounded(
      attributeOf(nameId, "NameQualifier"),
      entityIdMaxLength,
      "NameQualifier",
    ),
    spNameQualifier: bounded(
      attributeOf(nameId, "SPNameQualifier"),
      entityIdMaxLength,
      "SPNameQualifier",
    ),
  };
}
