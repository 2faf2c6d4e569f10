import { describe, expect, test } from "bun:test";
import { ServiceProvider } from "samlify";
import { readSpMetadata } from "#protocols/saml/metadata/read-sp.ts";
import { writeSpMetadata } from "#protocols/saml/metadata/write-sp.ts";
import { ours, oursNext } from "../support/keys.ts";
import { bindings } from "#protocols/saml/constants.ts";
import { metadataProblems } from "../support/schemas.ts";

describe("writeSpMetadata", () => {
  const acsUrl = "https://acme.id.example.test/saml/sp/acs/1";
  const claim = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress";
  const sloUrl = "https://acme.id.example.test/saml/sp/slo/provider";
  const description = {
    entityId: "urn:weftid:t:sp:<&\"'>",
    name: 'Acme <&> "Co"',
    signingCertificates: [ours.signing.certificate, oursNext.signing.certificate] as const,
    acsUrl,
    sloUrl,
    attributes: [
      { name: claim, friendlyName: "email", isRequired: true },
      { name: 'first"Name', friendlyName: "firstName", isRequired: false },
    ],
  };

  test("is valid against the schema, and says that it signs and wants signatures", () => {
    const xml = writeSpMetadata(description);
    expect(metadataProblems(xml)).toEqual([]);
    const least = { ...description, signingCertificates: [ours.signing.certificate] as const };
    expect(metadataProblems(writeSpMetadata({ ...least, attributes: [] }))).toEqual([]);
  });

  test("is read as it is meant, the names of claims not the other way round", () => {
    const read = readSpMetadata(writeSpMetadata(description), { now: new Date() });
    expect(read).toMatchObject({
      entityId: description.entityId,
      acs: [{ url: acsUrl, index: 0, isDefault: true }],
      slo: [bindings.redirect, bindings.post].map((binding) => ({
        binding,
        url: sloUrl,
        responseUrl: null,
      })),
      signingCertificates: [...description.signingCertificates],
      authnRequestsSigned: true,
      wantAssertionsSigned: true,
      displayName: description.name,
    });
    expect(
      read.requestedAttributes.map(({ name, friendlyName, isRequired }) => [
        name,
        friendlyName,
        isRequired,
      ]),
    ).toEqual([
      [claim, "email", true],
      ['first"Name', "firstName", false],
    ]);
  });

  test("is read by another library", () => {
    const { entityMeta } = ServiceProvider({ metadata: writeSpMetadata(description) });
    expect(entityMeta.getEntityID()).toBe(description.entityId);
    expect(entityMeta.getX509Certificate("signing")).toEqual([...description.signingCertificates]);
    expect(entityMeta.getAssertionConsumerService("post")).toBe(acsUrl);
    expect(entityMeta.getSingleLogoutService("redirect")).toBe(sloUrl);
  });
});
