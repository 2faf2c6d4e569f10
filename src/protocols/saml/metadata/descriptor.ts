// What the descriptors of both roles have in common (SAML Metadata §2.3–2.4).

import { parseCertificate } from "../algorithms.ts";
import { namespaces } from "../constants.ts";
import { SamlError } from "../errors.ts";
import { attributeOf, childOf, childrenOf, textOf, type XmlElement } from "../xml.ts";
import { LogoutEndpoint } from "./logout-endpoint.ts";
import { isWebUrl, type UrlRules } from "./urls.ts";

const { metadata, metadataUi } = namespaces;

/** @throws {SamlError} metadata_invalid */
export function entityIdOf(entity: XmlElement): string {
  const entityId = attributeOf(entity, "entityID")?.trim();
  if (!entityId || entityId.length > 1_024) {
    throw new SamlError("metadata_invalid", "entityID is absent or over 1024 characters");
  }
  return entityId;
}

/** Of a role; more of them are nobody's. */
const logoutEndpointsMost = 20;

/**
 * Those by HTTP-Redirect and HTTP-POST. Others are not spoken here, and their addresses need not be for browsers. One that a browser is not
 * sent to is left out, not the document: people sign in all the same, and no logout is told there.
 */
export const logoutEndpointsOf = (role: XmlElement, rules: UrlRules): LogoutEndpoint[] =>
  childrenOf(role, metadata, "SingleLogoutService")
    .flatMap((service) => logoutEndpoint(service, rules) ?? [])
    .slice(0, logoutEndpointsMost);

function logoutEndpoint(element: XmlElement, rules: UrlRules): LogoutEndpoint | null {
  const binding = LogoutEndpoint.shape.binding.safeParse(attributeOf(element, "Binding"));
  if (!binding.success) return null;
  const url = attributeOf(element, "Location") ?? "";
  // Some write the attribute and nothing into it.
  const responseUrl = attributeOf(element, "ResponseLocation") || null;
  if (![url, ...(responseUrl === null ? [] : [responseUrl])].every((one) => isWebUrl(one, rules)))
    return null;
  return { binding: binding.data, url, responseUrl };
}

/** Base64 DER, in the order of the document, each once. A KeyDescriptor without `use` serves both (§2.4.1.1). */
export function certificates(role: XmlElement, use: "signing" | "encryption"): string[] {
  const found = childrenOf(role, metadata, "KeyDescriptor")
    .filter((descriptor) => (attributeOf(descriptor, "use") ?? use) === use)
    .flatMap((descriptor) => childrenOf(descriptor, namespaces.signature, "KeyInfo"))
    .flatMap((keyInfo) => childrenOf(keyInfo, namespaces.signature, "X509Data"))
    .flatMap((data) => childrenOf(data, namespaces.signature, "X509Certificate"))
    .map((certificate) => parseCertificate(textOf(certificate)).raw.toString("base64"));
  return [...new Set(found)];
}

/** What the provider calls itself on pages (Metadata UI §2.1.2). */
export const displayNameOf = (role: XmlElement): string | undefined =>
  localized(uiInfoOf(role), metadataUi, "DisplayName");

function uiInfoOf(role: XmlElement): XmlElement | undefined {
  const extensions = childOf(role, metadata, "Extensions");
  return extensions && childOf(extensions, metadataUi, "UIInfo");
}

/** The English text of a localised element, else its first; cut, since it is only a label. */
export function localized(
  parent: XmlElement | undefined,
  namespace: string,
  name: string,
): string | undefined {
  const texts = parent ? childrenOf(parent, namespace, name) : [];
  const language = (text: XmlElement) => text.getAttributeNS(namespaces.xml, "lang") ?? "";
  const chosen = texts.find((text) => /^en\b/i.test(language(text))) ?? texts[0];
  return (chosen && textOf(chosen).slice(0, 255)) || undefined;
}

/** @throws {SamlError} metadata_invalid */
export function booleanOf(element: XmlElement, name: string): boolean | undefined {
  const value = attributeOf(element, name);
  if (value === undefined) return undefined;
  if (value === "true" || value === "1") return true;
  if (value === "false" || value === "0") return false;
  throw new SamlError("metadata_invalid", `${name} is not a boolean`);
}
