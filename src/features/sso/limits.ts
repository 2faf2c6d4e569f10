// How many requests may wait that no application signed. Whoever is signed in counts for themselves, and takes back what their request cost
// the network as soon as they are known: what is left are floods by nobody, and those stop no office.
import type { Handling } from "#platform/http/context.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { defineLimit, hitNoted, networkOf, peek, release } from "#platform/limits.ts";
import type { SsoRequestId, UserId } from "#src/ids.ts";
import { tooManyRequests } from "./errors.ts";

/** Requests that nobody vouches for, from one network or by one person: each leaves a row for a day, and anyone can send them. */
const requests = defineLimit("sso.requests", { most: 600, windowSeconds: 300 });
/**
 * Refused requests from one network or by one person: every refusal is an event. Any page can send faulty ones in its visitors' names, so
 * it is asked only where something is refused anyhow, and before a request that nobody vouches for is kept; never before a signature is
 * looked at, and never about one that holds.
 */
export const refusedRequests = defineLimit("sso.refused_requests", {
  most: 60,
  windowSeconds: 300,
});

interface Counted {
  readonly key: string;
  readonly about: string;
}

export interface Sender extends Counted {
  /** Null where somebody is signed in. */
  readonly network: string | null;
}

export const personAs = (userId: UserId, viewer: Handling["viewer"]): Counted => ({
  key: userId,
  about: viewer?.email ?? userId,
});

/**
 * Whom a request counts against: the person whose session the browser shows, else its network. A request that is posted from the
 * application's site comes without the cookie (SameSite), and is the network's until its page is looked at.
 */
export function senderOf({
  session,
  viewer,
  origin,
}: Pick<Handling, "session" | "viewer" | "origin">): Sender {
  const network = networkOf(origin.ip);
  if (session === null) return { key: network, about: network, network };
  return { ...personAs(session.userId, viewer), network: null };
}

/** @throws {tooManyRequests} */
export async function countRequest(
  db: TenantDb,
  { key, about }: Counted,
  now: Date,
): Promise<void> {
  const { allowed, retryAfterSeconds } = await hitNoted(db, { limit: requests, key, about }, now);
  if (!allowed) throw tooManyRequests({ retryAfterSeconds });
}

/** A request that nobody signed: of a sender that has not just sent many faulty ones. @throws {tooManyRequests} */
export async function countUnsigned(db: TenantDb, sender: Counted, now: Date): Promise<void> {
  const { allowed, retryAfterSeconds } = await peek(db, refusedRequests, sender.key, now);
  if (!allowed) throw tooManyRequests({ retryAfterSeconds });
  await countRequest(db, sender, now);
}

/** Somebody who is signed in stands behind the request: it is theirs from now on, once. @throws {tooManyRequests} */
export async function countForPerson(
  db: TenantDb,
  { session, viewer, now }: Pick<Handling, "session" | "viewer" | "now">,
  waiting: { readonly id: SsoRequestId; readonly countedNetwork: string | null },
): Promise<void> {
  const { id, countedNetwork } = waiting;
  if (session === null || countedNetwork === null) return;
  const { numUpdatedRows } = await db
    .updateTable("sso_requests")
    .set({ counted_network: null })
    .where("id", "=", id)
    .where("counted_network", "is not", null)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return;
  await release(db, requests, countedNetwork);
  await countRequest(db, personAs(session.userId, viewer), now);
}
