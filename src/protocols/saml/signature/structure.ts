// What a signature on a message may look like before a key is tried (SAML Core §5.4): a small, fixed
// shape, so that the verifier and the reader can only mean the same element.

import {
  canonicalizations,
  digestAlgorithms,
  envelopedSignature,
  exclusiveC14n,
  signatureAlgorithms,
} from "../algorithms.ts";
import { namespaces } from "../constants.ts";
import { SamlError } from "../errors.ts";
import { attributeOf, descendants, elementsOf, isNamed, textOf, type XmlElement } from "../xml.ts";

const protocolMessages: ReadonlySet<string> = new Set([
  "AuthnRequest",
  "LogoutRequest",
  "LogoutResponse",
  "Response",
  "ArtifactResolve",
  "ArtifactResponse",
  "ManageNameIDRequest",
  "ManageNameIDResponse",
  "NameIDMappingRequest",
  "NameIDMappingResponse",
  "AssertionIDRequest",
  "AuthnQuery",
  "AttributeQuery",
  "AuthzDecisionQuery",
]);
const assertions: ReadonlySet<string> = new Set(["Assertion", "EncryptedAssertion"]);
const digestLengths = { sha256: 32, sha384: 48, sha512: 64 } as const;

/**
 * The root's own ds:Signature, undefined when the message is not signed.
 * @throws {SamlError} signature_structure for a Signature anywhere else or a second one.
 */
export function signatureOf(root: XmlElement): XmlElement | undefined {
  const [first, second] = [...descendants(root)].filter((element) =>
    isNamed(element, namespaces.signature, "Signature"),
  );
  if (second) throw new SamlError("signature_structure", "more than one Signature");
  if (first && first.parentNode !== root) {
    throw new SamlError("signature_structure", "Signature is not a child of the message");
  }
  return first;
}

/**
 * The signatures of a response: its own and its assertion's. Each is a child of what it signs, one at the most; there are no others.
 * @throws {SamlError} signature_structure for a Signature anywhere else or a second one.
 */
export function responseSignatures(
  root: XmlElement,
  assertion: XmlElement | undefined,
): { response: XmlElement | undefined; assertion: XmlElement | undefined } {
  const all = [...descendants(root)].filter((element) =>
    isNamed(element, namespaces.signature, "Signature"),
  );
  const ofParent = (parent: XmlElement | undefined) =>
    all.find(({ parentNode }) => parentNode === parent);
  const response = ofParent(root);
  const inner = assertion && ofParent(assertion);
  if (all.length !== [response, inner].filter(Boolean).length) {
    throw new SamlError(
      "signature_structure",
      "a Signature is a second one, or no child of what it signs",
    );
  }
  return { response, assertion: inner };
}

/**
 * The one assertion of a response, a child of its root; undefined when there is none. No other message or assertion is anywhere in it:
 * the wrapping of a captured, signed one needs a place to put it.
 * @throws {SamlError} nested_message, several_assertions or assertion_encrypted
 */
export function assertionOf(root: XmlElement): XmlElement | undefined {
  const found: XmlElement[] = [];
  for (const element of descendants(root)) {
    const name = element.localName ?? "";
    if (element !== root && protocolMessages.has(name) && isIn(element, namespaces.protocol))
      throw new SamlError("nested_message", `${name} inside a response`);
    if (!isIn(element, namespaces.assertion) || !assertions.has(name)) continue;
    if (element.parentNode !== root)
      throw new SamlError("nested_message", `${name} deep inside a response`);
    found.push(element);
  }
  const [first, second] = found;
  if (second) throw new SamlError("several_assertions", "more than one assertion");
  if (first && first.localName === "EncryptedAssertion")
    throw new SamlError("assertion_encrypted", "the assertion is encrypted");
  return first;
}

const isIn = (element: XmlElement, namespace: string): boolean =>
  element.namespaceURI === namespace;

/**
 * A request carries no other message and no assertion, at any depth: the wrapping of a captured, signed
 * one (samlify#634) needs a place to put it.
 * @throws {SamlError} nested_message
 */
export function refuseNestedMessages(root: XmlElement): void {
  for (const element of descendants(root)) {
    if (element === root) continue;
    const names = element.namespaceURI === namespaces.protocol ? protocolMessages : assertions;
    const isSaml =
      element.namespaceURI === namespaces.protocol || element.namespaceURI === namespaces.assertion;
    if (isSaml && names.has(element.localName ?? "")) {
      throw new SamlError("nested_message", `${element.localName} inside a request`);
    }
  }
}

/**
 * Refuses everything but one SignedInfo with one Reference to `id`, allowed algorithms and nothing
 * unsigned beside it but the KeyInfo, which is never read.
 * @throws {SamlError} signature_structure, signature_algorithm or signature_reference.
 */
export function checkSignatureShape(signature: XmlElement, id: string): void {
  const [signedInfo, signatureValue] = shape(
    signature,
    ["SignedInfo", "SignatureValue"],
    ["KeyInfo"],
  );
  const [method, algorithm, reference] = shape(signedInfo, [
    "CanonicalizationMethod",
    "SignatureMethod",
    "Reference",
  ]);
  textOf(signatureValue);
  requireAlgorithm(method, canonicalizations);
  refuseParameters(method);
  requireAlgorithm(algorithm, signatureAlgorithms);
  shape(algorithm, []);
  checkReference(reference, id);
}

function checkReference(reference: XmlElement, id: string): void {
  if (!id || attributeOf(reference, "URI") !== `#${id}`) {
    throw new SamlError("signature_reference", "the signature does not reference its own message");
  }
  const [transforms, method, value] = shape(reference, [
    "Transforms",
    "DigestMethod",
    "DigestValue",
  ]);
  const hash = digestAlgorithms.get(requireAlgorithm(method, digestAlgorithms));
  shape(method, []);
  const digest = textOf(value).replace(/\r?\n/g, "");
  const isDigest = /^[A-Za-z0-9+/]+={0,2}$/.test(digest);
  if (!hash || !isDigest || Buffer.from(digest, "base64").length !== digestLengths[hash]) {
    throw new SamlError("signature_structure", "DigestValue is not a digest");
  }
  checkTransforms(transforms);
}

/** Core §5.4.4: enveloped-signature, then one canonicalisation. XPath, XSLT and base64 rewrite what is signed. */
function checkTransforms(transforms: XmlElement): void {
  const [enveloped, canonicalization, third] = elementsOf(transforms);
  if (!enveloped || third) throw new SamlError("signature_structure", "unexpected transforms");
  requireAlgorithm(enveloped, new Set([envelopedSignature]));
  shape(enveloped, []);
  for (const transform of elementsOf(transforms)) {
    if (!isNamed(transform, namespaces.signature, "Transform")) {
      throw new SamlError("signature_structure", `unexpected ${transform.localName}`);
    }
  }
  if (!canonicalization) return;
  requireAlgorithm(canonicalization, canonicalizations);
  refuseParameters(canonicalization);
}

/** Exclusive C14N §4 defines one parameter, the prefixes to treat as inclusive. */
function refuseParameters(method: XmlElement): void {
  const [parameter, second] = elementsOf(method);
  if (!parameter) return;
  const isPrefixList =
    attributeOf(method, "Algorithm") === exclusiveC14n &&
    isNamed(parameter, namespaces.exclusiveC14n, "InclusiveNamespaces");
  if (!isPrefixList || second || elementsOf(parameter).length > 0) {
    throw new SamlError("signature_structure", "unexpected canonicalization parameter");
  }
}

function requireAlgorithm(
  element: XmlElement,
  accepted: { has(algorithm: string): boolean },
): string {
  const algorithm = attributeOf(element, "Algorithm") ?? "";
  if (accepted.has(algorithm)) return algorithm;
  throw new SamlError("signature_algorithm", `${element.localName} "${algorithm.slice(0, 100)}"`);
}

/** The children by name and order, all of XML Signature; `optional` ones may follow, once each. */
function shape<const Names extends readonly string[]>(
  element: XmlElement,
  names: Names,
  optional: readonly string[] = [],
): Children<Names> {
  const children = elementsOf(element);
  if (!areNamed(children, names, optional)) {
    throw new SamlError("signature_structure", `unexpected content of ${element.localName}`);
  }
  return children;
}

type Children<Names extends readonly string[]> = { [Index in keyof Names]: XmlElement };

function areNamed<Names extends readonly string[]>(
  children: XmlElement[],
  names: Names,
  optional: readonly string[],
): children is XmlElement[] & Children<Names> {
  const expected = [...names, ...optional].slice(0, Math.max(names.length, children.length));
  return (
    children.length === expected.length &&
    children.every((child, index) => isNamed(child, namespaces.signature, expected[index] ?? ""))
  );
}
