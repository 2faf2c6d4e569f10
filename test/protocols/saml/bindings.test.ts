import { describe, expect, test } from "bun:test";
import { deflateRawSync, deflateSync } from "node:zlib";
import {
  decodePost,
  decodeRedirect,
  encodePost,
  encodeRedirect,
} from "#protocols/saml/bindings.ts";
import { verifyRedirect } from "#protocols/saml/signature/verify-redirect.ts";
import { codeOf, codeOfLater } from "./support/codes.ts";
import { ours, theirs } from "./support/keys.ts";
import { authnRequest, deflated, signedQuery, ssoUrl } from "./support/requests.ts";

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
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
  });

  test("tolerates a RelayState of 1024 bytes", () => {
    const relayState = "x".repeat(1_024);
    expect(decode(`SAMLRequest=${deflated(xml)}&RelayState=${relayState}`).relayState).toBe(
      relayState,
    );
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

  test("refuses a RelayState that others would refuse", async () => {
    const tooLong = encodeRedirect({
      destination: ssoUrl,
      parameter,
      xml,
      relayState: "x".repeat(1_025),
    });
    expect(await codeOfLater(tooLong)).toBe("relay_state_too_long");
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
    ["something behind base64", { message: `${encodePost(xml)}!` }, "bad_encoding"],
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
