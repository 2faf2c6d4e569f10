// Reads an identity provider's metadata (SAML Metadata §2.3, §2.4.3). As with service providers its signature is not relied on: the document
// is trusted because an administrator hands it over or names the address it comes from.

import { publicKeysOf } from "../algorithms.ts";
import { bindings, namespaces } from "../constants.ts";
import { SamlError } from "../errors.ts";
import { attributeOf, childrenOf, metadataLimits, readXml } from "../xml.ts";
import type { XmlElement } from "../xml.ts";
import { certificates, displayNameOf, entityIdOf, logoutEndpointsOf } from "./descriptor.ts";
import { findIdentityProvider } from "./find-role.ts";
import type { LogoutEndpoint } from "./logout-endpoint.ts";
import { requireWebUrl, type UrlRules } from "./urls.ts";

export interface IdpMetadata {
  entityId: string;
  /** Where requests go; at least one of the two. */
  ssoRedirectUrl: string | undefined;
  ssoPostUrl: string | undefined;
  /** Base64 DER, at least one, each usable for a signature that we accept. */
  signingCertificates: string[];
  slo: LogoutEndpoint[];
  displayName: string | undefined;
}

const { metadata } = namespaces;

/**
 * An EntityDescriptor with one SAML 2.0 identity provider, or an EntitiesDescriptor around just one.
 * @throws {SamlError} the codes of `readXml`; metadata_invalid, metadata_expired, metadata_without_identity_provider,
 * metadata_with_several_identity_providers, sso_missing, url_refused, certificate_invalid, certificate_missing, key_refused.
 */
export function readIdpMetadata(xml: string, options: UrlRules & { now: Date }): IdpMetadata {
  try {
    const root = readXml(xml, metadataLimits);
    const { entity, role } = findIdentityProvider(root, options.now);
    const described = {
      entityId: entityIdOf(entity),
      ssoRedirectUrl: endpoint(role, bindings.redirect, options),
      ssoPostUrl: endpoint(role, bindings.post, options),
      signingCertificates: certificates(role, "signing"),
      slo: logoutEndpointsOf(role, options),
      displayName: displayNameOf(role),
    };
    if (!described.ssoRedirectUrl && !described.ssoPostUrl)
      throw new SamlError("sso_missing", "no SingleSignOnService with HTTP-Redirect or HTTP-POST");
    publicKeysOf(described.signingCertificates);
    return described;
  } catch (cause) {
    if (cause instanceof SamlError && cause.code === "invalid_message") {
      throw new SamlError("metadata_invalid", cause.message, { cause });
    }
    throw cause;
  }
}

/** The first of a binding: their order is the provider's own. */
function endpoint(role: XmlElement, binding: string, rules: UrlRules): string | undefined {
  const found = childrenOf(role, metadata, "SingleSignOnService").find(
    (service) => attributeOf(service, "Binding") === binding,
  );
  return found && requireWebUrl(attributeOf(found, "Location") ?? "", rules);
}
