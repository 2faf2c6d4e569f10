// Signs what we send. Messages are written in canonical form to begin with (escape.ts), so signing is
// one hash and one RSA operation, without parsing our own text. Core §5.4, XML Signature 1.1 §3.1.

import { createHash, sign, type KeyObject } from "node:crypto";
import { envelopedSignature, exclusiveC14n, rsaSha256, sha256 } from "../algorithms.ts";
import { namespaces } from "../constants.ts";
import { SamlError } from "../errors.ts";

export interface SigningKey {
  /** RSA, from `loadSigningKey`. */
  privateKey: KeyObject;
  /** Base64 DER of the certificate that the other side trusts, on one line. */
  certificate: string;
}

/** An element in exclusive canonical form, cut where its Signature belongs: right behind the Issuer. */
export interface CanonicalElement {
  /** The value of the element's ID attribute. */
  id: string;
  head: string;
  tail: string;
  /** Prefixes that only values use (`xs` in xsi:type), declared on an element of this text. */
  inclusivePrefixes: readonly string[];
}

/** The element with an enveloped signature: RSA-SHA256, exclusive canonicalisation, X.509 in KeyInfo. */
export async function signElement(element: CanonicalElement, key: SigningKey): Promise<string> {
  const digest = createHash("sha256").update(element.head).update(element.tail).digest("base64");
  const signedInfo = signedInfoOf(element, digest);
  const octets = Buffer.from(`<ds:SignedInfo ${dsNamespace}>${signedInfo}</ds:SignedInfo>`);
  const value = await signOctets(octets, key.privateKey);
  const signature =
    `<ds:Signature ${dsNamespace}><ds:SignedInfo>${signedInfo}</ds:SignedInfo>` +
    `<ds:SignatureValue>${value.toString("base64")}</ds:SignatureValue>` +
    `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${key.certificate}</ds:X509Certificate></ds:X509Data>` +
    `</ds:KeyInfo></ds:Signature>`;
  return element.head + signature + element.tail;
}

/** RSA-SHA256 over the octets, on the thread pool: an RSA signature holds a core for a millisecond. */
export function signOctets(octets: Buffer, privateKey: KeyObject): Promise<Buffer> {
  if (privateKey.asymmetricKeyType !== "rsa") {
    return Promise.reject(new SamlError("invalid_value", "the signing key is not RSA"));
  }
  return new Promise((resolve, reject) => {
    sign("sha256", octets, privateKey, (error, signature) => {
      if (error) reject(error);
      else resolve(signature);
    });
  });
}

const dsNamespace = `xmlns:ds="${namespaces.signature}"`;

/** Attributes in canonical order and no empty-element tags: this text is digested as it stands. */
function signedInfoOf({ id, inclusivePrefixes }: CanonicalElement, digest: string): string {
  const prefixes =
    inclusivePrefixes.length > 0
      ? `<ec:InclusiveNamespaces xmlns:ec="${namespaces.exclusiveC14n}" PrefixList="${inclusivePrefixes.join(" ")}"></ec:InclusiveNamespaces>`
      : "";
  return (
    `<ds:CanonicalizationMethod Algorithm="${exclusiveC14n}"></ds:CanonicalizationMethod>` +
    `<ds:SignatureMethod Algorithm="${rsaSha256}"></ds:SignatureMethod>` +
    `<ds:Reference URI="#${id}"><ds:Transforms>` +
    `<ds:Transform Algorithm="${envelopedSignature}"></ds:Transform>` +
    `<ds:Transform Algorithm="${exclusiveC14n}">${prefixes}</ds:Transform>` +
    `</ds:Transforms><ds:DigestMethod Algorithm="${sha256}"></ds:DigestMethod>` +
    `<ds:DigestValue>${digest}</ds:DigestValue></ds:Reference>`
  );
}
