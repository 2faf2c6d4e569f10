import { describe, expect, test } from "bun:test";
import { sign } from "node:crypto";
import { deflateRawSync, deflateSync } from "node:zlib";
import {
  decodePost,
  decodeRedirect,
  encodePost,
  encodeRedirect,
} from "#protocols/saml/bindings.ts";
import { verifyRedirect } from "#protocols/saml/signature/verify-redirect.ts";
import { codeOf } from "./support/codes.ts";
import { anOpensslKey, ours, stranger, theirs, theirsNext } from "./support/keys.ts";
import { algorithms, authnRequest, deflated, signedQuery, ssoUrl } from "./support/requests.ts";

const xml = authnRequest();
const parameter = "SAMLRequest" as const;
const decode = (rawQuery: string) => decodeRedirect({ rawQuery, parameter });
const verify = (rawQuery: string, certificates = [theirs.certificatePem]) =>
  verifyRedirect({ rawQuery, parameter, certificates });
const bomb = deflateRawSync(Buffer.alloc(50_000_000, "a"), { level: 9 });
const encoded = (bytes: Buffer) => encodeURIComponent(bytes.toString("base64"));

describe("decodeRedirect", () => {
  test("reads a message and its RelayState, with or without a question mark", () => {
    const rawQuery = `SAMLRequest=${deflated(xml)}&RelayState=a%20b+c%26d&other=x`;
    expect(decode(rawQuery)).toEqual({ xml, relayState: "a b c&d", isSigned: false });
    expect(decode(`?${rawQuery}`).xml).toBe(xml);
    expect(decode(`SAMLRequest=${deflated(xml)}`).relayState).toBeUndefined();
    expect(decode(signedQuery(xml)).isSigned).toBe(true);
  });

  const deflate = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE";
  test.each([
    ["no message", "RelayState=x", "message_missing"],
    ["an empty message", "SAMLRequest=", "message_missing"],
    ["a response where a request is due", `SAMLResponse=${deflated(xml)}`, "duplicate_parameter"],
    [
      "P13 a request and a response",
      `SAMLRequest=${deflated(xml)}&SAMLResponse=x`,
      "duplicate_parameter",
    ],
    [
      "P13 two messages",
      `SAMLRequest=${deflated(xml)}&SAMLRequest=${deflated(xml)}`,
      "duplicate_parameter",
    ],
    [
      "P13 two RelayStates",
      `SAMLRequest=${deflated(xml)}&RelayState=a&RelayState=b`,
      "duplicate_parameter",
    ],
    ["P13 two SigAlgs", `SAMLRequest=${deflated(xml)}&SigAlg=a&SigAlg=b`, "duplicate_parameter"],
    ["P13 a disguised name", `SAMLRequest=${deflated(xml)}&%52elayState=a`, "duplicate_parameter"],
    [
      "P13 a second, disguised message",
      `SAMLRequest=${deflated(xml)}&SAML%52equest=x`,
      "duplicate_parameter",
    ],
    ["another encoding", `SAMLRequest=${deflated(xml)}&SAMLEncoding=urn:x`, "bad_encoding"],
    ["broken percent signs", "SAMLRequest=%zz", "bad_encoding"],
    ["no base64", "SAMLRequest=%3Cxml%3E", "bad_encoding"],
    ["no DEFLATE", `SAMLRequest=${encoded(Buffer.from(xml))}`, "bad_encoding"],
    ["a zlib header", `SAMLRequest=${encoded(deflateSync(Buffer.from(xml)))}`, "bad_encoding"],
    [
      "a stream that is cut",
      `SAMLRequest=${encoded(deflateRawSync(Buffer.from(xml)).subarray(0, 50))}`,
      "bad_encoding",
    ],
    [
      "bytes that are not UTF-8",
      `SAMLRequest=${encoded(deflateRawSync(Buffer.from([0xff, 0xfe])))}`,
      "bad_encoding",
    ],
    ["S30 a 1000:1 bomb", `SAMLRequest=${encoded(bomb)}`, "too_large"],
    ["S30 a long value", `SAMLRequest=${"A".repeat(500_000)}`, "too_large"],
    [
      "P11 a RelayState over 1024 bytes",
      `SAMLRequest=${deflated(xml)}&RelayState=${"%C3%A9".repeat(513)}`,
      "relay_state_too_long",
    ],
  ])("refuses %s", (_, rawQuery, code) => {
    expect(codeOf(() => decode(rawQuery))).toBe(code);
  });

  test("names the encoding that it reads", () => {
    expect(decode(`SAMLRequest=${deflated(xml)}&SAMLEncoding=${deflate}`).xml).toBe(xml);
  });

  test("stops a bomb before it unfolds", () => {
    const before = process.memoryUsage().rss;
    for (let index = 0; index < 20; index++) codeOf(() => decode(`SAMLRequest=${encoded(bomb)}`));
    expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
  });

  test("tolerates a RelayState of 1024 bytes", () => {
    const relayState = "x".repeat(1_024);
    expect(decode(`SAMLRequest=${deflated(xml)}&RelayState=${relayState}`).relayState).toBe(
      relayState,
    );
  });
});

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
    expect(verify([...parts].reverse().join("&")).relayState).toBe("x");
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
  const [message, relayState, sigAlg, signature] = query.split("&") as [
    string,
    string,
    string,
    string,
  ];
  const otherMessage = `SAMLRequest=${deflated(authnRequest({ id: "_evil" }))}`;
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

describe("encodeRedirect", () => {
  test("writes what decodeRedirect reads and verifyRedirect trusts", async () => {
    const destination = "https://sp.example.org/slo?tenant=1";
    const input = { destination, parameter, xml, relayState: "a b&c=d é" };
    const unsigned = new URL(await encodeRedirect(input));
    expect(unsigned.href.startsWith(`${destination}&SAMLRequest=`)).toBe(true);
    expect(decode(unsigned.search)).toEqual({ xml, relayState: "a b&c=d é", isSigned: false });

    const signed = await encodeRedirect({ ...input, destination: ssoUrl, key: ours.signing });
    expect(signed.startsWith(`${ssoUrl}?SAMLRequest=`)).toBe(true);
    const { search } = new URL(signed);
    expect(verify(search, [ours.certificatePem])).toEqual({ xml, relayState: "a b&c=d é" });
    expect(codeOf(() => verify(search))).toBe("signature_invalid");
  });

  test("refuses a RelayState that others would refuse", () => {
    const tooLong = encodeRedirect({
      destination: ssoUrl,
      parameter,
      xml,
      relayState: "x".repeat(1_025),
    });
    expect(tooLong).rejects.toMatchObject({ code: "relay_state_too_long" });
  });
});

describe("decodePost", () => {
  test("reads what encodePost writes, and line breaks in it", () => {
    expect(decodePost({ message: encodePost(xml), relayState: "r" })).toEqual({
      xml,
      relayState: "r",
    });
    const wrapped = encodePost(xml).replace(/.{76}/g, "$&\r\n");
    expect(decodePost({ message: wrapped })).toEqual({ xml, relayState: undefined });
  });

  test.each([
    ["no message", { message: undefined }, "message_missing"],
    ["an empty message", { message: "" }, "message_missing"],
    ["no base64", { message: "<xml/>" }, "bad_encoding"],
    ["URL-safe base64", { message: "-_-_" }, "bad_encoding"],
    [
      "bytes that are not UTF-8",
      { message: Buffer.from([0xff]).toString("base64") },
      "bad_encoding",
    ],
    [
      "UTF-16",
      { message: Buffer.from("\uFEFF<a/>", "utf16le").toString("base64") },
      "bad_encoding",
    ],
    ["S30 50 MB", { message: "A".repeat(50_000_000) }, "too_large"],
    [
      "P11 a long RelayState",
      { message: encodePost(xml), relayState: "x".repeat(1_025) },
      "relay_state_too_long",
    ],
  ])("refuses %s", (_, input, code) => {
    expect(codeOf(() => decodePost(input))).toBe(code);
  });
});
