// A certificate authority of the test's own, and servers certified by it (RFC 5280 §4.1).
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";
import * as asn1 from "#protocols/saml/der.ts";

export interface Certified {
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  /** PEM, for those who shall believe it. */
  readonly ca: string;
  /** A server certificate for these names or IPv4 addresses, valid until `days` from now. */
  certify(names: readonly string[], days?: number): Certified;
}

interface Entry {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly days: number;
  readonly extensions: readonly Buffer[];
}

const dayMs = 86_400_000;
const ecdsaWithSha256 = asn1.sequence(asn1.objectIdentifier("1.2.840.10045.4.3.2"));

export function createAuthority(): Authority {
  const root = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const issuer = `Test authority ${randomBytes(4).toString("hex")}`;
  const issue = (entry: Entry) => pem(signed(issuer, entry, root.privateKey));
  const isAuthority = asn1.sequence(asn1.der(asn1.tags.boolean, Buffer.of(0xff)));
  return {
    ca: issue({
      subject: issuer,
      publicKey: root.publicKey,
      days: 2,
      extensions: [extension("2.5.29.19", isAuthority)],
    }),
    certify(names, days = 1) {
      const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const extensions = [extension("2.5.29.17", asn1.sequence(...names.map(generalName)))];
      return {
        cert: issue({ subject: "Test server", publicKey, days, extensions }),
        key: privateKey.export({ type: "pkcs8", format: "pem" }),
      };
    },
  };
}

function signed(
  issuer: string,
  { subject, publicKey, days, extensions }: Entry,
  key: KeyObject,
): Buffer {
  const now = Date.now();
  const body = asn1.sequence(
    asn1.explicit(0, asn1.positiveInteger(Buffer.of(2))),
    asn1.positiveInteger(createHash("sha256").update(randomBytes(16)).digest().subarray(0, 8)),
    ecdsaWithSha256,
    name(issuer),
    asn1.sequence(asn1.time(new Date(now - 10 * dayMs)), asn1.time(new Date(now + days * dayMs))),
    name(subject),
    publicKey.export({ type: "spki", format: "der" }),
    asn1.explicit(3, asn1.sequence(...extensions)),
  );
  return asn1.sequence(body, ecdsaWithSha256, asn1.bitString(sign("sha256", body, key)));
}

function name(commonName: string): Buffer {
  const attribute = asn1.sequence(
    asn1.objectIdentifier("2.5.4.3"),
    asn1.der(asn1.tags.utf8String, Buffer.from(commonName)),
  );
  return asn1.sequence(asn1.der(asn1.tags.set, attribute));
}

function generalName(value: string): Buffer {
  return isIP(value) === 4
    ? asn1.der(0x87, Buffer.from(value.split(".").map(Number)))
    : asn1.der(0x82, Buffer.from(value));
}

const extension = (oid: string, value: Buffer): Buffer =>
  asn1.sequence(asn1.objectIdentifier(oid), asn1.der(asn1.tags.octetString, value));

const pem = (certificate: Buffer): string => {
  const lines = certificate.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
};
