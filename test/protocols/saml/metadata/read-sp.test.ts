import { describe, expect, test } from "bun:test";
import { SAML } from "@node-saml/node-saml";
import { ServiceProvider } from "samlify";
import { attributeNameFormats, bindings, namespaces } from "#protocols/saml/constants.ts";
import { readSpMetadata } from "#protocols/saml/metadata/read-sp.ts";
import { nameIdFormats } from "#protocols/saml/name-id.ts";
import { codeOf } from "../support/codes.ts";
import { ours, theirs, theirsNext } from "../support/keys.ts";
import { metadataProblems } from "../support/schemas.ts";

import {
  acs,
  aggregate,
  descriptor,
  entityId,
  full,
  keyDescriptor,
  oneAcs,
} from "../support/sp-metadata.ts";

const now = new Date("2026-03-01T12:00:00Z");
const read = (xml: string) => readSpMetadata(xml, { now });
describe("readSpMetadata", () => {
  test.each([
    ["javascript:", 'Location="javascript:x"', []],
    ["javascript: for answers", 'Location="https://sp" ResponseLocation="javascript:x"', []],
    ["plain http", 'Location="http://sp.example.org/slo"', []],
    ["no address", "", []],
    ["no address for answers", 'Location="https://sp" ResponseLocation=""', ["https://sp"]],
  ])("leaves out a logout address that no browser is sent to: %s", (_, attributes, urls) => {
    const service = `<md:SingleLogoutService Binding="${bindings.post}" ${attributes}/>`;
    expect(read(descriptor(service + oneAcs)).slo).toEqual(
      urls.map((url) => ({ binding: bindings.post, url, responseUrl: null })),
    );
  });

  test("reads a document that says everything", () => {
    expect(metadataProblems(full)).toEqual([]);
    expect(read(full)).toEqual({
      entityId,
      acs: [
        {
          url: "https://sp.example.org/artifact",
          index: 0,
          isDefault: false,
          binding: "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact",
        },
        {
          url: "https://sp.example.org/acs?a=1&b=2",
          index: 1,
          isDefault: false,
          binding: bindings.post,
        },
        { url: "https://sp.example.org/acs2", index: 2, isDefault: true, binding: bindings.post },
      ],
      nameIdFormats: [nameIdFormats.persistent, nameIdFormats.transient],
      signingCertificates: [theirs.signing.certificate, theirsNext.signing.certificate],
      encryptionCertificates: [ours.signing.certificate],
      authnRequestsSigned: true,
      wantAssertionsSigned: true,
      slo: [
        {
          binding: bindings.redirect,
          url: "https://sp.example.org/slo",
          responseUrl: "https://sp.example.org/slo-answer",
        },
      ],
      displayName: "The Shop",
      organizationName: "Shop Ltd.",
      requestedAttributes: [
        {
          name: "urn:oid:0.9.2342.19200300.100.1.3",
          nameFormat: attributeNameFormats.uri,
          friendlyName: "mail",
          isRequired: true,
        },
        { name: "groups", nameFormat: undefined, friendlyName: undefined, isRequired: false },
      ],
    });
  });

  test("reads a document that says nothing it need not, with comments and a declaration", () => {
    const xml = `<?xml version="1.0"?>\n<!-- made by hand -->\n${descriptor(oneAcs)}`;
    expect(read(xml)).toMatchObject({
      acs: [{ index: 0, isDefault: true }],
      nameIdFormats: [],
      signingCertificates: [],
      encryptionCertificates: [],
      authnRequestsSigned: false,
      wantAssertionsSigned: false,
      slo: [],
      displayName: undefined,
      organizationName: undefined,
      requestedAttributes: [],
    });
  });

  test("P12 takes a key without use for both uses, beside one for encryption", () => {
    const xml = descriptor(
      keyDescriptor(theirs.signing.certificate) +
        keyDescriptor([ours.signing.certificate, theirs.signing.certificate], "encryption") +
        oneAcs,
    );
    expect(read(xml)).toMatchObject({
      signingCertificates: [theirs.signing.certificate],
      encryptionCertificates: [theirs.signing.certificate, ours.signing.certificate],
    });
  });

  test("finds the default as the specification says, among addresses that can be posted to", () => {
    const chosen = (...endpoints: string[]) =>
      read(descriptor(endpoints.join(""))).acs.find(({ isDefault }) => isDefault)?.index;
    const at = (index: number, more = "") =>
      acs(`Location="https://sp.example.org/${index}" index="${index}" ${more}`);
    const artifact = at(9, 'isDefault="true"').replace("HTTP-POST", "HTTP-Artifact");
    expect(chosen(artifact, at(1, 'isDefault="false"'), at(2), at(3, 'isDefault="1"'))).toBe(3);
    expect(chosen(artifact, at(1, 'isDefault="false"'), at(2))).toBe(2);
    expect(chosen(artifact, at(1, 'isDefault="false"'))).toBe(1);
  });

  test("reads the metadata that other libraries write", () => {
    const nodeSaml = new SAML({
      callbackUrl: "https://sp.example.org/acs",
      issuer: entityId,
      idpCert: ours.certificatePem,
      privateKey: theirs.privateKeyPem,
      publicCert: theirs.certificatePem,
      wantAssertionsSigned: true,
    }).generateServiceProviderMetadata(null, theirs.certificatePem);
    expect(read(nodeSaml)).toMatchObject({
      entityId,
      acs: [{ url: "https://sp.example.org/acs", isDefault: true }],
      signingCertificates: [theirs.signing.certificate],
      authnRequestsSigned: true,
    });
    const samlify = ServiceProvider({
      entityID: entityId,
      authnRequestsSigned: true,
      signingCert: theirs.signing.certificate,
      assertionConsumerService: [
        { Binding: bindings.post, Location: "https://sp.example.org/acs", isDefault: true },
      ],
    }).getMetadata();
    expect(read(samlify)).toMatchObject({
      entityId,
      signingCertificates: [theirs.signing.certificate],
    });
  });

  test("takes the one provider out of an aggregate, also a nested one", () => {
    const idp = `<md:EntityDescriptor entityID="urn:idp"><md:IDPSSODescriptor protocolSupportEnumeration="${namespaces.protocol}"/></md:EntityDescriptor>`;
    expect(read(aggregate(idp, descriptor(oneAcs))).entityId).toBe(entityId);
    expect(read(aggregate(aggregate(descriptor(oneAcs)))).entityId).toBe(entityId);
  });

  test("takes http only where that is wanted", () => {
    const xml = descriptor(acs('Location="http://localhost:3000/acs" index="0"'));
    expect(codeOf(() => read(xml))).toBe("url_refused");
    expect(readSpMetadata(xml, { now, allowHttp: true }).acs[0]?.url).toBe(
      "http://localhost:3000/acs",
    );
  });

  test("takes names, other writings of them, ports and both kinds of addresses", () => {
    for (const url of [
      "https://sp.example.org:8443/acs;a=*",
      "https://bücher.example/acs".replace("ü", "%C3%BC"),
      "https://192.0.2.1/acs",
      "https://[2001:db8::1]:444/acs",
    ])
      expect(read(at(url)).acs[0]?.url).toBe(url);
  });

  const at = (location: string) => descriptor(acs(`Location="${location}" index="0"`));
  const saml1 = descriptor(oneAcs).replace(
    namespaces.protocol,
    "urn:oasis:names:tc:SAML:1.1:protocol",
  );
  test.each([
    ["P12 javascript:", at("javascript:alert(1)"), "url_refused"],
    ["P12 javascript: with a line break in it", at("java&#10;script:alert(1)"), "url_refused"],
    ["P12 data:", at("data:text/html,x"), "url_refused"],
    ["P12 file:", at("file:///etc/passwd"), "url_refused"],
    ["a host that ends a directive of a policy", at("https://x;sandbox/acs"), "url_refused"],
    ["a host that is every host", at("https://*/acs"), "url_refused"],
    ["a host that is every host below one", at("https://*.example.org/acs"), "url_refused"],
    ["a fragment", at("https://sp.example.org/acs#x"), "url_refused"],
    ["an empty fragment", at("https://sp.example.org/acs#"), "url_refused"],
    ["a user name", at("https://sp.example.org@evil.example/acs"), "url_refused"],
    ["a password", at("https://:sp.example.org@evil.example/acs"), "url_refused"],
    ["a relative address", at("/acs"), "url_refused"],
    ["a space", at("https://sp.example.org/a b"), "url_refused"],
    ["letters that look alike", at("https://sp.exаmple.org/acs"), "url_refused"],
    ["2049 characters", at(`https://sp.example.org/${"x".repeat(2_026)}`), "url_refused"],
    ["no address", descriptor(acs('index="0"')), "url_refused"],
    ["no POST binding", full.replaceAll(bindings.post, bindings.redirect), "acs_missing"],
    ["no ACS", descriptor(""), "acs_missing"],
    [
      "an ACS without index",
      descriptor(acs('Location="https://sp.example.org/acs"')),
      "metadata_invalid",
    ],
    [
      "an index beyond 16 bits",
      descriptor(acs('Location="https://sp.example.org/acs" index="65536"')),
      "metadata_invalid",
    ],
    ["no entityID", descriptor(oneAcs).replace(/entityID="[^"]*"/, ""), "metadata_invalid"],
    [
      "an entityID of 1025 characters",
      descriptor(oneAcs, { id: "x".repeat(1_025) }),
      "metadata_invalid",
    ],
    [
      "a boolean that is none",
      descriptor(oneAcs, { role: 'AuthnRequestsSigned="yes"' }),
      "metadata_invalid",
    ],
    [
      "two UIInfo",
      full.replace(
        "</mdui:UIInfo>",
        `</mdui:UIInfo><mdui:UIInfo xmlns:mdui="${namespaces.metadataUi}"/>`,
      ),
      "metadata_invalid",
    ],
    [
      "a certificate that is none",
      descriptor(keyDescriptor("AAAA", "signing") + oneAcs),
      "certificate_invalid",
    ],
    [
      "P12 signing without a certificate",
      descriptor(oneAcs, { role: 'AuthnRequestsSigned="true"' }),
      "certificate_missing",
    ],
    [
      "P12 signing with a certificate for encryption only",
      descriptor(keyDescriptor(ours.signing.certificate, "encryption") + oneAcs, {
        role: 'AuthnRequestsSigned="true"',
      }),
      "certificate_missing",
    ],
    [
      "P12 an entity that expired",
      descriptor(oneAcs, { entity: 'validUntil="2026-03-01T12:00:00Z"' }),
      "metadata_expired",
    ],
    [
      "P12 a role that expired",
      descriptor(oneAcs, { role: 'validUntil="2020-01-01T00:00:00Z"' }),
      "metadata_expired",
    ],
    [
      "P12 an aggregate that expired",
      aggregate(descriptor(oneAcs)).replace(
        "<md:EntitiesDescriptor",
        '<md:EntitiesDescriptor validUntil="2020-01-01T00:00:00Z"',
      ),
      "metadata_expired",
    ],
    [
      "validUntil that is no instant",
      descriptor(oneAcs, { entity: 'validUntil="soon"' }),
      "metadata_invalid",
    ],
    [
      "P12 an identity provider",
      descriptor(oneAcs).replaceAll("SPSSODescriptor", "IDPSSODescriptor"),
      "metadata_without_service_provider",
    ],
    ["SAML 1.1 only", saml1, "metadata_without_service_provider"],
    [
      "two providers",
      aggregate(descriptor(oneAcs), descriptor(oneAcs, { id: "urn:b" })),
      "metadata_with_several_service_providers",
    ],
    ["a web page", "<html><body/></html>", "metadata_invalid"],
    [
      "another namespace",
      descriptor(oneAcs).replaceAll(namespaces.metadata, "urn:x"),
      "metadata_invalid",
    ],
    ["not XML", "entityID: x", "not_xml"],
    ["S29 a DOCTYPE", `<!DOCTYPE x>${descriptor(oneAcs)}`, "forbidden_xml"],
    ["S30 over 1 MB", descriptor(oneAcs + " ".repeat(1_000_000)), "too_large"],
  ])("refuses %s", (_, xml, code) => {
    expect(codeOf(() => read(xml))).toBe(code);
  });
});
