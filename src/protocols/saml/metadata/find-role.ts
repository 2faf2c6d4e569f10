// Finds the one provider of a kind in a metadata document and refuses what has expired (Metadata §2.3).

import { namespaces } from "../constants.ts";
import { SamlError, type SamlErrorCode } from "../errors.ts";
import { attributeOf, childrenOf, isNamed, type XmlElement } from "../xml.ts";

const { metadata, protocol } = namespaces;

export interface FoundProvider {
  entity: XmlElement;
  role: XmlElement;
}

interface Role {
  /** Of the descriptor. */
  readonly name: "SPSSODescriptor" | "IDPSSODescriptor";
  readonly none: SamlErrorCode;
  readonly several: SamlErrorCode;
}

/**
 * @throws {SamlError} metadata_invalid, metadata_expired, metadata_without_service_provider or
 * metadata_with_several_service_providers.
 */
export const findServiceProvider = (root: XmlElement, now: Date): FoundProvider =>
  findRole(root, now, {
    name: "SPSSODescriptor",
    none: "metadata_without_service_provider",
    several: "metadata_with_several_service_providers",
  });

/**
 * @throws {SamlError} metadata_invalid, metadata_expired, metadata_without_identity_provider or
 * metadata_with_several_identity_providers.
 */
export const findIdentityProvider = (root: XmlElement, now: Date): FoundProvider =>
  findRole(root, now, {
    name: "IDPSSODescriptor",
    none: "metadata_without_identity_provider",
    several: "metadata_with_several_identity_providers",
  });

function findRole(root: XmlElement, now: Date, { name, none, several }: Role): FoundProvider {
  const found = entitiesIn(root, now).flatMap((entity) =>
    childrenOf(entity, metadata, name)
      .filter(speaksSaml2)
      .map((role) => ({ entity, role })),
  );
  const [first, second] = found;
  if (!first) throw new SamlError(none, `no SAML 2.0 ${name}`);
  if (second) throw new SamlError(several, `${found.length} providers`);
  refuseExpired(first.role, now);
  return first;
}

/** An aggregate's own validity covers everything in it (§2.3.1). */
function entitiesIn(root: XmlElement, now: Date): XmlElement[] {
  refuseExpired(root, now);
  if (isNamed(root, metadata, "EntityDescriptor")) return [root];
  if (!isNamed(root, metadata, "EntitiesDescriptor")) {
    throw new SamlError("metadata_invalid", `unexpected root ${root.localName}`);
  }
  return [
    ...childrenOf(root, metadata, "EntityDescriptor").flatMap((entity) => entitiesIn(entity, now)),
    ...childrenOf(root, metadata, "EntitiesDescriptor").flatMap((group) => entitiesIn(group, now)),
  ];
}

function speaksSaml2(role: XmlElement): boolean {
  return (attributeOf(role, "protocolSupportEnumeration") ?? "").split(/\s+/).includes(protocol);
}

/** Stops an old, still signed document from bringing back an endpoint or a key that was withdrawn. */
function refuseExpired(element: XmlElement, now: Date): void {
  const validUntil = attributeOf(element, "validUntil");
  if (validUntil === undefined) return;
  const instant = Date.parse(validUntil);
  if (Number.isNaN(instant))
    throw new SamlError("metadata_invalid", "validUntil is not an instant");
  if (instant <= now.getTime()) throw new SamlError("metadata_expired", "validUntil has passed");
}
