// Where a sign-out stands, each time its page is looked at: the applications are told, then the provider, then who asked is answered.
import { findApplication } from "#features/applications/index.ts";
import { findProvider } from "#features/identity-providers/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { LogoutId, SessionId } from "#src/ids.ts";
import type { Outgoing } from "#protocols/saml/write-logout.ts";
import { logoutGone } from "./errors.ts";
import { findLogout, type Logout, ownSession } from "./logouts.ts";
import { answerTo, type Reachable, requestTo, type Status, statuses } from "./messages.ts";
import { applicationPeer, providerPeer, signingKeyFor } from "./peers.ts";
import { hasOthers, nameOf, participantsOf } from "./queries.ts";
import type { Outcome } from "./schema.ts";
import {
  answerSeconds,
  type By,
  noteSent,
  providerToTell,
  tellApplications,
  type Told,
  type ToldProvider,
} from "./tell.ts";

export interface Row {
  readonly name: string;
  readonly state: Outcome | "waiting" | "unanswered" | "unreachable";
  /** To go there oneself, where the frame brought nothing: it carries the application's own cookies. */
  readonly there: Outgoing | null;
}

export interface Frame {
  readonly name: string;
  readonly sending: Outgoing;
}

export type Shown =
  | { readonly kind: "telling"; readonly rows: readonly Row[]; readonly frames: readonly Frame[] }
  /** On to the provider, or back to who asked. */
  | { readonly kind: "onward"; readonly name: string; readonly sending: Outgoing }
  | {
      readonly kind: "done";
      readonly rows: readonly Row[];
      readonly offer: { readonly name: string; readonly sending: Outgoing } | null;
    };

interface Standing {
  readonly isOwn: boolean;
  readonly told: readonly Told[];
  readonly provider: ToldProvider | null;
  readonly goesToProvider: boolean;
  readonly asked: (Reachable & Asked) | null;
}
interface Asked {
  readonly messageId: string;
  readonly relayState: string | null;
  readonly status: Status;
}

/**
 * Reads where it stands, begins what is next, and builds what the page needs.
 * @param isHurried The person waits for nobody.
 * @throws {logoutGone}
 */
export async function showLogout(by: By, id: LogoutId, isHurried: boolean): Promise<Shown> {
  const standing = await by.tenant.write((db) => stand(db, by, { id, isHurried }));
  if (standing === null) throw logoutGone();
  const { told, provider, goesToProvider, asked, isOwn } = standing;
  if (told.some(({ isWaiting }) => isWaiting)) {
    const rows = told.map((one) => rowOf(one, null));
    return { kind: "telling", rows, frames: await framesOf(by, told) };
  }
  const toProvider = provider && (await requestToProvider(by, provider));
  if (goesToProvider && provider && toProvider)
    return { kind: "onward", name: provider.reachable.peer.name, sending: toProvider };
  const answer = asked && (await answerTo(by, asked, asked));
  if (asked && answer) return { kind: "onward", name: asked.peer.name, sending: answer };
  if (!isOwn) throw logoutGone();
  const rows = await Promise.all(told.map(async (one) => rowOf(one, await thereFor(by, one))));
  const isOffered = toProvider && provider.mode === "offer" && provider.outcome === null;
  const named = provider && !isOffered ? [providerRow(provider)] : [];
  const offer = isOffered ? { name: provider.reachable.peer.name, sending: toProvider } : null;
  return { kind: "done", rows: [...rows, ...named], offer };
}

/** How far the applications are; null: nothing is waited for any more. Reads alone, for who asks every second. @throws {logoutGone} */
export async function progressOf(by: By, id: LogoutId): Promise<readonly Row[] | null> {
  return by.tenant.read(async (db) => {
    const logout = await findLogout(db, id, by.now);
    const sessionId = logout && (await ownSession(db, by.cookies, logout));
    if (!logout || sessionId === null) throw logoutGone();
    const participants = await participantsOf(db, sessionId, logout.applicationId);
    const rows = participants.map(({ application, askedAt, outcome }) => {
      const isLate =
        askedAt !== null && by.now.getTime() - askedAt.getTime() >= answerSeconds * 1_000;
      const silent = isLate ? ("unanswered" as const) : ("waiting" as const);
      const state = outcome ?? (askedAt === null ? ("unreachable" as const) : silent);
      return { name: application, state, there: null };
    });
    return rows.some(({ state }) => state === "waiting") ? rows : null;
  });
}

/** Where a browser that arrives from another site goes on: to the page where it has a part in it, else straight back. @throws {logoutGone} */
export async function arrive(
  by: By,
  id: LogoutId,
  { isFramed }: { isFramed: boolean },
): Promise<"page" | Outgoing> {
  const found = await by.tenant.read(async (db) => {
    const logout = await findLogout(db, id, by.now);
    if (!logout) return null;
    const isOwn = (await ownSession(db, by.cookies, logout)) !== null;
    return { isOwn, asked: await askedBy(db, by, logout) };
  });
  if (found === null) throw logoutGone();
  // No page of ours shows in a frame of somebody else's: who asked from one gets its answer all the same.
  if (found.isOwn && !isFramed) return "page";
  const answer = found.asked && (await answerTo(by, found.asked, found.asked));
  if (!answer) throw logoutGone();
  return answer.kind === "link" ? answer : "page";
}

async function stand(
  db: TenantDb,
  by: By,
  { id, isHurried }: { id: LogoutId; isHurried: boolean },
): Promise<Standing | null> {
  const logout = await findLogout(db, id, by.now, true);
  if (!logout) return null;
  const sessionId = await ownSession(db, by.cookies, logout);
  if (sessionId === null) {
    const asked = await askedBy(db, by, logout);
    return asked && { isOwn: false, told: [], provider: null, goesToProvider: false, asked };
  }
  const { userId } = await db
    .selectFrom("sessions")
    .select("user_id as userId")
    .where("id", "=", sessionId)
    .executeTakeFirstOrThrow();
  const all = await tellApplications(db, by, logout, { id: sessionId, userId });
  const told = isHurried ? all.map((one) => ({ ...one, isWaiting: false })) : all;
  const isWaiting = told.some((one) => one.isWaiting);
  const provider = isWaiting ? null : await providerToTell(db, by, logout, sessionId);
  const goesToProvider = await sendsToProvider(db, by, { logout, provider, sessionId });
  return { isOwn: true, told, provider, goesToProvider, asked: await askedBy(db, by, logout) };
}

async function sendsToProvider(
  db: TenantDb,
  by: By,
  {
    logout,
    provider,
    sessionId,
  }: { logout: Logout; provider: ToldProvider | null; sessionId: SessionId },
): Promise<boolean> {
  if (provider === null || provider.mode !== "always" || provider.wasSent) return false;
  const { session, reachable } = provider;
  await noteSent(db, by, logout, { session, peer: reachable.peer, sessionId });
  return true;
}

/** Who asked and what they are to be answered, as things stand; null where it was the person here, or they have no address for answers. */
async function askedBy(
  db: TenantDb,
  by: By,
  { applicationId, providerId, messageId, relayState, sessionIds }: Logout,
): Promise<(Reachable & Asked) | null> {
  if (messageId === null) return null;
  const peer =
    applicationId !== null
      ? applicationPeer(by.site, await findApplication(db, applicationId))
      : providerId !== null
        ? providerPeer(by.site, await findProvider(db, providerId))
        : null;
  if (peer === null || peer.endpoint === null) return null;
  const isPartly = await hasOthers(db, sessionIds, applicationId);
  const known = isPartly ? statuses.partly : statuses.success;
  const status = sessionIds.length === 0 ? statuses.unknown : known;
  return { peer, key: await signingKeyFor(db, by, peer), messageId, relayState, status };
}

async function framesOf(by: By, told: readonly Told[]): Promise<Frame[]> {
  const frames: Frame[] = [];
  for (const one of told) {
    const sending = one.isWaiting ? await requestToApplication(by, one) : null;
    if (sending) frames.push({ name: one.application, sending });
  }
  return frames;
}

const thereFor = async (by: By, told: Told): Promise<Outgoing | null> =>
  told.outcome === "signed_out" ? null : requestToApplication(by, told);

async function requestToApplication(by: By, told: Told): Promise<Outgoing | null> {
  const { reachable, messageId, sessionIndex } = told;
  if (messageId === null) return null;
  return requestTo(by, reachable, { messageId, nameId: nameOf(told), sessionIndex });
}

async function requestToProvider(by: By, provider: ToldProvider): Promise<Outgoing | null> {
  const { reachable, session, messageId } = provider;
  const { nameId, sessionIndex } = session;
  const about = { messageId, nameId, sessionIndex: sessionIndex ?? undefined };
  return requestTo(by, reachable, about);
}

function rowOf(told: Told, there: Outgoing | null): Row {
  const { application: name, outcome, messageId, isWaiting } = told;
  const silent = isWaiting ? ("waiting" as const) : ("unanswered" as const);
  const state = outcome ?? (messageId === null ? ("unreachable" as const) : silent);
  return { name, state, there };
}

const providerRow = ({ reachable, outcome }: ToldProvider): Row => ({
  name: reachable.peer.name,
  state: outcome ?? "unanswered",
  there: null,
});
