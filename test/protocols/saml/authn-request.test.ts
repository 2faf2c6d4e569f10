import { describe, expect, test } from "bun:test";
import { parseAuthnRequest } from "#protocols/saml/authn-request.ts";
import { bindings } from "#protocols/saml/constants.ts";
import { codeOf } from "./support/codes.ts";
import {
  acsUrl,
  authnRequest,
  logoutRequest,
  signXml,
  spEntityId,
  ssoUrl,
} from "./support/requests.ts";
import { protocolProblems } from "./support/schemas.ts";

const plain = authnRequest();
const withoutAcs = plain.replace(/ AssertionConsumerServiceURL="[^"]*"/, "");
const indexed = (index: string) =>
  withoutAcs
    .replace("<saml:Issuer>", "<saml:Issuer>")
    .replace(' Version="2.0"', ` Version="2.0" AssertionConsumerServiceIndex="${index}"`);

describe("parseAuthnRequest", () => {
  test("reads a request that says everything", () => {
    const xml = authnRequest({
      attributes: `ForceAuthn="1" IsPassive="true" ProtocolBinding="${bindings.post}" ProviderName="The Shop"`,
      children:
        '<samlp:Extensions><x:y xmlns:x="urn:x"/></samlp:Extensions>' +
        '<saml:Subject><saml:NameID Format="urn:f" NameQualifier="urn:n" SPNameQualifier="urn:s">ada</saml:NameID></saml:Subject>' +
        '<samlp:NameIDPolicy Format="urn:f" SPNameQualifier="urn:q" AllowCreate="true"/>' +
        '<samlp:RequestedAuthnContext Comparison="minimum"><saml:AuthnContextClassRef>urn:a</saml:AuthnContextClassRef>' +
        "<saml:AuthnContextClassRef> urn:b </saml:AuthnContextClassRef></samlp:RequestedAuthnContext>",
    });
    expect(protocolProblems(xml)).toEqual([]);
    expect(parseAuthnRequest(xml)).toEqual({
      id: "_request",
      issueInstant: new Date("2026-03-01T12:00:00Z"),
      destination: ssoUrl,
      issuer: spEntityId,
      acsUrl,
      acsIndex: undefined,
      protocolBinding: bindings.post,
      forceAuthn: true,
      isPassive: true,
      nameIdPolicy: { format: "urn:f", spNameQualifier: "urn:q", allowCreate: true },
      requestedAuthnContext: { classRefs: ["urn:a", "urn:b"], comparison: "minimum" },
      subject: {
        nameId: "ada",
        format: "urn:f",
        nameQualifier: "urn:n",
        spNameQualifier: "urn:s",
      },
      providerName: "The Shop",
      carriesSignature: false,
    });
  });

  test("reads a request that says nothing it need not", () => {
    const xml = withoutAcs.replace(/ Destination="[^"]*"/, "");
    expect(parseAuthnRequest(xml)).toMatchObject({
      destination: undefined,
      acsUrl: undefined,
      acsIndex: undefined,
      protocolBinding: undefined,
      forceAuthn: false,
      isPassive: false,
      nameIdPolicy: undefined,
      requestedAuthnContext: undefined,
      subject: undefined,
      providerName: undefined,
    });
  });

  test("fills in what the schema fills in", () => {
    const { nameIdPolicy, requestedAuthnContext, subject } = parseAuthnRequest(
      authnRequest({
        children:
          "<saml:Subject><saml:NameID>ada</saml:NameID></saml:Subject><samlp:NameIDPolicy/>" +
          "<samlp:RequestedAuthnContext><saml:AuthnContextClassRef>urn:a</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>",
      }),
    );
    expect(nameIdPolicy).toEqual({
      format: undefined,
      spNameQualifier: undefined,
      allowCreate: false,
    });
    expect(requestedAuthnContext?.comparison).toBe("exact");
    expect(subject?.format).toBe("urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified");
  });

  test("reads an index, a signature, an offset and declarations", () => {
    expect(parseAuthnRequest(indexed("7")).acsIndex).toBe(7);
    expect(parseAuthnRequest(signXml(plain)).carriesSignature).toBe(true);
    const offset = plain.replace("12:00:00Z", "13:00:00.5+01:00");
    expect(parseAuthnRequest(offset).issueInstant).toEqual(new Date("2026-03-01T12:00:00.500Z"));
    const declared = authnRequest({
      children:
        "<samlp:RequestedAuthnContext><saml:AuthnContextDeclRef>urn:d</saml:AuthnContextDeclRef></samlp:RequestedAuthnContext>",
    });
    expect(parseAuthnRequest(declared).requestedAuthnContext).toEqual({
      classRefs: [],
      comparison: "exact",
    });
  });

  const issuer = `<saml:Issuer>${spEntityId}</saml:Issuer>`;
  test.each([
    ["another message", logoutRequest(), "unexpected_message"],
    [
      "another namespace",
      plain.replace("SAML:2.0:protocol", "SAML:3.0:protocol"),
      "unexpected_message",
    ],
    ["a root that is only called so", "<AuthnRequest/>", "unexpected_message"],
    ["version 1.1", plain.replace('Version="2.0"', 'Version="1.1"'), "unsupported_version"],
    ["no version", plain.replace(' Version="2.0"', ""), "unsupported_version"],
    ["no ID", plain.replace(' ID="_request"', ""), "invalid_message"],
    ["no IssueInstant", plain.replace(/ IssueInstant="[^"]*"/, ""), "invalid_message"],
    ["an instant without a zone", plain.replace("12:00:00Z", "12:00:00"), "invalid_message"],
    ["an impossible instant", plain.replace("2026-03-01", "2026-13-01"), "invalid_message"],
    ["no Issuer", plain.replace(issuer, ""), "invalid_message"],
    ["an Issuer of white space", authnRequest({ issuer: " \n " }), "invalid_message"],
    [
      "an Issuer outside the namespace",
      plain.replace("<saml:Issuer>", `<saml:Issuer xmlns:saml="urn:x">`),
      "invalid_message",
    ],
    ["two Issuers", authnRequest({ children: issuer }), "invalid_message"],
    ["an Issuer with elements", authnRequest({ issuer: "<saml:NameID/>" }), "invalid_message"],
    [
      "an Issuer over 1024 characters",
      authnRequest({ issuer: "x".repeat(1_025) }),
      "invalid_message",
    ],
    [
      "an Issuer that is a person",
      plain.replace(
        "<saml:Issuer>",
        `<saml:Issuer Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">`,
      ),
      "invalid_message",
    ],
    [
      "a qualified Issuer",
      plain.replace("<saml:Issuer>", `<saml:Issuer NameQualifier="x">`),
      "invalid_message",
    ],
    [
      "I2 an index beside an address",
      authnRequest({ attributes: 'AssertionConsumerServiceIndex="1"' }),
      "invalid_message",
    ],
    [
      "I2 an index beside a binding",
      indexed("1").replace(" Version", ` ProtocolBinding="${bindings.post}" Version`),
      "invalid_message",
    ],
    ["I2 a negative index", indexed("-1"), "invalid_message"],
    ["I2 an index beyond 16 bits", indexed("65536"), "invalid_message"],
    ["a long address", plain.replace(acsUrl, `https://sp/${"x".repeat(2_048)}`), "invalid_message"],
    [
      "ForceAuthn that is no boolean",
      authnRequest({ attributes: 'ForceAuthn="yes"' }),
      "invalid_message",
    ],
    [
      "an unknown comparison",
      authnRequest({ children: '<samlp:RequestedAuthnContext Comparison="max"/>' }),
      "invalid_message",
    ],
    [
      "two policies",
      authnRequest({ children: "<samlp:NameIDPolicy/><samlp:NameIDPolicy/>" }),
      "invalid_message",
    ],
    [
      "fifty-one contexts",
      authnRequest({
        children: `<samlp:RequestedAuthnContext>${"<saml:AuthnContextClassRef>urn:a</saml:AuthnContextClassRef>".repeat(51)}</samlp:RequestedAuthnContext>`,
      }),
      "invalid_message",
    ],
    [
      "a Subject with a confirmation",
      authnRequest({
        children:
          '<saml:Subject><saml:NameID>a</saml:NameID><saml:SubjectConfirmation Method="m"/></saml:Subject>',
      }),
      "invalid_message",
    ],
    [
      "an encrypted Subject",
      authnRequest({ children: "<saml:Subject><saml:EncryptedID/></saml:Subject>" }),
      "invalid_message",
    ],
    [
      "an assertion inside",
      authnRequest({ children: "<samlp:Extensions><saml:Assertion/></samlp:Extensions>" }),
      "nested_message",
    ],
    ["a comment", plain.replace(spEntityId, "a<!---->b"), "forbidden_xml"],
  ])("refuses %s", (_, xml, code) => {
    expect(codeOf(() => parseAuthnRequest(xml))).toBe(code);
  });
});
