// A message comes in, from another site and so perhaps without a cookie: checked, acted upon, and the browser sent on to an address of our
// own, where its cookies are present again.
import { sql } from "kysely";
import { endSession } from "#features/sessions/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { DomainError } from "#platform/errors.ts";
import type { Handling } from "#platform/http/context.ts";
import { defineLimit, hitNoted, networkOf } from "#platform/limits.ts";
import { SamlError } from "#protocols/saml/errors.ts";
import {
  type InboundLogout,
  readInboundLogout,
  type ReceivedLogout,
  verifyInboundLogout,
} from "#protocols/saml/inbound-logout.ts";
import { checkLogoutMessage } from "#protocols/saml/logout-checks.ts";
import {
  type LogoutMessage,
  logoutOutcome,
  type LogoutRequest,
  type LogoutResponse,
} from "#protocols/saml/logout-messages.ts";
import type { NameId } from "#protocols/saml/values.ts";
import type { UserId } from "#src/ids.ts";
import { noteApplicationAnswer, noteProviderAnswer } from "./answers.ts";
import { refusalOf, senderDisabled, tooManyMessages, unknownSender } from "./errors.ts";
import { byApplication, byProvider, messageRefused, unknownSession } from "./events.ts";
import { arrivalPath, findByMessage, keepAsked, logoutPath } from "./logouts.ts";
import type { Peer } from "./peers.ts";
import { type NamedSession, namedSessions } from "./queries.ts";
import type { Outcome } from "./schema.ts";

type By = Pick<Handling, "tenant" | "actor" | "now" | "origin">;

/**
 * Refused messages from one network: every refusal is an event. Asked only where one more is to be refused: any page can send faulty ones
 * in its visitors' names, and would else keep whole offices signed in.
 */
const refusedByIp = defineLimit("logout.refused_messages", { most: 60, windowSeconds: 300 });

/**
 * Takes a LogoutRequest or a LogoutResponse and answers the path where the browser goes on.
 * @param find Who calls itself so, or null; asked in a transaction.
 * @throws a refusal that is shown to the person, after recording it
 */
export async function receiveLogout(
  by: By,
  inbound: InboundLogout,
  find: (db: TenantDb, issuer: string) => Promise<Peer | null>,
): Promise<string> {
  const { tenant, now } = by;
  const network = networkOf(by.origin.ip);
  let issuer: string | null = null;
  try {
    // Decoded within limits and parsed strictly; nothing in it is believed yet, except to look up who claims to speak.
    const claimed = readInboundLogout(inbound);
    issuer = claimed.message.issuer.slice(0, 200);
    const peer = await tenant.read((db) => find(db, claimed.message.issuer));
    if (!peer) throw unknownSender();
    const { message, relayState } = trusted(inbound, claimed, peer, now);
    return message.kind === "request"
      ? await takeRequest(by, peer, { message, relayState })
      : await takeResponse(by, peer, message);
  } catch (error) {
    const refusal = error instanceof SamlError ? refusalOf(error) : error;
    if (refusal instanceof DomainError)
      await recordRefusal(by, network, {
        issuer,
        code: error instanceof SamlError ? error.code : refusal.code,
      });
    throw refusal;
  }
}

/**
 * The message as its sender signed it, for us, now; an ordered list, read from top to bottom. A request from somebody without a key is
 * refused: a link on any page could otherwise sign people out. An answer of theirs changes nothing but a word on a page, so it is read.
 * @throws {SamlError} @throws {senderDisabled}
 */
function trusted(
  inbound: InboundLogout,
  claimed: ReceivedLogout,
  peer: Peer,
  now: Date,
): ReceivedLogout {
  const isRequest = claimed.message.kind === "request";
  // Whoever is switched off has nothing to say any more; what it answers to us is still heard.
  if (isRequest && !peer.isEnabled) throw senderDisabled();
  if (isRequest && peer.certificates.length === 0)
    throw new SamlError("certificate_missing", "no certificate to verify a request with");
  const isBlind = !isRequest && peer.certificates.length === 0;
  const received = isBlind ? claimed : verifyInboundLogout(inbound, peer.certificates);
  checkLogoutMessage(received.message, { issuer: peer.entityId, url: peer.ourUrl, now });
  return received;
}

/** @throws {tooManyMessages} instead of recording, where there were many */
async function recordRefusal(
  { tenant, actor, now }: By,
  network: string,
  refused: { readonly issuer: string | null; readonly code: string },
): Promise<void> {
  const { allowed, retryAfterSeconds } = await tenant.write(async (db) => {
    const counter = { limit: refusedByIp, key: network, about: network };
    const state = await hitNoted(db, counter, now);
    if (state.allowed) await record(db, actor, messageRefused, refused);
    return state;
  });
  if (!allowed) throw tooManyMessages({ retryAfterSeconds });
}

/**
 * Ends the sessions that the sender means, in one transaction with the memory of the message: the same one again does nothing.
 */
async function takeRequest(
  by: By,
  peer: Peer,
  { message, relayState }: { message: LogoutRequest; relayState: string | undefined },
): Promise<string> {
  const { tenant, now } = by;
  const id = await tenant.write(async (db) => {
    const sessions = await namedSessions(db, peer, message);
    const sessionIds = sessions.map(({ sessionId }) => sessionId);
    const kept = await keepAsked(db, { peer, messageId: message.id, relayState, sessionIds }, now);
    // It came before: what it names has ended, and whoever came in since is not meant.
    if (kept === null) return findByMessage(db, peer, message.id);
    await endNamed(db, by, peer, { sessions, nameId: message.nameId });
    return kept;
  });
  if (id === null) throw new Error("a sign-out was neither kept nor found");
  return arrivalPath(id);
}

async function endNamed(
  db: TenantDb,
  { actor }: By,
  peer: Peer,
  { sessions, nameId }: { sessions: readonly NamedSession[]; nameId: NameId },
): Promise<void> {
  const reason =
    peer.kind === "application" ? "signed_out_by_application" : "signed_out_by_provider";
  if (peer.kind === "provider") await dropHalfDone(db, peer, nameId);
  const ended = new Map<UserId, number>();
  for (const { sessionId, userId, hasEnded } of sessions) {
    const isNow = !hasEnded && (await endSession(db, actor, { sessionId, reason }));
    ended.set(userId, (ended.get(userId) ?? 0) + (isNow ? 1 : 0));
  }
  for (const [userId, count] of ended) {
    const data = { userId, sessions: count };
    if (peer.kind === "application")
      await record(db, actor, byApplication, {
        ...data,
        applicationId: peer.id,
        application: peer.name,
      });
    else
      await record(db, actor, byProvider, {
        ...data,
        identityProviderId: peer.id,
        name: peer.name,
      });
  }
  if (sessions.length > 0) return;
  await record(db, actor, unknownSession, {
    applicationId: peer.kind === "application" ? peer.id : null,
    identityProviderId: peer.kind === "provider" ? peer.id : null,
    name: peer.name,
  });
}

/** A sign-in on the provider's word that has not ended yet would make a session of it after all. */
async function dropHalfDone(
  db: TenantDb,
  { id }: Extract<Peer, { kind: "provider" }>,
  { value }: NameId,
): Promise<void> {
  await db
    .deleteFrom("sign_ins")
    .where("identity_provider_id", "=", id)
    .where("state", "<>", "done")
    .where(sql<boolean>`federated ->> 'nameId' = ${value}`)
    .execute();
}

const outcomes = { all: "signed_out", here: "partly", failed: "failed" } as const;

function outcomeOf(peer: Peer, { status }: LogoutResponse): Outcome {
  const outcome = outcomes[logoutOutcome(status)];
  return peer.certificates.length === 0 && outcome !== "failed" ? "unconfirmed" : outcome;
}

/** Notes an answer beside the request of ours that it answers; one that answers none changes nothing. */
async function takeResponse(
  { tenant, actor }: By,
  peer: Peer,
  message: Extract<LogoutMessage, { kind: "response" }>,
): Promise<string> {
  const { inResponseTo } = message;
  if (inResponseTo === undefined) return "/sign-in";
  const answer = { messageId: inResponseTo, outcome: outcomeOf(peer, message) };
  const id = await tenant.write((db) =>
    peer.kind === "application"
      ? noteApplicationAnswer(db, actor, { ...answer, peer })
      : noteProviderAnswer(db, actor, { ...answer, peer }),
  );
  return id === null ? "/sign-in" : logoutPath(id);
}
