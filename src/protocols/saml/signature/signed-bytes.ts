// The bytes that a signature covers (XML Signature 1.1 §3.2), by xml-crypto with our own table of algorithms.

import { createHash, KeyObject } from "node:crypto";
import { XMLSerializer } from "@xmldom/xmldom";
import { SignedXml, type HashAlgorithm, type SignatureAlgorithm } from "xml-crypto";
import {
  canonicalizations,
  digestAlgorithms,
  envelopedSignature,
  signatureAlgorithms,
  verifyOctets,
} from "../algorithms.ts";
import { SamlError } from "../errors.ts";
import type { XmlElement } from "../xml.ts";

/**
 * What the signature covers, in canonical form and without the signature itself. During a rollover the peer signs with either key, and a KeyInfo need not be there to say
 * which, so each key is tried.
 * @throws {SamlError} signature_invalid
 */
export function signedBytes(
  xml: string,
  signature: XmlElement,
  keys: readonly KeyObject[],
): string {
  const written = write(signature);
  let cause: unknown;
  for (const key of keys) {
    try {
      const verifier = verifierFor(key);
      verifier.loadSignature(written);
      // False is a digest that does not match, with whatever key; a wrong key throws.
      if (!verifier.checkSignature(xml)) break;
      const [signed, second] = verifier.getSignedReferences();
      if (signed !== undefined && second === undefined) return signed;
    } catch (error) {
      cause = error;
    }
  }
  throw new SamlError("signature_invalid", "no configured certificate verifies the signature", {
    cause,
  });
}

/**
 * The signature as text for the verifier, written from the tree whose shape was checked. Line breaks
 * that Java writes as references stay references: the verifier finds the signature by its exact value.
 */
function write(signature: XmlElement): string {
  return new XMLSerializer().serializeToString(signature).replaceAll("\r", "&#xD;");
}

function verifierFor(key: KeyObject): SignedXml {
  const verifier = new SignedXml({ publicCert: key, getCertFromKeyInfo: () => null });
  verifier.SignatureAlgorithms = acceptedSignatures;
  verifier.HashAlgorithms = acceptedDigests;
  const transforms = new Set([...canonicalizations, envelopedSignature]);
  verifier.CanonicalizationAlgorithms = Object.fromEntries(
    Object.entries(verifier.CanonicalizationAlgorithms).filter(([name]) => transforms.has(name)),
  );
  return verifier;
}

/** Our table in the library's shape: its own lacks ECDSA and SHA-384, and still has SHA-1. */
const acceptedSignatures = Object.fromEntries(
  [...signatureAlgorithms].map(([name, algorithm]) => [
    name,
    class implements SignatureAlgorithm {
      getAlgorithmName = () => name;
      getSignature = (): never => {
        throw new Error("this table only verifies");
      };
      verifySignature = (material: string, key: unknown, signatureValue: string) =>
        key instanceof KeyObject &&
        verifyOctets(algorithm, key, {
          octets: Buffer.from(material),
          signature: Buffer.from(signatureValue, "base64"),
          encodings: ["ieee-p1363"],
        });
    },
  ]),
);

const acceptedDigests = Object.fromEntries(
  [...digestAlgorithms].map(([name, hash]) => [
    name,
    class implements HashAlgorithm {
      getAlgorithmName = () => name;
      getHash = (xml: string) => createHash(hash).update(xml).digest("base64");
    },
  ]),
);
