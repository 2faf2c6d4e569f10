// Signing keys and the certificates around them. A SAML certificate is a self-signed wrapping of a
// public key (RFC 5280 §4.1, SAML Metadata Interoperability §2.5): nobody builds a chain from it.

import {
  createHash,
  createPrivateKey,
  generateKeyPair,
  randomBytes,
  X509Certificate,
  type KeyObject,
} from "node:crypto";
import { parseCertificate, publicKeyOf } from "./algorithms.ts";
import * as asn1 from "./der.ts";
import { SamlError } from "./errors.ts";
import { signOctets, type SigningKey } from "./signature/sign.ts";

export interface CreatedSigningKey {
  /** PKCS#8. */
  privateKeyPem: string;
  certificatePem: string;
  /** Upper-case hex pairs with colons, as consoles show it. */
  fingerprintSha256: string;
  notAfter: Date;
}

export interface CertificateSummary {
  pem: string;
  /** Base64 DER on one line, as metadata carries it. */
  base64: string;
  subject: string;
  notBefore: Date;
  notAfter: Date;
  fingerprintSha256: string;
  /** `RSA 2048`, `EC prime256v1`, or `unknown` for a kind that no signature here can use. */
  keyDescription: string;
}

const oids = {
  commonName: "2.5.4.3",
  sha256WithRsa: "1.2.840.113549.1.1.11",
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
} as const;
/** RFC 5280 appendix A, ub-common-name. */
const commonNameMaxLength = 64;

/**
 * A fresh RSA-2048 key with a self-signed certificate, made on the thread pool. Valid from an hour ago
 * (clocks differ) for whole years from `now`. A common name over 64 characters is cut.
 */
export async function createSigningKey(input: {
  commonName: string;
  now: Date;
  years: number;
}): Promise<CreatedSigningKey> {
  const { publicKey, privateKey } = await generateRsaKeyPair();
  const notAfter = new Date(input.now);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + input.years);
  notAfter.setUTCMilliseconds(0);
  const certificate = await selfSign({
    commonName: input.commonName,
    notBefore: new Date(input.now.getTime() - 3_600_000),
    notAfter,
    publicKey,
    privateKey,
  });
  const { pem, fingerprintSha256 } = readCertificate(certificate.toString("base64"));
  return {
    privateKeyPem: privateKey.export({ type: "pkcs8", format: "pem" }),
    certificatePem: pem,
    fingerprintSha256,
    notAfter,
  };
}

function generateRsaKeyPair(): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  return new Promise((resolve, reject) => {
    generateKeyPair("rsa", { modulusLength: 2_048 }, (error, publicKey, privateKey) => {
      if (error) reject(error);
      else resolve({ publicKey, privateKey });
    });
  });
}

/**
 * What `signElement` signs with. Parse once and keep: reading a PEM costs as much as a verification.
 * @throws {SamlError} certificate_invalid when the certificate is unreadable or not that key's.
 */
export function loadSigningKey(input: {
  privateKeyPem: string;
  certificatePem: string;
}): SigningKey {
  const privateKey = createPrivateKey(input.privateKeyPem);
  const certificate = parseCertificate(input.certificatePem);
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new SamlError("certificate_invalid", "the certificate belongs to another key");
  }
  return { privateKey, certificate: certificate.raw.toString("base64") };
}

/**
 * A certificate from PEM or bare base64 in any shape, in every form that is needed.
 * @throws {SamlError} certificate_invalid
 */
export function readCertificate(certificate: string): CertificateSummary {
  const parsed = parseCertificate(certificate);
  const base64 = parsed.raw.toString("base64");
  return {
    pem: toPem(base64),
    base64,
    subject: parsed.subject,
    notBefore: new Date(parsed.validFrom),
    notAfter: new Date(parsed.validTo),
    fingerprintSha256: parsed.fingerprint256,
    keyDescription: describeKey(parsed),
  };
}

/** RFC 7468 §5: 64 characters to the line. */
function toPem(base64: string): string {
  const lines = base64.match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

function describeKey(certificate: X509Certificate): string {
  const key = publicKeyOf(certificate);
  if (!key) return "unknown";
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  return `${(key.asymmetricKeyType ?? "").toUpperCase()} ${modulusLength ?? namedCurve ?? ""}`.trim();
}

interface SelfSigned {
  commonName: string;
  notBefore: Date;
  notAfter: Date;
  publicKey: KeyObject;
  privateKey: KeyObject;
}

/** RFC 5280 §4.1. */
async function selfSign(input: SelfSigned): Promise<Buffer> {
  const name = distinguishedName(input.commonName);
  const algorithm = asn1.sequence(asn1.objectIdentifier(oids.sha256WithRsa), asn1.der(0x05));
  const publicKeyInfo = input.publicKey.export({ type: "spki", format: "der" });
  const toBeSigned = asn1.sequence(
    asn1.explicit(0, asn1.positiveInteger(Buffer.from([2]))),
    asn1.positiveInteger(randomBytes(16)),
    algorithm,
    name,
    asn1.sequence(asn1.time(input.notBefore), asn1.time(input.notAfter)),
    name,
    publicKeyInfo,
    asn1.explicit(3, extensions(publicKeyInfo)),
  );
  const signature = await signOctets(toBeSigned, input.privateKey);
  return asn1.sequence(toBeSigned, algorithm, asn1.bitString(signature));
}

function distinguishedName(commonName: string): Buffer {
  const value = Array.from(commonName).slice(0, commonNameMaxLength).join("");
  const attribute = asn1.sequence(
    asn1.objectIdentifier(oids.commonName),
    asn1.der(asn1.tags.utf8String, Buffer.from(value)),
  );
  return asn1.sequence(asn1.der(asn1.tags.set, attribute));
}

/** Key identifier (§4.2.1.2, a hash of the key) and key usage digitalSignature (§4.2.1.3, critical). */
function extensions(publicKeyInfo: Buffer): Buffer {
  const keyId = createHash("sha256").update(publicKeyInfo).digest().subarray(0, 20);
  const extension = (oid: string, value: Buffer, ...critical: Buffer[]) =>
    asn1.sequence(asn1.objectIdentifier(oid), ...critical, asn1.der(asn1.tags.octetString, value));
  return asn1.sequence(
    extension(oids.subjectKeyIdentifier, asn1.der(asn1.tags.octetString, keyId)),
    extension(
      oids.keyUsage,
      Buffer.from([asn1.tags.bitString, 2, 7, 0x80]),
      asn1.der(asn1.tags.boolean, Buffer.from([0xff])),
    ),
  );
}
