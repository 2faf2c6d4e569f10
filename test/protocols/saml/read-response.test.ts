// What a response must be before anything in it is judged: each row is sound but for one thing.
import { describe, expect, test } from "bun:test";
import { readAssertion, readResponse } from "#protocols/saml/read-response.ts";
import { messageLimits, readXml } from "#protocols/saml/xml.ts";
import { codeOf } from "./support/codes.ts";
import { assertionXml, responseXml } from "./support/idp.ts";

const edited = (xml: string, from: string | RegExp, to: string) => {
  const result = xml.replace(from, to);
  if (result === xml) throw new Error(`nothing to edit: ${from}`);
  return result;
};
const condition = (content: string) =>
  assertionXml({ conditions: `<saml:Conditions>${content}</saml:Conditions>` });

test.each([
  ["sound", responseXml(), "accepted"],
  [
    "another message",
    responseXml({ content: "" }).replaceAll("samlp:Response", "samlp:LogoutResponse"),
    "unexpected_message",
  ],
  [
    "another version",
    edited(responseXml(), 'Version="2.0"', 'Version="1.1"'),
    "unsupported_version",
  ],
  ["no status", edited(responseXml(), /<samlp:Status>.*<\/samlp:Status>/, ""), "invalid_message"],
  [
    "a status without its code",
    edited(responseXml(), /<samlp:StatusCode [^>]*>/, ""),
    "invalid_message",
  ],
])("a response: %s", (_, xml, code) => {
  expect(codeOf(() => readResponse(xml))).toBe(code);
});

describe("an assertion", () => {
  test.each([
    ["sound", assertionXml(), "accepted"],
    [
      "another version",
      edited(assertionXml(), 'Version="2.0"', 'Version="1.1"'),
      "unsupported_version",
    ],
    [
      "no subject",
      edited(assertionXml(), /<saml:Subject>.*<\/saml:Subject>/, ""),
      "invalid_message",
    ],
    [
      "an encrypted name",
      edited(assertionXml(), /<saml:NameID.*<\/saml:NameID>/, "<saml:EncryptedID/>"),
      "assertion_encrypted",
    ],
    ["a condition that we know", condition("<saml:OneTimeUse/>"), "accepted"],
    ["a condition that nobody knows", condition("<saml:Condition/>"), "invalid_message"],
    [
      "a condition of another namespace, named like one that we know",
      condition('<x:OneTimeUse xmlns:x="urn:x"/>'),
      "invalid_message",
    ],
  ])("%s", (_, xml, code) => {
    expect(codeOf(() => readAssertion(readXml(xml, messageLimits)))).toBe(code);
  });
});
