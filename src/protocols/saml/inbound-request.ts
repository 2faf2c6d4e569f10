// An AuthnRequest as it reaches the sign-on door, over either binding: first read to learn who asks,
// then, when that application signs, read again from nothing but what its key covers.

import { parseAuthnRequest, type AuthnRequest } from "./authn-request.ts";
import { decodePost, decodeRedirect } from "./bindings.ts";
import { verifyEnveloped } from "./signature/verify-enveloped.ts";
import { verifyRedirect } from "./signature/verify-redirect.ts";

export type InboundRequest =
  /** The query as it came, undecoded, with or without its question mark. */
  | { binding: "redirect"; rawQuery: string }
  /** The two fields of the form. */
  | { binding: "post"; message: string | undefined; relayState?: string | undefined };

export interface ReceivedRequest {
  request: AuthnRequest;
  relayState: string | undefined;
}

/**
 * The request, unverified. `isSigned` says that a signature of the binding's own kind is there; an XML
 * signature inside a redirected message does not count, for it must not be there (Bindings §3.4.4.1).
 * @throws {SamlError} the codes of `decodeRedirect` or `decodePost` and of `parseAuthnRequest`.
 */
export function readInboundRequest(
  inbound: InboundRequest,
): ReceivedRequest & { isSigned: boolean } {
  if (inbound.binding === "redirect") {
    const { rawQuery } = inbound;
    const { xml, relayState, isSigned } = decodeRedirect({ rawQuery, parameter: "SAMLRequest" });
    return { request: parseAuthnRequest(xml), relayState, isSigned };
  }
  const { xml, relayState } = decodePost(inbound);
  const request = parseAuthnRequest(xml);
  return { request, relayState, isSigned: request.carriesSignature };
}

/**
 * The request as the application signed it. Over POST the RelayState is beside the signature and stays
 * the browser's word.
 * @throws {SamlError} the codes of `verifyRedirect` or `verifyEnveloped`, and of `readInboundRequest`.
 */
export function verifyInboundRequest(
  inbound: InboundRequest,
  certificates: readonly string[],
): ReceivedRequest {
  if (inbound.binding === "redirect") {
    const { rawQuery } = inbound;
    const signed = verifyRedirect({ rawQuery, parameter: "SAMLRequest", certificates });
    return { request: parseAuthnRequest(signed.xml), relayState: signed.relayState };
  }
  const { xml, relayState } = decodePost(inbound);
  const verified = verifyEnveloped({ xml, message: "AuthnRequest", certificates });
  return { request: parseAuthnRequest(verified.xml), relayState };
}
