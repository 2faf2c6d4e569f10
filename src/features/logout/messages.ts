// What we send: requests to those who are told, answers to who asked. Built and signed outside of any transaction.
import type { Handling } from "#platform/http/context.ts";
import { messageId } from "#protocols/saml/canonical.ts";
import { statusCodes, type StatusCode } from "#protocols/saml/constants.ts";
import type { SigningKey } from "#protocols/saml/signature/sign.ts";
import type { NameId } from "#protocols/saml/values.ts";
import {
  logoutRequestElement,
  logoutResponseElement,
  type Outgoing,
  sendLogout,
} from "#protocols/saml/write-logout.ts";
import type { Peer } from "./peers.ts";

/** Of a message: random, and so known to nobody but the browser and who gets it. */
export const newMessageId = (): string => messageId(crypto.getRandomValues(new Uint8Array(20)));

/** A peer with what its messages are signed by. */
export interface Reachable {
  readonly peer: Peer;
  readonly key: () => SigningKey;
}

/** Tells a peer that the session is over, by the words that it knows it by; null where it cannot be told. */
export async function requestTo(
  { now }: Pick<Handling, "now">,
  { peer, key }: Reachable,
  about: {
    readonly messageId: string;
    readonly nameId: NameId;
    readonly sessionIndex: string | undefined;
  },
): Promise<Outgoing | null> {
  const { endpoint, ourEntityId: issuer } = peer;
  if (endpoint === null) return null;
  const { binding, url } = endpoint;
  const { messageId: id, nameId, sessionIndex } = about;
  const element = logoutRequestElement({ id, issuer, destination: url, now, nameId, sessionIndex });
  return sendLogout(element, { binding, url, parameter: "SAMLRequest", key: key() });
}

export interface Status {
  readonly code: StatusCode;
  readonly subCode?: StatusCode;
}

/** The top level speaks of us alone, the second of everybody else (Core §3.7.3.2). */
export const statuses = {
  success: { code: statusCodes.success },
  partly: { code: statusCodes.success, subCode: statusCodes.partialLogout },
  unknown: { code: statusCodes.requester, subCode: statusCodes.unknownPrincipal },
} as const satisfies Record<string, Status>;

/**
 * The answer to a request, to the address that is registered for it and to no other (open redirect); null where there is none.
 */
export async function answerTo(
  { now }: Pick<Handling, "now">,
  { peer, key }: Reachable,
  asked: {
    readonly messageId: string;
    readonly relayState: string | null;
    readonly status: Status;
  },
): Promise<Outgoing | null> {
  const { endpoint, ourEntityId: issuer } = peer;
  if (endpoint === null) return null;
  const { binding } = endpoint;
  const url = endpoint.responseUrl ?? endpoint.url;
  const { messageId: inResponseTo, status } = asked;
  const id = newMessageId();
  const element = logoutResponseElement({
    id,
    issuer,
    destination: url,
    now,
    inResponseTo,
    status,
  });
  const relayState = asked.relayState ?? undefined;
  return sendLogout(element, { binding, url, parameter: "SAMLResponse", relayState, key: key() });
}
