// Reads a service provider's metadata (SAML Metadata §2.3, §2.4.4). Its signature is not relied on: the
// document is trusted because an administrator hands it over or names the address it comes from.

import { bindings, namespaces } from "../constants.ts";
import { SamlError } from "../errors.ts";
import { attributeOf, childOf, childrenOf, metadataLimits, readXml, textOf } from "../xml.ts";
import type { XmlElement } from "../xml.ts";
import {
  booleanOf,
  certificates,
  displayNameOf,
  entityIdOf,
  localized,
  logoutEndpointsOf,
} from "./descriptor.ts";
import { findServiceProvider } from "./find-role.ts";
import type { LogoutEndpoint } from "./logout-endpoint.ts";
import { requireWebUrl, type UrlRules } from "./urls.ts";

export interface AcsEndpoint {
  url: string;
  index: number;
  /** True for exactly one endpoint, always one with the POST binding. */
  isDefault: boolean;
  binding: string;
}

export interface RequestedAttribute {
  name: string;
  nameFormat: string | undefined;
  friendlyName: string | undefined;
  isRequired: boolean;
}

export interface SpMetadata {
  entityId: string;
  acs: AcsEndpoint[];
  nameIdFormats: string[];
  /** Base64 DER, in the order of the document, each once. */
  signingCertificates: string[];
  encryptionCertificates: string[];
  authnRequestsSigned: boolean;
  wantAssertionsSigned: boolean;
  slo: LogoutEndpoint[];
  displayName: string | undefined;
  organizationName: string | undefined;
  requestedAttributes: RequestedAttribute[];
}

const { metadata } = namespaces;

/**
 * An EntityDescriptor with one SAML 2.0 service provider, or an EntitiesDescriptor around just one.
 * @throws {SamlError} the codes of `readXml`; metadata_invalid, metadata_expired,
 * metadata_without_service_provider, metadata_with_several_service_providers, acs_missing, url_refused,
 * certificate_invalid, certificate_missing.
 */
export function readSpMetadata(xml: string, options: UrlRules & { now: Date }): SpMetadata {
  try {
    const root = readXml(xml, metadataLimits);
    return describe(findServiceProvider(root, options.now), options);
  } catch (cause) {
    if (cause instanceof SamlError && cause.code === "invalid_message") {
      throw new SamlError("metadata_invalid", cause.message, { cause });
    }
    throw cause;
  }
}

function describe(
  { entity, role }: { entity: XmlElement; role: XmlElement },
  rules: UrlRules,
): SpMetadata {
  const service = attributeService(role);
  const organization = childOf(entity, metadata, "Organization");
  const described = {
    entityId: entityIdOf(entity),
    acs: assertionConsumers(role, rules),
    nameIdFormats: childrenOf(role, metadata, "NameIDFormat").map(textOf),
    signingCertificates: certificates(role, "signing"),
    encryptionCertificates: certificates(role, "encryption"),
    authnRequestsSigned: booleanOf(role, "AuthnRequestsSigned") ?? false,
    wantAssertionsSigned: booleanOf(role, "WantAssertionsSigned") ?? false,
    slo: logoutEndpointsOf(role, rules),
    displayName: displayNameOf(role) ?? localized(service, metadata, "ServiceName"),
    organizationName:
      localized(organization, metadata, "OrganizationDisplayName") ??
      localized(organization, metadata, "OrganizationName"),
    requestedAttributes: service ? requestedAttributes(service) : [],
  };
  // An import never turns a check off: it signs, so there must be something to check it with.
  if (described.authnRequestsSigned && described.signingCertificates.length === 0) {
    throw new SamlError("certificate_missing", "AuthnRequestsSigned without a signing certificate");
  }
  return described;
}

/**
 * Metadata §2.2.3: the default is the endpoint marked so, else the first not marked otherwise, else the
 * first; only those that a response can be posted to count.
 */
function assertionConsumers(role: XmlElement, rules: UrlRules): AcsEndpoint[] {
  const read = childrenOf(role, metadata, "AssertionConsumerService").map((element) => ({
    url: requireWebUrl(attributeOf(element, "Location") ?? "", rules),
    index: indexOf(element),
    marked: booleanOf(element, "isDefault"),
    binding: attributeOf(element, "Binding") ?? "",
  }));
  const posts = read.filter(({ binding }) => binding === bindings.post);
  const chosen =
    posts.find(({ marked }) => marked === true) ??
    posts.find(({ marked }) => marked === undefined) ??
    posts[0];
  if (!chosen) throw new SamlError("acs_missing", "no AssertionConsumerService with HTTP-POST");
  return read.map((endpoint) => ({
    url: endpoint.url,
    index: endpoint.index,
    isDefault: endpoint === chosen,
    binding: endpoint.binding,
  }));
}

function indexOf(element: XmlElement): number {
  const index = attributeOf(element, "index") ?? "";
  if (!/^\d{1,5}$/.test(index) || Number(index) > 65_535) {
    throw new SamlError("metadata_invalid", "index of AssertionConsumerService is not a number");
  }
  return Number(index);
}

/** The default AttributeConsumingService, else the first (§2.4.4). */
function attributeService(role: XmlElement): XmlElement | undefined {
  const services = childrenOf(role, metadata, "AttributeConsumingService");
  return services.find((service) => booleanOf(service, "isDefault") === true) ?? services[0];
}

function requestedAttributes(service: XmlElement): RequestedAttribute[] {
  return childrenOf(service, metadata, "RequestedAttribute").map((attribute) => ({
    name: attributeOf(attribute, "Name") ?? "",
    nameFormat: attributeOf(attribute, "NameFormat"),
    friendlyName: attributeOf(attribute, "FriendlyName"),
    isRequired: booleanOf(attribute, "isRequired") ?? false,
  }));
}
