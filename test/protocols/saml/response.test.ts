import { describe, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import * as fc from "fast-check";
import { authnContexts } from "#protocols/saml/authn-context.ts";
import { messageId } from "#protocols/saml/canonical.ts";
import { attributeNameFormats, statusCodes } from "#protocols/saml/constants.ts";
import { withoutIllegalCharacters } from "#protocols/saml/escape.ts";
import { nameIdFormats } from "#protocols/saml/name-id.ts";
import { buildErrorResponse, buildResponse } from "#protocols/saml/response.ts";
import { messageLimits, readXml } from "#protocols/saml/xml.ts";
import { codeOfLater } from "./support/codes.ts";
import { ours, oursNext, stranger } from "./support/keys.ts";
import { acsUrl, spEntityId } from "./support/requests.ts";
import { protocolProblems } from "./support/schemas.ts";

import {
  build,
  canonical,
  failure,
  instant,
  issuer,
  signedBy,
  success,
  values,
} from "./support/responses.ts";

describe("buildResponse", () => {
  test("says what it is told, with a window of five minutes and one of grace", async () => {
    const xml = await build();
    expect(protocolProblems(xml)).toEqual([]);
    for (const part of [
      `Destination="${acsUrl}" ID="_response" InResponseTo="_request" IssueInstant="2026-03-01T12:00:00.000Z" Version="2.0"`,
      `ID="_assertion" IssueInstant="2026-03-01T12:00:00.000Z" Version="2.0"`,
      `<saml:NameID Format="${nameIdFormats.emailAddress}" NameQualifier="${issuer}" SPNameQualifier="${spEntityId}">ada@example.org</saml:NameID>`,
      `<saml:SubjectConfirmationData InResponseTo="_request" NotOnOrAfter="2026-03-01T12:05:00.000Z" Recipient="${acsUrl}">`,
      `<saml:Conditions NotBefore="2026-03-01T11:59:00.000Z" NotOnOrAfter="2026-03-01T12:05:00.000Z">`,
      `<saml:Audience>${spEntityId}</saml:Audience>`,
      `<saml:AuthnStatement AuthnInstant="2026-03-01T09:30:00.000Z" SessionIndex="_session" SessionNotOnOrAfter="2026-03-01T20:00:00.000Z">`,
      `<saml:AuthnContextClassRef>${authnContexts.refedsMultiFactor}</saml:AuthnContextClassRef>`,
      `<saml:Attribute FriendlyName="E-mail" Name="email" NameFormat="${attributeNameFormats.basic}"><saml:AttributeValue xsi:type="xs:string">ada@example.org<`,
      `<samlp:StatusCode Value="${statusCodes.success}">`,
    ]) {
      expect(xml).toContain(part);
    }
    expect(values(xml, "groups")).toEqual(["Staff", "R&D <\"'>", "Ärzte 💉"]);
    expect(xml).not.toContain('Name="empty"');
    expect(xml).not.toContain('Name="blank"');
  });

  test("leaves out what an unsolicited response must not have, and what nobody gave", async () => {
    const xml = await build({
      inResponseTo: undefined,
      attributes: [],
      nameId: { value: "t", format: nameIdFormats.transient },
      authn: { instant, sessionIndex: "_s", classRef: "urn:c" },
    });
    expect(protocolProblems(xml)).toEqual([]);
    for (const absent of [
      "InResponseTo",
      "AttributeStatement",
      "Qualifier",
      "SessionNotOnOrAfter",
      "xs:",
      "InclusiveNamespaces",
    ]) {
      expect(xml).not.toContain(absent);
    }
  });

  test.each([
    ["assertion", ["_assertion"]],
    ["response", ["_response"]],
    ["both", ["_assertion", "_response"]],
  ] as const)("signs the %s, behind the Issuer, in canonical form", async (sign, ids) => {
    const xml = await build({ sign });
    expect(protocolProblems(xml)).toEqual([]);
    expect(canonical(xml)).toBe(xml);
    const signed = signedBy(xml, ours);
    expect(signed.map((part) => readXml(part, messageLimits).getAttribute("ID")!).sort()).toEqual([
      ...ids,
    ]);
    expect(xml.match(/<\/saml:Issuer><ds:Signature /g)?.length).toBe(ids.length);
    expect(xml).toContain(ours.signing.certificate);
    expect(() => signedBy(xml, stranger)).toThrow();
  });

  test("signs with either of two keys during a rollover", async () => {
    for (const key of [ours, oursNext]) expect(signedBy(await build({}, key), key).length).toBe(1);
  });

  test("I5 carries any text as text, without the characters that XML cannot carry", async () => {
    const text = fc.string({ unit: "binary", maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(text, fc.array(text, { maxLength: 3 }), async (name, all) => {
        const attributes = [
          {
            name: "x",
            nameFormat: "urn:f",
            friendlyName: withoutIllegalCharacters(name),
            values: all,
          },
        ];
        const xml = await build({ attributes, sign: "both" });
        const kept = all.map(withoutIllegalCharacters).filter((value) => value !== "");
        return (
          protocolProblems(xml).length === 0 &&
          canonical(xml) === xml &&
          JSON.stringify(values(xml, "x")) === JSON.stringify(kept)
        );
      }),
      { numRuns: 150 },
    );
  });

  test.each([
    ["markup", `</saml:AttributeValue><saml:Attribute Name="admin">`],
    ["a template tag", "{Issuer}"],
    ["an entity", "&lt;&#x3c;"],
    ["quotes", `" x='`],
    ["the end of CDATA", "]]>"],
    ["line breaks", "a\r\nb\tc\n"],
    ["what a replacement would expand", "$& $1 $'"],
  ])("I5 takes %s in a value for a value", async (_, value) => {
    const nameId = { value: `x${value}`, format: "urn:f" };
    const xml = await build({
      nameId,
      attributes: [{ name: "x", nameFormat: "urn:f", values: [value] }],
    });
    expect(values(xml, "x")).toEqual([value]);
    expect(xml.match(/<saml:Attribute /g)?.length).toBe(1);
    expect(protocolProblems(xml)).toEqual([]);
    expect(signedBy(xml, ours).length).toBe(1);
  });

  test.each([
    [
      "a name identifier with a control character",
      { nameId: { value: "ada\u0000", format: "urn:f" } },
    ],
    ["a lone surrogate in a name identifier", { nameId: { value: "ada\uD800", format: "urn:f" } }],
    ["a recipient with a control character", { recipient: "https://sp\u0001" }],
    ["an assertion id that breaks out of the reference", { assertionId: '_a"/><x' }],
    ["a response id that is no name", { responseId: "1" }],
  ])("I5 refuses %s", async (_, changes) => {
    expect(await codeOfLater(build(changes))).toBe("invalid_value");
  });

  test("refuses a key that it does not sign with", async () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const key = { privateKey, certificate: ours.signing.certificate };
    expect(await codeOfLater(buildResponse(success(), key))).toBe("invalid_value");
  });
});

describe("buildErrorResponse", () => {
  test("nests the reasons, says nothing of a person and is signed", async () => {
    const xml = await buildErrorResponse(failure, ours.signing);
    expect(protocolProblems(xml)).toEqual([]);
    expect(canonical(xml)).toBe(xml);
    expect(xml).toContain(
      `<samlp:Status><samlp:StatusCode Value="${statusCodes.responder}"><samlp:StatusCode Value="${statusCodes.noPassive}">` +
        `</samlp:StatusCode></samlp:StatusCode><samlp:StatusMessage>not signed in &lt;&gt;</samlp:StatusMessage></samlp:Status>`,
    );
    expect(xml).not.toContain("Assertion");
    expect(signedBy(xml, ours)[0]).toContain(statusCodes.noPassive);
  });

  test("may be short and unsolicited", async () => {
    const status = { code: statusCodes.requester };
    const xml = await buildErrorResponse(
      { ...failure, inResponseTo: undefined, status },
      ours.signing,
    );
    expect(protocolProblems(xml)).toEqual([]);
    expect(xml).toContain(
      `<samlp:Status><samlp:StatusCode Value="${statusCodes.requester}"></samlp:StatusCode></samlp:Status>`,
    );
    expect(xml).not.toContain("InResponseTo");
  });
});

describe("messageId", () => {
  test("is a name of at least 128 bits", () => {
    expect(messageId(new Uint8Array(16).fill(255))).toBe(`_${"ff".repeat(16)}`);
    expect(() => messageId(new Uint8Array(15))).toThrow();
  });
});
