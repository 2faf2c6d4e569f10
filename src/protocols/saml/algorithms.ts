// The signature and digest algorithms that are accepted, by their XML names (XML Signature 1.1 §6,
// RFC 6931 §2). What is not in these tables does not exist: SHA-1, MD5, HMAC and every `none`.

import { verify, X509Certificate, type KeyObject } from "node:crypto";
import { SamlError } from "./errors.ts";

type Hash = "sha256" | "sha384" | "sha512";

export interface SignatureAlgorithm {
  hash: Hash;
  keyType: "rsa" | "ec";
}

export const rsaSha256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
export const sha256 = "http://www.w3.org/2001/04/xmlenc#sha256";
export const exclusiveC14n = "http://www.w3.org/2001/10/xml-exc-c14n#";
export const envelopedSignature = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

export const signatureAlgorithms: ReadonlyMap<string, SignatureAlgorithm> = new Map([
  [rsaSha256, { hash: "sha256", keyType: "rsa" }],
  ["http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", { hash: "sha384", keyType: "rsa" }],
  ["http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", { hash: "sha512", keyType: "rsa" }],
  ["http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", { hash: "sha256", keyType: "ec" }],
  ["http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", { hash: "sha384", keyType: "ec" }],
  ["http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", { hash: "sha512", keyType: "ec" }],
]);

export const digestAlgorithms: ReadonlyMap<string, Hash> = new Map([
  [sha256, "sha256"],
  ["http://www.w3.org/2001/04/xmldsig-more#sha384", "sha384"],
  ["http://www.w3.org/2001/04/xmlenc#sha512", "sha512"],
]);

/** Canonical XML without comments. The WithComments forms would bring comments back into values. */
export const canonicalizations: ReadonlySet<string> = new Set([
  exclusiveC14n,
  "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
]);

/** NIST SP 800-131A: below this an RSA key proves nothing any more. */
const minimumRsaBits = 2_048;
const acceptedCurves: ReadonlySet<string> = new Set(["prime256v1", "secp384r1", "secp521r1"]);

/**
 * The public keys of a peer's configured certificates (PEM or base64 DER), in order. A certificate is
 * only a wrapping of its key here, its dates say nothing: SAML Metadata Interoperability §2.6.1.
 * @throws {SamlError} certificate_missing, certificate_invalid or key_refused.
 */
export function publicKeysOf(certificates: readonly string[]): KeyObject[] {
  if (certificates.length === 0) {
    throw new SamlError("certificate_missing", "no certificate to verify the signature with");
  }
  return certificates.map((certificate) => {
    const key = publicKeyOf(parseCertificate(certificate));
    if (!key || !isStrong(key)) {
      throw new SamlError("key_refused", "neither RSA from 2048 bits nor a NIST curve");
    }
    return key;
  });
}

/** The certificate's key, undefined when the runtime does not know its kind. */
export function publicKeyOf(certificate: X509Certificate): KeyObject | undefined {
  try {
    return certificate.publicKey;
  } catch {
    return undefined;
  }
}

/**
 * A certificate from PEM or from bare base64 DER with any white space.
 * @throws {SamlError} certificate_invalid
 */
export function parseCertificate(certificate: string): X509Certificate {
  const base64 = certificate
    .replace(/-----(?:BEGIN|END) CERTIFICATE-----/g, "")
    .replace(/\s+/g, "");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
    throw new SamlError("certificate_invalid", "certificate is neither PEM nor base64");
  }
  const bytes = Buffer.from(base64, "base64");
  const parsed = parseDer(bytes);
  if (parsed.raw.length !== bytes.length) {
    throw new SamlError("certificate_invalid", "more than one certificate");
  }
  return parsed;
}

function parseDer(bytes: Buffer): X509Certificate {
  try {
    return new X509Certificate(bytes);
  } catch (cause) {
    throw new SamlError("certificate_invalid", "certificate is not X.509", { cause });
  }
}

function isStrong(key: KeyObject): boolean {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === "rsa") return (modulusLength ?? 0) >= minimumRsaBits;
  return key.asymmetricKeyType === "ec" && acceptedCurves.has(namedCurve ?? "");
}

/**
 * True when the octets were signed by the key. A key of another type than the algorithm names is
 * never tried. ECDSA values are r‖s (XML Signature 1.1 §6.4.3); the redirect binding leaves the form
 * open and some peers write DER there, hence `encodings`.
 */
export function verifyOctets(
  algorithm: SignatureAlgorithm,
  key: KeyObject,
  { octets, signature, encodings }: SignedOctets,
): boolean {
  if (key.asymmetricKeyType !== algorithm.keyType) return false;
  return encodings.some((dsaEncoding) =>
    verify(algorithm.hash, octets, { key, dsaEncoding }, signature),
  );
}

export interface SignedOctets {
  octets: Buffer;
  signature: Buffer;
  encodings: readonly ("ieee-p1363" | "der")[];
}
