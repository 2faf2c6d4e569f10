import { describe, expect, test } from "bun:test";
import { createHash, sign } from "node:crypto";
import type { HashAlgorithm, SignatureAlgorithm, SignedXml } from "xml-crypto";
import { attributeOf, childOf, textOf } from "#protocols/saml/xml.ts";
import { namespaces } from "#protocols/saml/constants.ts";
import { createSigningKey, readCertificate } from "#protocols/saml/keys.ts";
import { signElement } from "#protocols/saml/signature/sign.ts";
import { rereadSigned, verifyEnveloped } from "#protocols/saml/signature/verify-enveloped.ts";
import { codeOf } from "../support/codes.ts";
import { anOpensslKey, ours, stranger, theirs, theirsNext } from "../support/keys.ts";
import {
  algorithms,
  authnRequest,
  logoutRequest,
  signXml,
  spEntityId,
} from "../support/requests.ts";

const more = "http://www.w3.org/2001/04/xmldsig-more#";
const verify = (xml: string, certificates: string[] = [theirs.certificatePem]) =>
  verifyEnveloped({ xml, message: "AuthnRequest", certificates });

/** Teaches the test's signer an algorithm that xml-crypto lacks. */
function withAlgorithm(name: string, hash: string) {
  return (signer: SignedXml) => {
    signer.SignatureAlgorithms[name] = class implements SignatureAlgorithm {
      getAlgorithmName = () => name;
      getSignature = (octets: unknown, key: unknown) =>
        sign(hash, Buffer.from(text(octets)), {
          key: text(key),
          dsaEncoding: "ieee-p1363",
        }).toString("base64");
      verifySignature = () => false;
    };
    const sha384 = `${more}sha384`;
    signer.HashAlgorithms[sha384] = class implements HashAlgorithm {
      getAlgorithmName = () => sha384;
      getHash = (xml: string) => createHash("sha384").update(xml).digest("base64");
    };
  };
}

function text(value: unknown): string {
  if (typeof value !== "string") throw new Error("xml-crypto gives strings");
  return value;
}

describe("verifyEnveloped", () => {
  test("answers with the signed bytes, without the signature", () => {
    const { xml, element } = verify(signXml(authnRequest()));
    expect(xml).not.toContain("Signature");
    expect(attributeOf(element, "ID")).toBe("_request");
    expect(textOf(childOf(element, namespaces.assertion, "Issuer")!)).toBe(spEntityId);
  });

  test.each([
    ["rsa-sha256", {}],
    ["inclusive canonicalisation", { canonicalization: algorithms.inclusive }],
    ["the enveloped transform alone", { transforms: [algorithms.enveloped] }],
    [
      "SHA-512 digest and signature",
      {
        signatureAlgorithm: `${more}rsa-sha512`,
        digestAlgorithm: "http://www.w3.org/2001/04/xmlenc#sha512",
      },
    ],
    ["no KeyInfo", { certificatePem: undefined }],
    ["a KeyInfo that names a stranger", { certificatePem: stranger.certificatePem }],
    ["the signature at the end", { location: { reference: "/*", action: "append" as const } }],
  ])("accepts %s", (_, options) => {
    expect(attributeOf(verify(signXml(authnRequest(), options)).element, "ID")).toBe("_request");
  });

  test.each(["256", "384", "512"])("accepts RSA and ECDSA with SHA-%s", (bits) => {
    const rsa = `${more}rsa-sha${bits}`;
    const digestAlgorithm = bits === "384" ? `${more}sha384` : algorithms.sha256;
    const signed = signXml(authnRequest(), {
      signatureAlgorithm: rsa,
      digestAlgorithm,
      customize: withAlgorithm(rsa, `sha${bits}`),
    });
    expect(codeOf(() => verify(signed))).toBe("accepted");

    const curve = { "256": "P-256", "384": "P-384", "512": "P-521" }[bits];
    const key = anOpensslKey("-newkey", "ec", "-pkeyopt", `ec_paramgen_curve:${curve}`);
    const ecdsa = `${more}ecdsa-sha${bits}`;
    const signedByCurve = signXml(authnRequest(), {
      ...key,
      signatureAlgorithm: ecdsa,
      customize: withAlgorithm(ecdsa, `sha${bits}`),
    });
    expect(codeOf(() => verify(signedByCurve, [key.certificatePem]))).toBe("accepted");
    expect(codeOf(() => verify(signedByCurve))).toBe("signature_invalid");
  });

  test("accepts line breaks in values, plain and as Java writes them", () => {
    const wrap = (lineBreak: string) =>
      signXml(authnRequest()).replace(/(?<=SignatureValue>)(.{76})/, `$1${lineBreak}`);
    expect(codeOf(() => verify(wrap("\n")))).toBe("accepted");
    expect(codeOf(() => verify(wrap("&#13;\n")))).toBe("accepted");
    expect(codeOf(() => verify(`<?xml version="1.0"?>\r\n${signXml(authnRequest())}\n`))).toBe(
      "accepted",
    );
  });

  test("tries every configured certificate during a rollover, with and without KeyInfo", () => {
    const both = [theirs.certificatePem, theirsNext.signing.certificate];
    for (const { privateKeyPem } of [theirs, theirsNext]) {
      const signed = signXml(authnRequest(), { privateKeyPem, certificatePem: undefined });
      expect(codeOf(() => verify(signed, both))).toBe("accepted");
      expect(codeOf(() => verify(signed, [stranger.certificatePem, ...both]))).toBe("accepted");
    }
    const old = signXml(authnRequest());
    expect(codeOf(() => verify(old, [theirsNext.certificatePem]))).toBe("signature_invalid");
  });

  test("accepts an inclusive prefix list", async () => {
    const message = await signElement(
      {
        id: "_x",
        head: `<samlp:AuthnRequest xmlns:saml="${namespaces.assertion}" xmlns:samlp="${namespaces.protocol}" xmlns:xs="urn:xs" ID="_x" IssueInstant="2026-03-01T12:00:00Z" Version="2.0"><saml:Issuer>${spEntityId}</saml:Issuer>`,
        tail: "</samlp:AuthnRequest>",
        inclusivePrefixes: ["saml", "xs"],
      },
      theirs.signing,
    );
    expect(attributeOf(verify(message).element, "ID")).toBe("_x");
  });

  test("S28 takes an expired certificate for its key, since metadata is what revokes it", async () => {
    const longAgo = new Date("2001-01-01T00:00:00Z");
    const expired = await createSigningKey({ commonName: "expired", now: longAgo, years: 1 });
    expect(readCertificate(expired.certificatePem).notAfter).toEqual(
      new Date("2002-01-01T00:00:00Z"),
    );
    expect(codeOf(() => verify(signXml(authnRequest(), expired), [expired.certificatePem]))).toBe(
      "accepted",
    );
  });

  test("refuses keys that are too weak and certificates that are none", () => {
    const weak = anOpensslKey("-newkey", "rsa:1024");
    const exotic = anOpensslKey("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp256k1");
    const signed = signXml(authnRequest());
    expect(codeOf(() => verify(signXml(authnRequest(), weak), [weak.certificatePem]))).toBe(
      "key_refused",
    );
    expect(codeOf(() => verify(signed, [exotic.certificatePem]))).toBe("key_refused");
    const edwards = anOpensslKey("-newkey", "ed25519");
    expect(codeOf(() => verify(signed, [edwards.certificatePem]))).toBe("key_refused");
    const short = anOpensslKey("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-224");
    expect(codeOf(() => verify(signed, [short.certificatePem]))).toBe("key_refused");
    expect(readCertificate(weak.certificatePem).keyDescription).toBe("RSA 1024");
    expect(readCertificate(exotic.certificatePem).keyDescription).toBe("unknown");
    expect(codeOf(() => verify(signed, ["AAAA"]))).toBe("certificate_invalid");
    expect(codeOf(() => verify(signed, ["<none>"]))).toBe("certificate_invalid");
    expect(codeOf(() => verify(signed, []))).toBe("certificate_missing");
  });

  test("refuses a message of another kind, however well signed", () => {
    const signed = signXml(logoutRequest());
    const certificates = [theirs.certificatePem];
    expect(
      codeOf(() => verifyEnveloped({ xml: signed, message: "LogoutRequest", certificates })),
    ).toBe("accepted");
    expect(codeOf(() => verify(signed))).toBe("unexpected_message");
    const foreign = authnRequest().replace(namespaces.protocol, "urn:other");
    expect(codeOf(() => verify(signXml(foreign)))).toBe("unexpected_message");
  });

  test("refuses our own signature where another party's is expected", () => {
    expect(codeOf(() => verify(signXml(authnRequest(), ours)))).toBe("signature_invalid");
  });
});

describe("rereadSigned", () => {
  test.each([
    ["the message", authnRequest(), "accepted"],
    ["another message", logoutRequest({ id: "_request" }), "unexpected_message"],
    [
      "an element of the message",
      `<saml:Issuer xmlns:saml="${namespaces.assertion}"/>`,
      "unexpected_message",
    ],
    ["a message with another ID", authnRequest({ id: "_other" }), "signature_reference"],
    ["a message with a signature left in it", signXml(authnRequest()), "signature_reference"],
    [
      "a message inside the message",
      authnRequest({ children: authnRequest({ id: "_inner" }) }),
      "nested_message",
    ],
    ["text that is no XML", "x", "not_xml"],
  ])("reads or refuses %s", (_, xml, code) => {
    expect(codeOf(() => rereadSigned(xml, "AuthnRequest", "_request"))).toBe(code);
  });
});
