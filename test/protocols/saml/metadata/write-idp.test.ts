import { describe, expect, test } from "bun:test";
import { IdentityProvider } from "samlify";
import { attributeNameFormats } from "#protocols/saml/constants.ts";
import { writeIdpMetadata } from "#protocols/saml/metadata/write-idp.ts";
import { issuedNameIdFormats } from "#protocols/saml/name-id.ts";
import { metadataLimits, readXml } from "#protocols/saml/xml.ts";
import { ours, oursNext } from "../support/keys.ts";
import { metadataProblems } from "../support/schemas.ts";

describe("writeIdpMetadata", () => {
  const ssoUrl = 'https://acme.id.example.test/saml/idp/sso?a=1&b="2"';
  const description = {
    entityId: "urn:weftid:t:idp:<&\"'>",
    signingCertificates: [ours.signing.certificate, oursNext.signing.certificate] as const,
    ssoUrl,
    wantAuthnRequestsSigned: true,
    nameIdFormats: issuedNameIdFormats,
    attributes: [
      { name: "email", nameFormat: attributeNameFormats.basic, friendlyName: "E-mail <&\"$&'>" },
      { name: "urn:groups", nameFormat: attributeNameFormats.uri },
    ],
  };

  test("is valid against the schema, with two certificates and attributes", async () => {
    const xml = await writeIdpMetadata(description);
    expect(metadataProblems(xml)).toEqual([]);
    expect(xml.indexOf(ours.signing.certificate)).toBeLessThan(
      xml.indexOf(oursNext.signing.certificate),
    );
    expect(xml).not.toContain("SingleLogoutService");
    const root = readXml(xml, metadataLimits);
    expect(root.getAttribute("entityID")).toBe(description.entityId);
    const [first, second] = [...root.getElementsByTagName("saml:Attribute")];
    expect(first?.getAttribute("FriendlyName")).toBe(description.attributes[0]?.friendlyName ?? "");
    expect(second?.getAttribute("Name")).toBe("urn:groups");
    expect(second?.hasAttribute("FriendlyName")).toBe(false);
  });

  test("is valid with the least and with logout", async () => {
    const least = {
      ...description,
      signingCertificates: [ours.signing.certificate] as const,
      attributes: [],
      nameIdFormats: [],
    };
    expect(metadataProblems(await writeIdpMetadata(least))).toEqual([]);
    const xml = await writeIdpMetadata({
      ...least,
      sloUrl: "https://acme.id.example.test/saml/idp/slo",
    });
    expect(metadataProblems(xml)).toEqual([]);
    expect(xml.match(/<SingleLogoutService/g)?.length).toBe(2);
  });

  test("is read by another library as it is meant", async () => {
    const { entityMeta } = IdentityProvider({ metadata: await writeIdpMetadata(description) });
    expect(entityMeta.getEntityID()).toBe(description.entityId);
    expect(entityMeta.getX509Certificate("signing")).toEqual([...description.signingCertificates]);
    expect(entityMeta.getSingleSignOnService("redirect")).toBe(ssoUrl);
    expect(entityMeta.getSingleSignOnService("post")).toBe(ssoUrl);
  });
});
