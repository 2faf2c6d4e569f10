// Checks of an AuthnRequest against what we know: our address, the clock, the requester's endpoints.
// Each is one line of the list that the sign-on door reads from top to bottom.

import type { AuthnRequest } from "./authn-request.ts";
import { bindings } from "./constants.ts";
import { SamlError } from "./errors.ts";
import type { AcsEndpoint } from "./metadata/read-sp.ts";

/** Differences between two clocks that are nobody's fault. */
const skewSeconds = 120;
/** A request older than this was kept by someone; the person behind it has long gone elsewhere. */
const requestMaxAgeSeconds = 600;

/**
 * The request was meant for us (Core §3.2.1): a signed one must say so (Bindings §3.4.5.2, §3.5.5.2), any
 * that says so must be right, character by character. Stops a request signed for another provider.
 * @throws {SamlError} destination_mismatch
 */
export function checkDestination(
  request: Pick<AuthnRequest, "destination">,
  expected: { url: string; isSigned: boolean },
): void {
  if (request.destination === undefined && !expected.isSigned) return;
  if (request.destination !== expected.url) {
    throw new SamlError(
      "destination_mismatch",
      `unexpected Destination, expected "${expected.url}"`,
    );
  }
}

/**
 * The request is recent, so that remembering request ids for a while is enough against replay.
 * @throws {SamlError} request_expired or request_not_yet_valid
 */
export function checkFreshness(request: Pick<AuthnRequest, "issueInstant">, now: Date): void {
  const ageSeconds = (now.getTime() - request.issueInstant.getTime()) / 1_000;
  if (ageSeconds > requestMaxAgeSeconds + skewSeconds) {
    throw new SamlError("request_expired", "IssueInstant is too long ago");
  }
  if (ageSeconds < -skewSeconds) {
    throw new SamlError("request_not_yet_valid", "IssueInstant is in the future");
  }
}

/**
 * Where the response goes (Core §3.4.1, Metadata §2.2.3): a registered endpoint by exact address or by
 * index, else the default. An address that is only similar would hand the assertion to someone else.
 * @throws {SamlError} acs_not_registered or unsupported_binding
 */
export function chooseAcs(
  request: Pick<AuthnRequest, "acsUrl" | "acsIndex" | "protocolBinding">,
  registered: readonly AcsEndpoint[],
): AcsEndpoint {
  if (request.protocolBinding !== undefined && request.protocolBinding !== bindings.post) {
    throw new SamlError("unsupported_binding", "only HTTP-POST carries a response");
  }
  const endpoints = registered.filter((endpoint) => endpoint.binding === bindings.post);
  const chosen = requestedAcs(request, endpoints);
  if (!chosen) throw new SamlError("acs_not_registered", "no registered endpoint is asked for");
  return chosen;
}

function requestedAcs(
  { acsUrl, acsIndex }: Pick<AuthnRequest, "acsUrl" | "acsIndex">,
  endpoints: readonly AcsEndpoint[],
): AcsEndpoint | undefined {
  if (acsUrl !== undefined) return endpoints.find((endpoint) => endpoint.url === acsUrl);
  if (acsIndex !== undefined) return endpoints.find((endpoint) => endpoint.index === acsIndex);
  return defaultAcs(endpoints);
}

/** Where a response goes that no request asked for. Reading metadata marks exactly one as default. */
export function defaultAcs(endpoints: readonly AcsEndpoint[]): AcsEndpoint | undefined {
  return endpoints.find((endpoint) => endpoint.isDefault) ?? endpoints[0];
}
