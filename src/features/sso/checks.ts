// Receiving an AuthnRequest: an ordered list of small checks, read from top to bottom. Until the sender and its address are
// trusted a refusal is a page of ours; from then on it is a status that the application is told.
import { type FoundApplication, findApplicationByEntityId } from "#features/applications/index.ts";
import type { DomainError, ErrorDefinition } from "#platform/errors.ts";
import type { TenantDb } from "#platform/db/database.ts";
import {
  checkDestination,
  checkFreshness,
  chooseAcs,
} from "#protocols/saml/authn-request-checks.ts";
import { type AuthnRequest, parseAuthnRequest } from "#protocols/saml/authn-request.ts";
import { type DecodedMessage, decodePost, decodeRedirect } from "#protocols/saml/bindings.ts";
import { SamlError, type SamlErrorCode } from "#protocols/saml/errors.ts";
import { chooseNameIdFormat, type NameIdChoice } from "#protocols/saml/name-id.ts";
import { verifyEnveloped } from "#protocols/saml/signature/verify-enveloped.ts";
import { verifyRedirect } from "#protocols/saml/signature/verify-redirect.ts";
import {
  acsRefused,
  applicationDisabled,
  requestInvalid,
  signatureRefused,
  staleRequest,
  unknownApplication,
  wrongDestination,
} from "./errors.ts";

/** The message as it came in, by its binding. */
export type Incoming =
  | { readonly binding: "redirect"; readonly rawQuery: string }
  | {
      readonly binding: "post";
      readonly message: string | undefined;
      readonly relayState: string | undefined;
    };

export interface AcceptedRequest {
  readonly application: FoundApplication;
  readonly request: AuthnRequest;
  readonly relayState: string | undefined;
  readonly acsUrl: string;
  /** What the application is told instead of an assertion; the rest of the request is sound. */
  readonly failure: SamlErrorCode | null;
  readonly nameId: NameIdChoice | null;
}

interface Received {
  readonly decoded: DecodedMessage & { readonly isSigned: boolean };
  readonly request: AuthnRequest;
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

/**
 * Runs the checks (SAML Core §3.4.1, Bindings §3.4–3.5, Profiles §4.1.4.1).
 * @throws {SamlError} @throws {unknownApplication} @throws {applicationDisabled}
 */
export async function checkRequest(
  db: TenantDb,
  incoming: Incoming,
  { ssoUrl, now }: { ssoUrl: string; now: Date },
): Promise<AcceptedRequest> {
  const claimed = receive(incoming);
  const application = await requireApplication(db, claimed.request.issuer);
  const { request, decoded, isSigned } = requireSignature(incoming, claimed, application);
  checkDestination(request, { url: ssoUrl, isSigned });
  checkFreshness(request, now);
  const acs = chooseAcs(request, application.serviceProvider.acs);
  // From here on the application can be told.
  const { nameId, failure } = nameIdOf(request, application);
  return { application, request, relayState: decoded.relayState, acsUrl: acs.url, nameId, failure };
}

/** Decode within limits, parse strictly. Nothing in it is believed yet, except to look up who claims to ask. */
function receive(incoming: Incoming): Received {
  const decoded =
    incoming.binding === "redirect"
      ? decodeRedirect({ rawQuery: incoming.rawQuery, parameter: "SAMLRequest" })
      : { ...decodePost(incoming), isSigned: false };
  return { decoded, request: parseAuthnRequest(decoded.xml) };
}

async function requireApplication(db: TenantDb, issuer: string): Promise<FoundApplication> {
  const application = await findApplicationByEntityId(db, issuer);
  if (!application) throw unknownApplication({ issuer: issuer.slice(0, 200) });
  if (!application.isEnabled) throw applicationDisabled();
  return application;
}

/**
 * A signature is required when the application says it signs, and must be right whenever there is one and a certificate to check it with:
 * otherwise a request could be altered on its way (ForceAuthn dropped, another registered ACS chosen). What is read from then on is what was signed.
 */
function requireSignature(incoming: Incoming, claimed: Received, application: FoundApplication) {
  const { signsRequests, signingCertificates: certificates } = application.serviceProvider;
  const carries = claimed.decoded.isSigned || claimed.request.carriesSignature;
  if (!signsRequests && !(carries && certificates.length > 0))
    return { ...claimed, isSigned: false };
  if (incoming.binding === "redirect") {
    const { rawQuery } = incoming;
    const decoded = verifyRedirect({ rawQuery, parameter: "SAMLRequest", certificates });
    return {
      decoded,
      request: sameIssuer(parseAuthnRequest(decoded.xml), application),
      isSigned: true,
    };
  }
  const { xml } = verifyEnveloped({
    xml: claimed.decoded.xml,
    message: "AuthnRequest",
    certificates,
  });
  return {
    decoded: claimed.decoded,
    request: sameIssuer(parseAuthnRequest(xml), application),
    isSigned: true,
  };
}

function sameIssuer(request: AuthnRequest, application: FoundApplication): AuthnRequest {
  if (request.issuer === application.serviceProvider.entityId) return request;
  throw new SamlError("signature_invalid", "the signed Issuer is another application");
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
