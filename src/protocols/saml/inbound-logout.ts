// A message of single logout as it reaches our door, over either binding (Bindings §3.4–3.5). There is no unsigned way in: whoever could
// name a person would otherwise sign them out by a link (Profiles §4.4.3.1, §4.4.4.1).

import { decodePost, decodeRedirect } from "./bindings.ts";
import { SamlError } from "./errors.ts";
import { type LogoutMessage, parseLogoutMessage } from "./logout-messages.ts";
import type { MessageParameter } from "./redirect-query.ts";
import { verifyEnveloped } from "./signature/verify-enveloped.ts";
import { verifyRedirect } from "./signature/verify-redirect.ts";

export type InboundLogout =
  /** The query as it came, undecoded, with or without its question mark. */
  | { readonly binding: "redirect"; readonly rawQuery: string }
  /** The fields of the form. */
  | {
      readonly binding: "post";
      readonly request: string | undefined;
      readonly response: string | undefined;
      readonly relayState: string | undefined;
    };

export interface ReceivedLogout {
  readonly message: LogoutMessage;
  readonly relayState: string | undefined;
}

/**
 * What was sent, unverified: good for finding out whose key to verify it with, and nothing else.
 * @throws {SamlError} the codes of `decodeRedirect` or `decodePost` and of `parseLogoutMessage`.
 */
export function readInboundLogout(inbound: InboundLogout): ReceivedLogout {
  const parameter = parameterOf(inbound);
  const { xml, relayState } =
    inbound.binding === "redirect"
      ? decodeRedirect({ rawQuery: inbound.rawQuery, parameter })
      : decodePost({ message: fieldOf(inbound, parameter), relayState: inbound.relayState });
  return { message: parseLogoutMessage(xml, kindOf(parameter)), relayState };
}

/**
 * What its sender signed. Over POST the RelayState is beside the signature and stays the browser's word.
 * @param certificates The sender's configured ones, PEM or base64 DER.
 * @throws {SamlError} the codes of `verifyRedirect` or `verifyEnveloped`, and of `readInboundLogout`.
 */
export function verifyInboundLogout(
  inbound: InboundLogout,
  certificates: readonly string[],
): ReceivedLogout {
  const parameter = parameterOf(inbound);
  const kind = kindOf(parameter);
  if (inbound.binding === "redirect") {
    const { xml, relayState } = verifyRedirect({
      rawQuery: inbound.rawQuery,
      parameter,
      certificates,
    });
    return { message: parseLogoutMessage(xml, kind), relayState };
  }
  const message = fieldOf(inbound, parameter);
  const { xml, relayState } = decodePost({ message, relayState: inbound.relayState });
  const name = kind === "request" ? "LogoutRequest" : "LogoutResponse";
  const verified = verifyEnveloped({ xml, message: name, certificates });
  return { message: parseLogoutMessage(verified.xml, kind), relayState };
}

const kindOf = (parameter: MessageParameter) =>
  parameter === "SAMLRequest" ? ("request" as const) : ("response" as const);

/** Both at once are refused where the query is read; here for a form. @throws {SamlError} duplicate_parameter */
function parameterOf(inbound: InboundLogout): MessageParameter {
  if (inbound.binding === "redirect")
    return /(?:^|[?&])SAMLResponse=/.test(inbound.rawQuery) ? "SAMLResponse" : "SAMLRequest";
  const { request, response } = inbound;
  if (request !== undefined && response !== undefined)
    throw new SamlError("duplicate_parameter", "a request and a response at once");
  return response === undefined ? "SAMLRequest" : "SAMLResponse";
}

const fieldOf = (
  { request, response }: Extract<InboundLogout, { binding: "post" }>,
  parameter: MessageParameter,
) => (parameter === "SAMLRequest" ? request : response);
