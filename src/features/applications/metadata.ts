// From what an administrator gives to what we keep: pasted XML, a fetched document, or two fields.
import { DomainError } from "#platform/errors.ts";
import type { Outbound } from "#platform/outbound/fetch.ts";
import { bindings } from "#protocols/saml/constants.ts";
import { SamlError, type SamlErrorCode } from "#protocols/saml/errors.ts";
import { changedLogout, type LogoutEndpoint } from "#protocols/saml/metadata/logout-endpoint.ts";
import { readSpMetadata } from "#protocols/saml/metadata/read-sp.ts";
import { requireWebUrl } from "#protocols/saml/metadata/urls.ts";
import { isIssuedNameIdFormat, nameIdFormats } from "#protocols/saml/name-id.ts";
import { keptRequests, type Requested } from "./requested.ts";
import { metadataRefused } from "./errors.ts";
import {
  type AcsEndpoint,
  type ApplicationChanges,
  metadataMaxLength,
  type NameIdFormat,
} from "./schema.ts";
import { texts } from "./texts.ts";

export interface Description {
  readonly entityId: string;
  readonly acs: readonly AcsEndpoint[];
  readonly signingCertificates: readonly string[];
  readonly signsRequests: boolean;
  readonly nameIdFormat: NameIdFormat;
  /** Empty where it says nothing of single logout. */
  readonly slo: readonly LogoutEndpoint[];
  readonly metadataUrl: string | null;
  /** What it asks to be told about people. */
  readonly requestedAttributes: readonly Requested[];
}

export interface DescriptionSource {
  readonly metadataXml?: string | undefined;
  readonly metadataUrl?: string | undefined;
  readonly entityId?: string | undefined;
  readonly acsUrl?: string | undefined;
}

export interface DescribeOptions {
  readonly outbound: Outbound;
  readonly now: Date;
  /** Development only: applications on http addresses. */
  readonly allowHttp: boolean;
}

/** Reads the one source that is given. @throws {metadataRefused} naming the field at fault. */
export async function describeServiceProvider(
  source: DescriptionSource,
  options: DescribeOptions,
): Promise<Description> {
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
): Description {
  try {
    const sp = readSpMetadata(xml, { now, allowHttp });
    return {
      entityId: sp.entityId,
      acs: sp.acs.filter(({ binding }) => binding === bindings.post),
      signingCertificates: sp.signingCertificates,
      signsRequests: sp.authnRequestsSigned,
      nameIdFormat: sp.nameIdFormats.find(isIssuedNameIdFormat) ?? nameIdFormats.emailAddress,
      slo: sp.slo,
      metadataUrl,
      requestedAttributes: keptRequests(sp.requestedAttributes),
    };
  } catch (error) {
    if (error instanceof SamlError)
      throw refused(field, texts.metadataUnreadable(inWords(error)), error);
    throw error;
  }
}

function byHand(
  { entityId, acsUrl }: DescriptionSource,
  { allowHttp }: DescribeOptions,
): Description {
  if (!entityId || !acsUrl) throw refused("source", texts.oneSource);
  try {
    const url = requireWebUrl(acsUrl, { allowHttp });
    return {
      entityId,
      acs: [{ url, index: 0, isDefault: true, binding: bindings.post }],
      signingCertificates: [],
      signsRequests: false,
      nameIdFormat: nameIdFormats.emailAddress,
      slo: [],
      metadataUrl: null,
      requestedAttributes: [],
    };
  } catch (error) {
    if (error instanceof SamlError) throw refused("acsUrl", texts.urlRefused, error);
    throw error;
  }
}

/** The logout endpoints after a change by hand. @throws {metadataRefused} naming the field at fault */
export function logoutAfter(
  present: readonly LogoutEndpoint[],
  { logoutUrl, logoutBinding, logoutResponseUrl }: ApplicationChanges,
  { allowHttp }: Pick<DescribeOptions, "allowHttp">,
): readonly LogoutEndpoint[] {
  const typed = { logoutUrl, logoutBinding, logoutResponseUrl };
  const changed = changedLogout(present, typed, { allowHttp });
  if (!("field" in changed)) return changed;
  throw refused(changed.field, changed.isMissing ? texts.logoutUrlMissing : texts.urlRefused);
}

const words: Partial<Record<SamlErrorCode, string>> = {
  not_xml: texts.notXml,
  bad_encoding: texts.notXml,
  forbidden_xml: texts.forbiddenXml,
  too_large: texts.tooLarge,
  metadata_expired: texts.expired,
  metadata_without_service_provider: texts.noServiceProvider,
  metadata_with_several_service_providers: texts.severalServiceProviders,
  acs_missing: texts.acsMissingInMetadata,
  url_refused: texts.acsRefusedInMetadata,
  certificate_invalid: texts.certificateInvalid,
  certificate_missing: texts.certificateMissing,
};

const inWords = (error: SamlError): string => words[error.code] ?? error.message;

const refused = (field: string, problem: string, cause?: unknown) =>
  metadataRefused({ errors: { [field]: problem } }, cause);
