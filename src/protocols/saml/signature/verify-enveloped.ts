// Verifies the XML signature of a protocol message (SAML Core §5, XML Signature 1.1 §3.2) and answers
// with what was signed, never with what was sent.

import { publicKeysOf } from "../algorithms.ts";
import { namespaces } from "../constants.ts";
import { SamlError } from "../errors.ts";
import { attributeOf, isNamed, messageLimits, readXml, type XmlElement } from "../xml.ts";
import { signedBytes } from "./signed-bytes.ts";
import { checkSignatureShape, refuseNestedMessages, signatureOf } from "./structure.ts";

export type RequestName = "AuthnRequest" | "LogoutRequest" | "LogoutResponse";

export interface EnvelopedSignature {
  xml: string;
  /** The protocol message that the root must be. */
  message: RequestName;
  /** The peer's configured certificates, PEM or base64 DER. Each is tried; KeyInfo never is a key. */
  certificates: readonly string[];
}

export interface VerifiedMessage {
  /** The canonical bytes that the digest covers, without the Signature. Parse these and only these. */
  xml: string;
  /** The root of those bytes, read again by the strict reader. */
  element: XmlElement;
}

/**
 * What the peer signed.
 * @throws {SamlError} the codes of `readXml`; unexpected_message, nested_message, signature_missing,
 * signature_structure, signature_algorithm, signature_reference, signature_invalid,
 * certificate_missing, certificate_invalid, key_refused.
 */
export function verifyEnveloped(input: EnvelopedSignature): VerifiedMessage {
  const root = readXml(input.xml, messageLimits);
  requireRoot(root, input.message);
  refuseNestedMessages(root);
  const signature = signatureOf(root);
  if (!signature) throw new SamlError("signature_missing", `${input.message} is not signed`);
  const id = attributeOf(root, "ID") ?? "";
  checkSignatureShape(signature, id);
  const xml = signedBytes(input.xml, signature, publicKeysOf(input.certificates));
  return { xml, element: rereadSigned(xml, input.message, id) };
}

function requireRoot(root: XmlElement, message: RequestName): void {
  if (!isNamed(root, namespaces.protocol, message)) {
    throw new SamlError("unexpected_message", `expected ${message}, found ${root.localName}`);
  }
}

/**
 * The root of signed bytes, read anew. The verifier parses with an older parser than ours, so the
 * document it verified may differ from the one whose shape was checked; this makes that harmless.
 * @throws {SamlError} unexpected_message, nested_message, signature_reference or those of `readXml`.
 */
export function rereadSigned(xml: string, message: RequestName, id: string): XmlElement {
  const element = readXml(xml, messageLimits);
  requireRoot(element, message);
  refuseNestedMessages(element);
  if (attributeOf(element, "ID") !== id || signatureOf(element)) {
    throw new SamlError("signature_reference", "the signed bytes are not the message");
  }
  return element;
}
