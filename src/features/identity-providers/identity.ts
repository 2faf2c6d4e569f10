// What we are to one identity provider: trust is pairwise, so each gets its own entity id, addresses and key pair.
import type { Site } from "#platform/http/context.ts";
import type { IdentityProviderId } from "#src/ids.ts";

export interface OwnIdentity {
  readonly entityId: string;
  readonly acsUrl: string;
  /** Single logout: requests of theirs, and answers to ours. */
  readonly sloUrl: string;
  readonly metadataUrl: string;
  /** The page for the other side's administrator. */
  readonly setupUrl: string;
}

export function ownIdentity(site: Site, providerId: IdentityProviderId): OwnIdentity {
  return {
    entityId: `urn:weftid:${site.tenantId}:sp:${providerId}`,
    acsUrl: `${site.origin}/saml/sp/acs/${providerId}`,
    sloUrl: `${site.origin}/saml/sp/slo/${providerId}`,
    metadataUrl: `${site.origin}/saml/sp/metadata/${providerId}`,
    setupUrl: `${site.origin}/saml/sp/setup/${providerId}`,
  };
}
