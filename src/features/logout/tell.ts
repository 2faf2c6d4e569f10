// Telling the others, one transaction for each look at the page: what is true by now is read, and what begins now is written.
import { openKey } from "#features/applications/index.ts";
import { findProvider } from "#features/identity-providers/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Handling } from "#platform/http/context.ts";
import type { SessionId, UserId } from "#src/ids.ts";
import { applicationTold, providerTold } from "./events.ts";
import type { Logout } from "./logouts.ts";
import { newMessageId, type Reachable } from "./messages.ts";
import { applicationPeer, type Peer, providerPeer, signingKeyFor } from "./peers.ts";
import {
  type Participant,
  participantsOf,
  type ProviderSession,
  providerSessionOf,
} from "./queries.ts";
import type { Outcome } from "./schema.ts";

export type By = Pick<Handling, "tenant" | "site" | "services" | "actor" | "now" | "cookies">;

/** How long an application may take to answer: somebody waits. Whatever it does, the page goes on after that. */
export const answerSeconds = 6;

export interface Told extends Omit<Participant, "messageId" | "askedAt"> {
  readonly reachable: Reachable;
  /** Null: it has no address to be told at. */
  readonly messageId: string | null;
  /** It may still answer. */
  readonly isWaiting: boolean;
}

/** The session's applications, each told now that was not told before. */
export async function tellApplications(
  db: TenantDb,
  by: By,
  logout: Logout,
  session: { readonly id: SessionId; readonly userId: UserId },
): Promise<Told[]> {
  const told: Told[] = [];
  for (const participant of await participantsOf(db, session.id, logout.applicationId)) {
    const { applicationId: id, application: name, isEnabled, ...serviceProvider } = participant;
    const peer = applicationPeer(by.site, { id, name, isEnabled, serviceProvider });
    const { messageId, askedAt } =
      participant.askedAt === null && peer.endpoint !== null
        ? await tell(db, by, logout, { session, participant })
        : participant;
    const isLate =
      askedAt === null || by.now.getTime() - askedAt.getTime() >= answerSeconds * 1_000;
    told.push({
      ...participant,
      reachable: { peer, key: () => openKey(by, { ...participant, id: participant.keyId }) },
      messageId: peer.endpoint === null ? null : messageId,
      isWaiting: participant.outcome === null && !isLate,
    });
  }
  return told;
}

async function tell(
  db: TenantDb,
  { actor, now }: By,
  { id }: Logout,
  {
    session,
    participant,
  }: {
    session: { readonly id: SessionId; readonly userId: UserId };
    participant: Participant;
  },
): Promise<{ messageId: string; askedAt: Date }> {
  const { applicationId, application, value } = participant;
  const messageId = newMessageId();
  await db
    .updateTable("saml_session_participants")
    .set({ logout_id: id, logout_message_id: messageId, asked_at: now })
    .where("session_id", "=", session.id)
    .where("application_id", "=", applicationId)
    .where("name_id", "=", value)
    .execute();
  const about = { userId: session.userId, sessionId: session.id, applicationId, application };
  await record(db, actor, applicationTold, about);
  return { messageId, askedAt: now };
}

export interface ToldProvider {
  readonly reachable: Reachable;
  readonly session: ProviderSession;
  readonly messageId: string;
  readonly mode: "always" | "offer";
  /** The browser was sent there. */
  readonly wasSent: boolean;
  readonly outcome: Outcome | null;
}

/**
 * The provider that the session came from, where it is to be told: never the one that asked. Its request has one id for as long as the
 * sign-out goes on, so that whatever it is answered to is found.
 */
export async function providerToTell(
  db: TenantDb,
  by: By,
  logout: Logout,
  sessionId: SessionId,
): Promise<ToldProvider | null> {
  const session = await providerSessionOf(db, sessionId);
  if (session === null || session.providerId === logout.providerId) return null;
  const provider = await findProvider(db, session.providerId);
  const peer = providerPeer(by.site, provider);
  if (peer === null || peer.endpoint === null || provider.logout === "never") return null;
  // Somebody who is on the way back to an application is not held up by an offer.
  if (provider.logout === "offer" && logout.messageId !== null) return null;
  return {
    reachable: { peer, key: await signingKeyFor(db, by, peer) },
    session,
    messageId: logout.toldMessageId ?? (await nameProvider(db, logout, session)),
    mode: provider.logout,
    wasSent: logout.toldAt !== null,
    outcome: logout.toldOutcome,
  };
}

async function nameProvider(
  db: TenantDb,
  { id }: Logout,
  { providerId }: ProviderSession,
): Promise<string> {
  const messageId = newMessageId();
  await db
    .updateTable("logouts")
    .set({ told_provider_id: providerId, told_message_id: messageId })
    .where("id", "=", id)
    .execute();
  return messageId;
}

/** Notes that the browser is sent to the provider now: once, so that coming back without an answer does not lead there again. */
export async function noteSent(
  db: TenantDb,
  { actor, now }: By,
  { id }: Logout,
  { session, peer, sessionId }: { session: ProviderSession; peer: Peer; sessionId: SessionId },
): Promise<void> {
  await db.updateTable("logouts").set({ told_at: now }).where("id", "=", id).execute();
  if (peer.kind !== "provider") throw new Error("an application is no provider");
  const about = { identityProviderId: peer.id, name: peer.name };
  await record(db, actor, providerTold, { userId: session.userId, sessionId, ...about });
}
