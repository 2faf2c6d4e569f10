// From what an administrator gives to what we keep: pasted XML, a fetched document, or two fields.
import {
  type DescriptionSource as Source,
  peerMetadata,
  type Reading,
} from "#features/peer-metadata/index.ts";
import { bindings } from "#protocols/saml/constants.ts";
import type { LogoutEndpoint } from "#protocols/saml/metadata/logout-endpoint.ts";
import { readSpMetadata } from "#protocols/saml/metadata/read-sp.ts";
import { isIssuedNameIdFormat, nameIdFormats } from "#protocols/saml/name-id.ts";
import { keptRequests, type Requested } from "./requested.ts";
import { metadataRefused } from "./errors.ts";
import type { AcsEndpoint, NameIdFormat } from "./schema.ts";
import { texts } from "./texts.ts";

interface FromPeer {
  readonly entityId: string;
  readonly acs: readonly AcsEndpoint[];
  readonly signingCertificates: readonly string[];
  readonly signsRequests: boolean;
  readonly nameIdFormat: NameIdFormat;
  /** Empty where it says nothing of single logout. */
  readonly slo: readonly LogoutEndpoint[];
  /** What it asks to be told about people. */
  readonly requestedAttributes: readonly Requested[];
}

export interface Description extends FromPeer {
  readonly metadataUrl: string | null;
}

export interface DescriptionSource extends Source {
  readonly acsUrl?: string | undefined;
}

const peer = peerMetadata({
  refusal: metadataRefused,
  words: {
    metadata_without_service_provider: texts.noServiceProvider,
    metadata_with_several_service_providers: texts.severalServiceProviders,
    acs_missing: texts.acsMissingInMetadata,
    certificate_missing: texts.certificateMissing,
  },
});

/** The logout endpoints after a change by hand. @throws {metadataRefused} naming the field at fault */
export const { logoutAfter } = peer;

/** Reads the one source that is given. @throws {metadataRefused} naming the field at fault. */
export const describeServiceProvider = (
  source: DescriptionSource,
  by: Reading,
): Promise<Description> => peer.describe(source, by, { fromXml, byHand });

function fromXml(xml: string, by: Reading): FromPeer {
  const sp = readSpMetadata(xml, by);
  return {
    entityId: sp.entityId,
    acs: sp.acs.filter(({ binding }) => binding === bindings.post),
    signingCertificates: sp.signingCertificates,
    signsRequests: sp.authnRequestsSigned,
    nameIdFormat: sp.nameIdFormats.find(isIssuedNameIdFormat) ?? nameIdFormats.emailAddress,
    slo: sp.slo,
    requestedAttributes: keptRequests(sp.requestedAttributes),
  };
}

function byHand({ entityId, acsUrl }: DescriptionSource, by: Reading): FromPeer {
  if (!entityId || !acsUrl) throw peer.refused("source", texts.oneSource);
  const url = peer.webUrl("acsUrl", acsUrl, by);
  return {
    entityId,
    acs: [{ url, index: 0, isDefault: true, binding: bindings.post }],
    signingCertificates: [],
    signsRequests: false,
    nameIdFormat: nameIdFormats.emailAddress,
    slo: [],
    requestedAttributes: [],
  };
}
