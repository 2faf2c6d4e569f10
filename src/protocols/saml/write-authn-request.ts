// Writes the AuthnRequest that asks an identity provider who is there (Core §3.4.1, Profiles §4.1.4.1).

import { element, requireId, startTag, textElement } from "./canonical.ts";
import { bindings, namespaces } from "./constants.ts";
import type { CanonicalElement } from "./signature/sign.ts";

export interface AuthnRequestContent {
  readonly id: string;
  /** Our entity id. */
  readonly issuer: string;
  /** The address that the request is sent to. */
  readonly destination: string;
  /** Where the response is to be posted. */
  readonly acsUrl: string;
  readonly now: Date;
  /** Everything is asked for again, whatever session there is. */
  readonly forceAuthn: boolean;
  /** Context classes of which one is asked for; empty: whatever the provider does. */
  readonly contexts: readonly string[];
}

/**
 * The request, cut where a signature belongs. There is no NameIDPolicy: providers fail on a format that they are not set up for, and what
 * they send is chosen there.
 * @throws {SamlError} invalid_value
 */
export function authnRequestElement(content: AuthnRequestContent): CanonicalElement {
  const id = requireId(content.id);
  const head = startTag("samlp:AuthnRequest", {
    declares: { samlp: namespaces.protocol },
    attributes: {
      AssertionConsumerServiceURL: content.acsUrl,
      Destination: content.destination,
      ForceAuthn: content.forceAuthn ? "true" : undefined,
      ID: id,
      IssueInstant: content.now.toISOString(),
      ProtocolBinding: bindings.post,
      Version: "2.0",
    },
  });
  const issuer = { declares: { saml: namespaces.assertion } };
  return {
    id,
    head: head + textElement("saml:Issuer", issuer, content.issuer),
    tail: `${requestedContext(content.contexts)}</samlp:AuthnRequest>`,
    inclusivePrefixes: [],
  };
}

function requestedContext(contexts: readonly string[]): string {
  if (contexts.length === 0) return "";
  const declares = { saml: namespaces.assertion };
  const refs = contexts.map((ref) => textElement("saml:AuthnContextClassRef", { declares }, ref));
  return element(
    "samlp:RequestedAuthnContext",
    { attributes: { Comparison: "exact" } },
    refs.join(""),
  );
}
