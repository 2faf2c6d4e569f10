// From what an administrator gives to what we keep: pasted XML, a fetched document, or three fields.
import { DomainError } from "#platform/errors.ts";
import type { Outbound } from "#platform/outbound/fetch.ts";
import { publicKeysOf } from "#protocols/saml/algorithms.ts";
import { SamlError, type SamlErrorCode } from "#protocols/saml/errors.ts";
import { readCertificate } from "#protocols/saml/keys.ts";
import { changedLogout, type LogoutEndpoint } from "#protocols/saml/metadata/logout-endpoint.ts";
import { readIdpMetadata } from "#protocols/saml/metadata/read-idp.ts";
import { requireWebUrl } from "#protocols/saml/metadata/urls.ts";
import { metadataRefused } from "./errors.ts";
import { type Description, type IdentityProviderChanges, metadataMaxLength } from "./schema.ts";
import { texts } from "./texts.ts";

export interface Described {
  readonly entityId: string;
  readonly ssoRedirectUrl: string | null;
  readonly ssoPostUrl: string | null;
  /** Empty where it says nothing of single logout. */
  readonly slo: readonly LogoutEndpoint[];
  /** Base64 DER. */
  readonly signingCertificates: readonly string[];
  readonly metadataUrl: string | null;
}

export interface DescribeOptions {
  readonly outbound: Outbound;
  readonly now: Date;
  /** Development only: providers on http addresses. */
  readonly allowHttp: boolean;
}

/** Reads the one source that is given. @throws {metadataRefused} naming the field at fault. */
export async function describeProvider(
  source: Omit<Description, "source">,
  options: DescribeOptions,
): Promise<Described> {
  if (source.metadataUrl !== undefined) {
    const xml = await fetchMetadata(source.metadataUrl, options.outbound);
    return fromXml(xml, source.metadataUrl, "metadataUrl", options);
  }
  if (source.metadataXml !== undefined)
    return fromXml(source.metadataXml, null, "metadataXml", options);
  return byHand(source, options);
}

async function fetchMetadata(url: string, outbound: Outbound): Promise<string> {
  try {
    const answer = await outbound.fetch(url, {
      maxBytes: metadataMaxLength,
      redirects: 3,
      timeoutSeconds: 10,
    });
    if (answer.status !== 200)
      throw refused("metadataUrl", texts.metadataUnfetched(`HTTP ${answer.status}`));
    return answer.text();
  } catch (error) {
    if (error instanceof DomainError && error.code !== metadataRefused.code) {
      throw refused("metadataUrl", texts.metadataUnfetched(error.spec.title), error);
    }
    throw error;
  }
}

function fromXml(
  xml: string,
  metadataUrl: string | null,
  field: string,
  { now, allowHttp }: DescribeOptions,
): Described {
  try {
    const idp = readIdpMetadata(xml, { now, allowHttp });
    return {
      entityId: idp.entityId,
      ssoRedirectUrl: idp.ssoRedirectUrl ?? null,
      ssoPostUrl: idp.ssoPostUrl ?? null,
      slo: idp.slo,
      signingCertificates: idp.signingCertificates,
      metadataUrl,
    };
  } catch (error) {
    if (error instanceof SamlError)
      throw refused(field, texts.metadataUnreadable(inWords(error)), error);
    throw error;
  }
}

function byHand(
  { entityId, ssoUrl, binding, certificates }: Omit<Description, "source">,
  { allowHttp }: DescribeOptions,
): Described {
  if (!entityId || !ssoUrl || !certificates) throw refused("source", texts.oneSource);
  const signingCertificates = certificatesIn(certificates);
  const url = orRefuse("ssoUrl", texts.urlRefused, () => requireWebUrl(ssoUrl, { allowHttp }));
  return {
    entityId,
    ssoRedirectUrl: binding === "redirect" ? url : null,
    ssoPostUrl: binding === "post" ? url : null,
    slo: [],
    signingCertificates,
    metadataUrl: null,
  };
}

/** The logout endpoints after a change by hand. @throws {metadataRefused} naming the field at fault */
export function logoutAfter(
  present: readonly LogoutEndpoint[],
  { logoutUrl, logoutBinding, logoutResponseUrl }: IdentityProviderChanges,
  { allowHttp }: Pick<DescribeOptions, "allowHttp">,
): readonly LogoutEndpoint[] {
  const typed = { logoutUrl, logoutBinding, logoutResponseUrl };
  const changed = changedLogout(present, typed, { allowHttp });
  if (!("field" in changed)) return changed;
  throw refused(changed.field, changed.isMissing ? texts.logoutUrlMissing : texts.urlRefused);
}

/** PEM blocks one after the other, or one certificate in bare base64. */
function certificatesIn(typed: string): string[] {
  const blocks = typed.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  return orRefuse("certificates", texts.certificateUnreadable, () => {
    const read = (blocks ?? [typed]).map((block) => readCertificate(block).base64);
    publicKeysOf(read);
    return [...new Set(read)];
  });
}

function orRefuse<T>(field: string, problem: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof SamlError) throw refused(field, problem, error);
    throw error;
  }
}

const words: Partial<Record<SamlErrorCode, string>> = {
  not_xml: texts.notXml,
  bad_encoding: texts.notXml,
  forbidden_xml: texts.forbiddenXml,
  too_large: texts.tooLarge,
  metadata_expired: texts.expired,
  metadata_without_identity_provider: texts.noIdentityProvider,
  metadata_with_several_identity_providers: texts.severalIdentityProviders,
  sso_missing: texts.ssoMissingInMetadata,
  url_refused: texts.urlRefusedInMetadata,
  certificate_invalid: texts.certificateInvalid,
  certificate_missing: texts.certificateMissing,
  key_refused: texts.keyRefused,
};

const inWords = (error: SamlError): string => words[error.code] ?? error.message;

const refused = (field: string, problem: string, cause?: unknown) =>
  metadataRefused({ errors: { [field]: problem } }, cause);
