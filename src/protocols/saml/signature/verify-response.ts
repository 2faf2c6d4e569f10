// Verifies a Response: the signature of its assertion, its own, or both (Profiles §4.1.4.5 wants one of them), and answers with what was
// signed, never with what was sent.

import { publicKeysOf } from "../algorithms.ts";
import { namespaces } from "../constants.ts";
import { SamlError } from "../errors.ts";
import {
  envelopeOf,
  readAssertion,
  type ReadAssertion,
  requireResponse,
  type ResponseEnvelope,
} from "../read-response.ts";
import { attributeOf, isNamed, messageLimits, readXml, type XmlElement } from "../xml.ts";
import { signedBytes } from "./signed-bytes.ts";
import { assertionOf, checkSignatureShape, responseSignatures } from "./structure.ts";

export interface VerifiedResponse {
  /** From signed bytes where the response itself is signed, else the word of whoever posted it. */
  readonly envelope: ResponseEnvelope;
  readonly isEnvelopeSigned: boolean;
  /** From signed bytes always. */
  readonly assertion: ReadAssertion;
}

/**
 * What the peer signed. Every signature that is there must hold; a response with a sound assertion and a broken signature of its own was
 * tampered with.
 * @param input.certificates The peer's configured certificates, PEM or base64 DER. Each is tried; KeyInfo never is a key.
 * @throws {SamlError} the codes of `readResponse`; assertion_missing, signature_missing, signature_algorithm, signature_reference,
 * signature_invalid, certificate_missing, certificate_invalid, key_refused.
 */
export function verifyResponse(input: {
  xml: string;
  certificates: readonly string[];
}): VerifiedResponse {
  const { xml } = input;
  const root = readXml(xml, messageLimits);
  requireResponse(root);
  const assertion = assertionOf(root);
  const signatures = responseSignatures(root, assertion);
  if (!assertion) throw new SamlError("assertion_missing", "the response holds no assertion");
  if (!signatures.response && !signatures.assertion)
    throw new SamlError("signature_missing", "neither the response nor its assertion is signed");
  const keys = publicKeysOf(input.certificates);
  const verify = (element: XmlElement, signature: XmlElement | undefined) => {
    if (!signature) return undefined;
    const id = attributeOf(element, "ID") ?? "";
    checkSignatureShape(signature, id);
    return reread(signedBytes(xml, signature, keys), id);
  };
  const signedRoot = verify(root, signatures.response);
  const signedAssertion = verify(assertion, signatures.assertion);
  if (signedRoot) requireResponse(signedRoot);
  const read = signedAssertion ?? (signedRoot && assertionOf(signedRoot));
  if (!read || !isNamed(read, namespaces.assertion, "Assertion") || !isSame(read, assertion))
    throw new SamlError("signature_reference", "the signed bytes are not the assertion");
  if (signedAssertion) refuseWithin(signedAssertion);
  return {
    envelope: envelopeOf(signedRoot ?? root),
    isEnvelopeSigned: signedRoot !== undefined,
    assertion: readAssertion(read),
  };
}

/** The verifier parses with an older parser than ours: what it verified is read anew by the strict reader, and only that is used. */
function reread(xml: string, id: string): XmlElement {
  const element = readXml(xml, messageLimits);
  if (attributeOf(element, "ID") !== id)
    throw new SamlError("signature_reference", "the signed bytes have another identifier");
  return element;
}

const isSame = (one: XmlElement, other: XmlElement): boolean =>
  attributeOf(one, "ID") === attributeOf(other, "ID");

/** Nothing that could be taken for another assertion is left in the one that is read. */
function refuseWithin(assertion: XmlElement): void {
  // As the root it is no child of a message: any other assertion or message in it is found here.
  const found = [...assertion.getElementsByTagNameNS(namespaces.assertion, "Assertion")];
  if (found.length > 0 || responseSignatures(assertion, undefined).response)
    throw new SamlError("signature_reference", "the signed bytes hold more than the assertion");
}
