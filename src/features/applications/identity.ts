// What we are to one application: trust is pairwise, so each gets its own entity id, metadata address and key pair.
import type { Site } from "#platform/http/context.ts";
import type { ApplicationId } from "#src/ids.ts";

export interface OwnIdentity {
  readonly entityId: string;
  readonly metadataUrl: string;
  readonly ssoUrl: string;
  /** Single logout: requests of theirs, and answers to ours. */
  readonly sloUrl: string;
  /** The page for the other side's administrator. */
  readonly setupUrl: string;
}

export function ownIdentity(site: Site, applicationId: ApplicationId): OwnIdentity {
  return {
    entityId: `urn:weftid:${site.tenantId}:idp:${applicationId}`,
    metadataUrl: `${site.origin}/saml/idp/metadata/${applicationId}`,
    ssoUrl: `${site.origin}/saml/idp/sso`,
    sloUrl: `${site.origin}/saml/idp/slo`,
    setupUrl: `${site.origin}/saml/idp/setup/${applicationId}`,
  };
}
