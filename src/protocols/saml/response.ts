// Builds and signs the messages that answer an AuthnRequest, or none (Core §3.3.3, Profiles §4.1.4.2).

import { assertionElement, type AssertionContent } from "./assertion.ts";
import { requireId, startTag, textElement } from "./canonical.ts";
import { namespaces, statusCodes, type StatusCode } from "./constants.ts";
import { signElement, type CanonicalElement, type SigningKey } from "./signature/sign.ts";
import { statusElement } from "./status.ts";

export interface SuccessResponse extends AssertionContent {
  responseId: string;
  /** What is signed; `assertion` is what every application understands. */
  sign?: "assertion" | "response" | "both";
}

export interface ErrorResponse {
  responseId: string;
  issuer: string;
  /** The address that the response is posted to. */
  destination: string;
  inResponseTo?: string | undefined;
  now: Date;
  status: {
    /** Who is at fault (Core §3.2.2.2). */
    code:
      | typeof statusCodes.requester
      | typeof statusCodes.responder
      | typeof statusCodes.versionMismatch;
    subCode?: StatusCode | undefined;
    /** For the other side's log. Says nothing about the person. */
    message?: string | undefined;
  };
}

/**
 * A signed response about one person, as XML.
 * @throws {SamlError} invalid_value when an identifier, address or name holds what XML cannot carry.
 */
export async function buildResponse(response: SuccessResponse, key: SigningKey): Promise<string> {
  const { sign = "assertion" } = response;
  const assertion = assertionElement(response);
  const inner =
    sign === "response" ? assertion.head + assertion.tail : await signElement(assertion, key);
  const envelope = responseElement({
    ...response,
    destination: response.recipient,
    status: statusElement(statusCodes.success),
    content: inner,
    inclusivePrefixes: assertion.inclusivePrefixes,
  });
  return sign === "assertion" ? envelope.head + envelope.tail : signElement(envelope, key);
}

/**
 * A signed response that says why there is no assertion, as XML. It is signed itself, since nothing in
 * it is: otherwise anybody could tell an application that a person was refused.
 * @throws {SamlError} invalid_value
 */
export function buildErrorResponse(response: ErrorResponse, key: SigningKey): Promise<string> {
  const { code, subCode, message } = response.status;
  const status = statusElement(code, subCode, message);
  return signElement(
    responseElement({ ...response, status, content: "", inclusivePrefixes: [] }),
    key,
  );
}

interface Envelope {
  responseId: string;
  issuer: string;
  destination: string;
  inResponseTo?: string | undefined;
  now: Date;
  status: string;
  content: string;
  inclusivePrefixes: readonly string[];
}

function responseElement(envelope: Envelope): CanonicalElement {
  const id = requireId(envelope.responseId);
  const head = startTag("samlp:Response", {
    declares: { samlp: namespaces.protocol },
    attributes: {
      Destination: envelope.destination,
      ID: id,
      InResponseTo: envelope.inResponseTo,
      IssueInstant: envelope.now.toISOString(),
      Version: "2.0",
    },
  });
  const issuer = { declares: { saml: namespaces.assertion } };
  return {
    id,
    head: head + textElement("saml:Issuer", issuer, envelope.issuer),
    tail: `${envelope.status}${envelope.content}</samlp:Response>`,
    inclusivePrefixes: envelope.inclusivePrefixes,
  };
}
