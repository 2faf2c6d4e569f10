// Metadata of a service provider, whole and in parts.

import { attributeNameFormats, bindings, namespaces } from "#protocols/saml/constants.ts";
import { nameIdFormats } from "#protocols/saml/name-id.ts";
import { ours, theirs, theirsNext } from "./keys.ts";

export const entityId = "https://sp.example.org/metadata";

export function keyDescriptor(certificates: string | string[], use?: string): string {
  const x509 = [certificates]
    .flat()
    .map((text) => `<ds:X509Certificate>${text}</ds:X509Certificate>`);
  return (
    `<md:KeyDescriptor${use ? ` use="${use}"` : ""}><ds:KeyInfo><ds:X509Data>${x509.join("")}` +
    `</ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`
  );
}

export const acs = (attributes: string) =>
  `<md:AssertionConsumerService Binding="${bindings.post}" ${attributes}/>`;
export const oneAcs = acs('Location="https://sp.example.org/acs" index="0"');

export function descriptor(
  children: string,
  { role = "", entity = "", id = entityId, around = "" } = {},
): string {
  return (
    `<md:EntityDescriptor xmlns:md="${namespaces.metadata}" xmlns:ds="${namespaces.signature}" ` +
    `entityID="${id}" ${entity}><md:SPSSODescriptor protocolSupportEnumeration="${namespaces.protocol}" ${role}>` +
    `${children}</md:SPSSODescriptor>${around}</md:EntityDescriptor>`
  );
}

export const aggregate = (...entities: string[]) =>
  `<md:EntitiesDescriptor xmlns:md="${namespaces.metadata}">${entities.join("")}</md:EntitiesDescriptor>`;

export const full = descriptor(
  `<md:Extensions><mdui:UIInfo xmlns:mdui="${namespaces.metadataUi}">` +
    `<mdui:DisplayName xml:lang="de">Der Laden</mdui:DisplayName><mdui:DisplayName xml:lang="en">The Shop</mdui:DisplayName>` +
    `</mdui:UIInfo></md:Extensions>` +
    keyDescriptor(theirs.signing.certificate, "signing") +
    keyDescriptor(theirsNext.signing.certificate.replace(/.{64}/g, "$&\n"), "signing") +
    keyDescriptor(ours.signing.certificate, "encryption") +
    `<md:SingleLogoutService Binding="${bindings.redirect}" Location="https://sp.example.org/slo" ResponseLocation="https://sp.example.org/slo-answer"/>` +
    `<md:NameIDFormat>${nameIdFormats.persistent}</md:NameIDFormat><md:NameIDFormat>${nameIdFormats.transient}</md:NameIDFormat>` +
    `<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact" Location="https://sp.example.org/artifact" index="0"/>` +
    acs('Location="https://sp.example.org/acs?a=1&amp;b=2" index="1"') +
    acs('Location="https://sp.example.org/acs2" index="2" isDefault="true"') +
    `<md:AttributeConsumingService index="0"><md:ServiceName xml:lang="en">Service</md:ServiceName>` +
    `<md:RequestedAttribute Name="urn:oid:0.9.2342.19200300.100.1.3" NameFormat="${attributeNameFormats.uri}" FriendlyName="mail" isRequired="true"/>` +
    `<md:RequestedAttribute Name="groups"/></md:AttributeConsumingService>`,
  {
    role: 'AuthnRequestsSigned="true" WantAssertionsSigned="1" validUntil="2027-01-01T00:00:00Z"',
    around:
      `<md:Organization><md:OrganizationName xml:lang="en">shop-ltd</md:OrganizationName>` +
      `<md:OrganizationDisplayName xml:lang="en">Shop Ltd.</md:OrganizationDisplayName>` +
      `<md:OrganizationURL xml:lang="en">https://example.org</md:OrganizationURL></md:Organization>`,
  },
);
