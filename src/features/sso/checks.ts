// Receiving an AuthnRequest: an ordered list of small checks, read from top to bottom. Until the sender and its address are
// trusted a refusal is a page of ours; from then on it is a status that the application is told.
import type { FoundApplication } from "#features/applications/index.ts";
import type { DomainError, ErrorDefinition } from "#platform/errors.ts";
import {
  checkDestination,
  checkFreshness,
  chooseAcs,
} from "#protocols/saml/authn-request-checks.ts";
import type { AuthnRequest } from "#protocols/saml/authn-request.ts";
import { SamlError, type SamlErrorCode } from "#protocols/saml/errors.ts";
import {
  type InboundRequest,
  readInboundRequest,
  type ReceivedRequest,
  verifyInboundRequest,
} from "#protocols/saml/inbound-request.ts";
import { chooseNameIdFormat, type NameIdChoice } from "#protocols/saml/name-id.ts";
import type { ApplicationId } from "#src/ids.ts";
import {
  acsRefused,
  applicationDisabled,
  requestInvalid,
  signatureRefused,
  staleRequest,
  unknownApplication,
  wrongDestination,
} from "./errors.ts";

export interface AcceptedRequest {
  readonly application: FoundApplication;
  readonly request: AuthnRequest;
  readonly relayState: string | undefined;
  readonly acsUrl: string;
  /** What the application is told instead of an assertion; the rest of the request is sound. */
  readonly failure: SamlErrorCode | null;
  readonly nameId: NameIdChoice | null;
  /** The application's key vouches for it. */
  readonly isSigned: boolean;
}

/** Which page a failed check becomes while nobody can be told by protocol. */
const pageFor: Partial<Record<SamlErrorCode, ErrorDefinition>> = {
  destination_mismatch: wrongDestination,
  request_expired: staleRequest,
  request_not_yet_valid: staleRequest,
  acs_not_registered: acsRefused,
  unsupported_binding: acsRefused,
  signature_missing: signatureRefused,
  signature_structure: signatureRefused,
  signature_algorithm: signatureRefused,
  signature_reference: signatureRefused,
  signature_invalid: signatureRefused,
  certificate_missing: signatureRefused,
  certificate_invalid: signatureRefused,
  key_refused: signatureRefused,
};

/** The refusal a person is shown for a SAML error; the code goes to the log and the audit trail. */
export const refusalOf = (error: SamlError): DomainError =>
  (pageFor[error.code] ?? requestInvalid)({ reason: error.code }, error);

export interface Receiving {
  readonly ssoUrl: string;
  readonly now: Date;
  /** What we are called to an application. */
  ownEntityId(applicationId: ApplicationId): string;
}

/**
 * Runs the checks (SAML Core §3.4.1, Bindings §3.4–3.5, Profiles §4.1.4.1). Only the look-up waits: verifying a signature takes too
 * long to hold a transaction open meanwhile.
 * @param find The application that calls itself so, or null.
 * @throws {SamlError} @throws {unknownApplication} @throws {applicationDisabled}
 */
export async function checkRequest(
  inbound: InboundRequest,
  find: (entityId: string) => Promise<FoundApplication | null>,
  { ssoUrl, now, ownEntityId }: Receiving,
): Promise<AcceptedRequest> {
  // Decoded within limits and parsed strictly; nothing in it is believed yet, except to look up who claims to ask.
  const claimed = readInboundRequest(inbound);
  const { issuer } = claimed.request;
  const application = await find(issuer);
  if (!application) throw unknownApplication({ issuer: issuer.slice(0, 200) });
  if (!application.isEnabled) throw applicationDisabled();
  const { request, relayState, isSigned } = requireSignature(inbound, claimed, application);
  checkDestination(request, { url: ssoUrl, isSigned });
  checkFreshness(request, now);
  const acs = chooseAcs(request, application.serviceProvider.acs);
  // From here on the application can be told.
  const { nameId, failure } = nameIdOf(request, application);
  const isOthers = isOfAnother(request, issuer, ownEntityId(application.id));
  return {
    application,
    request,
    relayState,
    acsUrl: acs.url,
    nameId,
    failure: failure ?? (isOthers ? "subject_of_another" : null),
    isSigned,
  };
}

/**
 * A signature is required when the application says it signs, and must be right whenever there is one and a certificate to check it with:
 * otherwise a request could be altered on its way (ForceAuthn dropped, another registered ACS chosen). What is read from then on is what was signed.
 */
function requireSignature(
  inbound: InboundRequest,
  claimed: ReceivedRequest & { readonly isSigned: boolean },
  { serviceProvider }: FoundApplication,
): ReceivedRequest & { readonly isSigned: boolean } {
  const { entityId, signsRequests, signingCertificates } = serviceProvider;
  const canCheck = claimed.isSigned && signingCertificates.length > 0;
  if (!signsRequests && !canCheck) return { ...claimed, isSigned: false };
  const signed = verifyInboundRequest(inbound, signingCertificates);
  if (signed.request.issuer !== entityId) {
    throw new SamlError("signature_invalid", "the signed Issuer is another application");
  }
  return { ...signed, isSigned: true };
}

/** Whether the named subject is an identifier that somebody else made, or made for somebody else (Core §2.2.2). */
function isOfAnother({ subject }: AuthnRequest, spEntityId: string, ownEntityId: string): boolean {
  const { nameQualifier = ownEntityId, spNameQualifier = spEntityId } = subject ?? {};
  return nameQualifier !== ownEntityId || spNameQualifier !== spEntityId;
}

function nameIdOf(
  request: AuthnRequest,
  { serviceProvider }: FoundApplication,
): { nameId: NameIdChoice | null; failure: SamlErrorCode | null } {
  try {
    const nameId = chooseNameIdFormat({
      configured: serviceProvider.nameIdFormat,
      spEntityId: serviceProvider.entityId,
      policy: request.nameIdPolicy,
    });
    return { nameId, failure: null };
  } catch (error) {
    if (error instanceof SamlError) return { nameId: null, failure: error.code };
    throw error;
  }
}
