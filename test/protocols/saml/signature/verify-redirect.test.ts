import { describe, expect, test } from "bun:test";
import { sign } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { verifyRedirect } from "#protocols/saml/signature/verify-redirect.ts";
import { codeOf } from "../support/codes.ts";
import { anOpensslKey, stranger, theirs, theirsNext } from "../support/keys.ts";
import { algorithms, authnRequest, deflated, signedQuery } from "../support/requests.ts";

const xml = authnRequest();
const parameter = "SAMLRequest" as const;
const verify = (rawQuery: string, certificates = [theirs.certificatePem]) =>
  verifyRedirect({ rawQuery, parameter, certificates });
const bomb = deflateRawSync(Buffer.alloc(50_000_000, "a"), { level: 9 });
const encoded = (bytes: Buffer) => encodeURIComponent(bytes.toString("base64"));

describe("verifyRedirect", () => {
  test("answers with the message and RelayState that were signed", () => {
    expect(verify(signedQuery(xml))).toEqual({ xml, relayState: undefined });
    expect(verify(signedQuery(xml, { relayState: "a b&c" })).relayState).toBe("a b&c");
    expect(verify(signedQuery(xml, { relayState: "" })).relayState).toBe("");
  });

  test("verifies the octets as they came, not as we would write them", () => {
    const lowerCase = signedQuery(xml)
      .split("&")[0]!
      .replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase());
    const head = `${lowerCase}&SigAlg=${encodeURIComponent(algorithms.rsaSha256)}`;
    const { privateKeyPem } = theirs;
    const value = sign("sha256", Buffer.from(head), privateKeyPem).toString("base64");
    const rawQuery = `${head}&Signature=${encodeURIComponent(value)}`;
    expect(verify(rawQuery).xml).toBe(xml);
    const upperCase = rawQuery.replace(lowerCase, signedQuery(xml).split("&")[0]!);
    if (upperCase !== rawQuery) expect(codeOf(() => verify(upperCase))).toBe("signature_invalid");
  });

  test("reads parameters in any order, but verifies them in the specified one", () => {
    const parts = signedQuery(xml, { relayState: "x" }).split("&");
    expect(verify(parts.toReversed().join("&")).relayState).toBe("x");
  });

  test("accepts the whole list of algorithms, ECDSA in both forms", () => {
    for (const bits of ["256", "384", "512"]) {
      const more = "http://www.w3.org/2001/04/xmldsig-more#";
      const rsa = signedQuery(xml, { algorithm: `${more}rsa-sha${bits}`, hash: `sha${bits}` });
      expect(verify(rsa).xml).toBe(xml);
      const curve = { "256": "P-256", "384": "P-384", "512": "P-521" }[bits];
      const { privateKeyPem, certificatePem } = anOpensslKey(
        "-newkey",
        "ec",
        "-pkeyopt",
        `ec_paramgen_curve:${curve}`,
      );
      for (const dsaEncoding of ["der", "ieee-p1363"] as const) {
        const algorithm = `${more}ecdsa-sha${bits}`;
        const ecdsa = signedQuery(xml, {
          key: privateKeyPem,
          algorithm,
          hash: `sha${bits}`,
          dsaEncoding,
        });
        expect(verify(ecdsa, [certificatePem]).xml).toBe(xml);
      }
    }
  });

  test("tries every configured certificate", () => {
    const certificates = [theirs.certificatePem, theirsNext.signing.certificate];
    expect(verify(signedQuery(xml, { key: theirsNext.privateKeyPem }), certificates).xml).toBe(xml);
  });

  const query = signedQuery(xml, { relayState: "there" });
  const [message = "", relayState = "", sigAlg = "", signature = ""] = query.split("&");
  const otherMessage = `SAMLRequest=${deflated(authnRequest({ id: "_evil" }))}`;
  const ecdsa = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
  const sha1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";

  test.each([
    ["no signature", [message, relayState], "signature_missing"],
    ["a SigAlg without a signature", [message, relayState, sigAlg], "signature_missing"],
    ["an empty signature", [message, relayState, sigAlg, "Signature="], "signature_missing"],
    ["a signature without a SigAlg", [message, relayState, signature], "signature_algorithm"],
    ["another message", [otherMessage, relayState, sigAlg, signature], "signature_invalid"],
    [
      "another RelayState",
      [message, "RelayState=elsewhere", sigAlg, signature],
      "signature_invalid",
    ],
    ["a RelayState taken away", [message, sigAlg, signature], "signature_invalid"],
    ["a RelayState emptied", [message, "RelayState=", sigAlg, signature], "signature_invalid"],
    [
      "the message spelled otherwise",
      [
        message.replace(
          /SAMLRequest=(.)/,
          (_, first: string) => `SAMLRequest=%${first.charCodeAt(0).toString(16)}`,
        ),
        relayState,
        sigAlg,
        signature,
      ],
      "signature_invalid",
    ],
    [
      "P13 a second message before",
      [otherMessage, message, relayState, sigAlg, signature],
      "duplicate_parameter",
    ],
    [
      "P13 a second message behind",
      [message, relayState, sigAlg, signature, otherMessage],
      "duplicate_parameter",
    ],
    [
      "P13 a second, disguised message",
      [message, relayState, sigAlg, signature, otherMessage.replace("SAML", "%53AML")],
      "duplicate_parameter",
    ],
    [
      "P13 a second signature",
      [message, relayState, sigAlg, signature, "Signature=x"],
      "duplicate_parameter",
    ],
    [
      "S27 SHA-1, rightly signed",
      signedQuery(xml, { algorithm: sha1, hash: "sha1" }).split("&"),
      "signature_algorithm",
    ],
    [
      "S27 an algorithm for another kind of key, rightly signed",
      signedQuery(xml, { algorithm: ecdsa }).split("&"),
      "signature_invalid",
    ],
    [
      "S27 an unknown algorithm",
      [message, relayState, "SigAlg=none", signature],
      "signature_algorithm",
    ],
    [
      "S26 HMAC",
      [
        message,
        relayState,
        `SigAlg=${encodeURIComponent("http://www.w3.org/2000/09/xmldsig#hmac-sha256")}`,
        signature,
      ],
      "signature_algorithm",
    ],
    [
      "S25 I1 a stranger's key",
      signedQuery(xml, { key: stranger.privateKeyPem }).split("&"),
      "signature_invalid",
    ],
    ["a bomb, rightly signed", signedBomb().split("&"), "too_large"],
  ])("refuses %s", (_, parts, code) => {
    expect(codeOf(() => verify(parts.join("&")))).toBe(code);
  });

  function signedBomb(): string {
    const head = `SAMLRequest=${encoded(bomb)}&SigAlg=${encodeURIComponent(algorithms.rsaSha256)}`;
    const value = sign("sha256", Buffer.from(head), theirs.privateKeyPem).toString("base64");
    return `${head}&Signature=${encodeURIComponent(value)}`;
  }

  test("refuses to verify without a certificate", () => {
    expect(codeOf(() => verify(query, []))).toBe("certificate_missing");
  });
});
