// Taking a response: an ordered list of small checks, read from top to bottom. What was found on the way is kept for whoever tries the
// connection out; everybody else learns that it was refused.
import { decodePost } from "#protocols/saml/bindings.ts";
import { SamlError } from "#protocols/saml/errors.ts";
import {
  type ReadAssertion,
  readResponse,
  type ResponseEnvelope,
} from "#protocols/saml/read-response.ts";
import {
  checkAudience,
  checkAuthn,
  checkConditions,
  checkConfirmation,
  checkIssuers,
  checkNameId,
  checkResponseAge,
  checkResponseDestination,
  checkStatus,
} from "#protocols/saml/response-checks.ts";
import { verifyResponse } from "#protocols/saml/signature/verify-response.ts";
import type { Named, Standing } from "./assignments.ts";
import { readClaims } from "./claims.ts";
import type { FoundProvider } from "./queries.ts";
import type { Asserted, WaitingRequest } from "./requests.ts";

/** What is known of a response by now; filled from check to check. */
export interface Findings {
  request: WaitingRequest | null;
  /** The document, once it was read within limits. */
  xml: string | null;
  /** Verified. */
  assertion: ReadAssertion | null;
}

export interface Expected {
  readonly acsUrl: string;
  readonly ourEntityId: string;
  readonly now: Date;
  /** The request that a message answers, if it still waits, with its provider; null: there is none. */
  find(
    messageId: string,
  ): Promise<{ readonly request: WaitingRequest; readonly provider: FoundProvider } | null>;
  /** Whether the provider may name an address outside of its domains, because the person is expected. */
  standingOf(named: Named): Promise<Standing>;
}

/**
 * Runs the checks (SAML Profiles §4.1.4.2–4.1.4.3, Core §3.3.3). Only the look-ups wait. Replay is what remains: it is told by writing.
 * @throws {SamlError}
 */
export async function checkResponse(
  message: string | undefined,
  { acsUrl, ourEntityId, now, find, standingOf }: Expected,
  findings: Findings,
): Promise<{ asserted: Asserted; assertion: ReadAssertion; request: WaitingRequest }> {
  // Decoded within limits and parsed strictly; nothing in it is believed yet, except to look up which request it claims to answer.
  const { xml } = decodePost({ message });
  findings.xml = xml;
  const claimed = readResponse(xml);
  const { request, provider, theirs } = await requireRequest(claimed, find);
  findings.request = request;

  checkStatus(claimed);
  checkResponseDestination(claimed, { acsUrl, isSigned: false });
  checkIssuers(claimed, null, theirs.entityId);

  // From here on only what the provider's key covers is read.
  const { envelope, isEnvelopeSigned, assertion } = verifyResponse({
    xml,
    certificates: theirs.signingCertificates,
  });
  findings.assertion = assertion;
  checkStatus(envelope);
  checkResponseDestination(envelope, { acsUrl, isSigned: isEnvelopeSigned });
  checkResponseAge(envelope, now);
  requireSame(envelope, request);
  checkIssuers(envelope, assertion, theirs.entityId);
  checkAudience(assertion, ourEntityId);
  checkConfirmation(assertion, { acsUrl, requestId: request.messageId, now });
  checkConditions(assertion, now);
  checkAuthn(assertion, { now, notBefore: request.forceAuthn ? request.createdAt : null });
  checkNameId(assertion.nameId, { theirEntityId: theirs.entityId, ourEntityId });
  return { asserted: await readClaims(assertion, provider, standingOf), assertion, request };
}

/**
 * A response answers a request that still waits at this address. One that answers none is refused: whoever can have a browser post it
 * could sign its owner in to an account of their own (login CSRF).
 */
async function requireRequest({ inResponseTo }: ResponseEnvelope, find: Expected["find"]) {
  if (inResponseTo === undefined)
    throw new SamlError("unsolicited_response", "the response answers no request");
  const found = await find(inResponseTo);
  const theirs = found?.provider.provider;
  if (!found || !theirs)
    throw new SamlError("unknown_request", "no request of that id waits at this address");
  return { ...found, theirs };
}

function requireSame({ inResponseTo }: ResponseEnvelope, { messageId }: WaitingRequest): void {
  if (inResponseTo !== messageId)
    throw new SamlError("unknown_request", "the signed response answers another request");
}
