// Reads the two messages of single logout (Core §3.7) into plain values. As with AuthnRequests: first what was sent, to learn who speaks,
// then again from nothing but what their key covers.

import { namespaces, statusCodes } from "./constants.ts";
import { SamlError } from "./errors.ts";
import { refuseNestedMessages, signatureOf } from "./signature/structure.ts";
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
} from "./values.ts";
import {
  attributeOf,
  childOf,
  childrenOf,
  isNamed,
  messageLimits,
  readXml,
  textOf,
  type XmlElement,
} from "./xml.ts";

const { assertion, protocol } = namespaces;
/** Of one request: a person has few sessions with one peer. */
const sessionIndexesMost = 50;
const sessionIndexMaxLength = 1_024;

interface LogoutHead {
  readonly id: string;
  readonly issueInstant: Date;
  readonly destination: string | undefined;
  /** Unproven until a signature is verified. */
  readonly issuer: string;
  /** An XML signature of its own is there. Nothing says yet that it is valid. */
  readonly carriesSignature: boolean;
}

export interface LogoutRequest extends LogoutHead {
  readonly kind: "request";
  readonly notOnOrAfter: Date | undefined;
  readonly nameId: NameId;
  /** Empty: every session of this person with the sender (Core §3.7.1). */
  readonly sessionIndexes: readonly string[];
}

export interface LogoutResponse extends LogoutHead {
  readonly kind: "response";
  readonly inResponseTo: string | undefined;
  readonly status: Status;
}

export type LogoutMessage = LogoutRequest | LogoutResponse;

/**
 * @throws {SamlError} the codes of `readXml`; unexpected_message, nested_message, signature_structure, unsupported_version,
 * invalid_message, assertion_encrypted.
 */
export function parseLogoutMessage(xml: string, kind: LogoutMessage["kind"]): LogoutMessage {
  const root = readXml(xml, messageLimits);
  const name = kind === "request" ? "LogoutRequest" : "LogoutResponse";
  if (!isNamed(root, protocol, name))
    throw new SamlError("unexpected_message", `expected ${name}, found ${root.localName}`);
  refuseNestedMessages(root);
  const carriesSignature = signatureOf(root) !== undefined;
  if (attributeOf(root, "Version") !== "2.0")
    throw new SamlError("unsupported_version", "Version is not 2.0");
  const head = {
    id: required(bounded(attributeOf(root, "ID"), 256, "ID"), "ID"),
    issueInstant: instant(
      required(attributeOf(root, "IssueInstant"), "IssueInstant"),
      "IssueInstant",
    ),
    destination: bounded(attributeOf(root, "Destination"), urlMaxLength, "Destination"),
    issuer: issuerOf(root),
    carriesSignature,
  };
  return kind === "request"
    ? { kind, ...head, ...requestOf(root) }
    : {
        kind,
        ...head,
        inResponseTo: bounded(attributeOf(root, "InResponseTo"), 256, "InResponseTo"),
        status: statusOf(root),
      };
}

/** Whom it is about. An encrypted name would need a key of ours for it; none is published for that. */
function requestOf(root: XmlElement): Omit<LogoutRequest, keyof LogoutHead | "kind"> {
  if (childOf(root, assertion, "EncryptedID"))
    throw new SamlError("assertion_encrypted", "the name of the subject is encrypted");
  const nameId = childOf(root, assertion, "NameID");
  if (!nameId) throw new SamlError("invalid_message", "NameID is absent");
  const notOnOrAfter = attributeOf(root, "NotOnOrAfter");
  const indexes = childrenOf(root, protocol, "SessionIndex").map((index) =>
    required(bounded(textOf(index), sessionIndexMaxLength, "SessionIndex"), "SessionIndex"),
  );
  if (indexes.length > sessionIndexesMost)
    throw new SamlError("invalid_message", "too many SessionIndex");
  return {
    notOnOrAfter: notOnOrAfter === undefined ? undefined : instant(notOnOrAfter, "NotOnOrAfter"),
    nameId: readNameId(nameId),
    sessionIndexes: [...new Set(indexes)],
  };
}

/** `all`: everybody else was reached as well; `here`: the sender's own session is over (Core §3.7.3.2). */
export function logoutOutcome({ code, subCode }: Status): "all" | "here" | "failed" {
  if (code !== statusCodes.success) return "failed";
  return subCode === undefined ? "all" : "here";
}
