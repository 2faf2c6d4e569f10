// From what an administrator gives to what we keep: pasted XML, a fetched document, or three fields.
import { peerMetadata, type Reading } from "#features/peer-metadata/index.ts";
import { publicKeysOf } from "#protocols/saml/algorithms.ts";
import { readCertificate } from "#protocols/saml/keys.ts";
import type { LogoutEndpoint } from "#protocols/saml/metadata/logout-endpoint.ts";
import { readIdpMetadata } from "#protocols/saml/metadata/read-idp.ts";
import { metadataRefused } from "./errors.ts";
import type { Description } from "./schema.ts";
import { texts } from "./texts.ts";

interface FromPeer {
  readonly entityId: string;
  readonly ssoRedirectUrl: string | null;
  readonly ssoPostUrl: string | null;
  /** Empty where it says nothing of single logout. */
  readonly slo: readonly LogoutEndpoint[];
  /** Base64 DER. */
  readonly signingCertificates: readonly string[];
}

export interface Described extends FromPeer {
  readonly metadataUrl: string | null;
}

const peer = peerMetadata({
  refusal: metadataRefused,
  words: {
    metadata_without_identity_provider: texts.noIdentityProvider,
    metadata_with_several_identity_providers: texts.severalIdentityProviders,
    sso_missing: texts.ssoMissingInMetadata,
    certificate_missing: texts.certificateMissing,
    key_refused: texts.keyRefused,
  },
});

/** The logout endpoints after a change by hand. @throws {metadataRefused} naming the field at fault */
export const { logoutAfter } = peer;

/** Reads the one source that is given. @throws {metadataRefused} naming the field at fault. */
export const describeProvider = (source: Description, by: Reading): Promise<Described> =>
  peer.describe(source, by, { fromXml, byHand });

function fromXml(xml: string, by: Reading): FromPeer {
  const idp = readIdpMetadata(xml, by);
  return {
    entityId: idp.entityId,
    ssoRedirectUrl: idp.ssoRedirectUrl ?? null,
    ssoPostUrl: idp.ssoPostUrl ?? null,
    slo: idp.slo,
    signingCertificates: idp.signingCertificates,
  };
}

function byHand({ entityId, ssoUrl, binding, certificates }: Description, by: Reading): FromPeer {
  if (!entityId || !ssoUrl || !certificates) throw peer.refused("source", texts.oneSource);
  const signingCertificates = certificatesIn(certificates);
  const url = peer.webUrl("ssoUrl", ssoUrl, by);
  return {
    entityId,
    ssoRedirectUrl: binding === "redirect" ? url : null,
    ssoPostUrl: binding === "post" ? url : null,
    slo: [],
    signingCertificates,
  };
}

/** PEM blocks one after the other, or one certificate in bare base64. */
function certificatesIn(typed: string): string[] {
  const blocks = typed.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  return peer.orRefuse(
    "certificates",
    () => texts.certificateUnreadable,
    () => {
      const read = (blocks ?? [typed]).map((block) => readCertificate(block).base64);
      publicKeysOf(read);
      return [...new Set(read)];
    },
  );
}
