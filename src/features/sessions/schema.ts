// Sessions as the API tells them, how long they live and why they end.
import { z } from "zod";
import { Strength } from "#features/policy/index.ts";
import { pageOf, Paging } from "#platform/http/input.ts";
import { type IdentityProviderId, SessionId, UserId } from "#src/ids.ts";

/** The longest a session lives that is not kept: its cookie goes with the browser's window, which some browsers never close. */
export const windowSeconds = 24 * 60 * 60;
/** How often "last seen" is written while a session is in use: idleness is known to this precision. */
export const seenEverySeconds = 60;
/** How often it is written that a person was seen: seldom, because what reads it counts days. */
export const personSeenEverySeconds = 60 * 60;
/** Sessions of one person at a time; starting one more ends the oldest. */
export const sessionsMost = 50;

export const SessionEndReason = z.enum([
  "signed_out",
  "signed_out_by_application",
  "signed_out_by_provider",
  "replaced",
  "ended_by_person",
  "ended_by_admin",
  "password_changed",
  "password_reset",
  "password_to_replace",
  "role_changed",
  "provider_removed",
  "deactivated",
  "too_many",
  "second_step_changed",
  "second_step_reset",
  "recovered",
  "address_replaced",
  "unused",
  "expired",
  "all_ended",
]);
export type SessionEndReason = z.infer<typeof SessionEndReason>;

export const SessionFilter = Paging.extend({ userId: UserId.optional() });
export type SessionFilter = z.infer<typeof SessionFilter>;

/** How many sessions, and of how many people. */
export const SessionCount = z.object({ sessions: z.number().int(), people: z.number().int() });
export type SessionCount = z.infer<typeof SessionCount>;

export const SessionParams = z.object({ sessionId: SessionId });

export const Session = z.object({
  id: SessionId,
  user: z.object({ id: UserId, name: z.string(), email: z.string() }),
  /** Browser and system in plain words, read from the user agent. */
  device: z.string(),
  /** The network address at sign-in. */
  ip: z.string(),
  userAgent: z.string(),
  methods: z.array(z.string()),
  /** What the methods are worth. */
  strength: Strength,
  startedAt: z.iso.datetime(),
  /** When the person last proved who they are: at sign-in, or again since. */
  authenticatedAt: z.iso.datetime(),
  lastSeenAt: z.iso.datetime(),
  /** When it ends unless it is used before: the earliest of what was set at sign-in and the tenant's limits now. */
  expiresAt: z.iso.datetime(),
  /** Whether it outlives the browser's window. */
  isKept: z.boolean(),
});
export type Session = z.infer<typeof Session>;

export const SessionList = pageOf(Session);
export type SessionList = z.infer<typeof SessionList>;

/** What an identity provider calls a person's session there (SAML Profiles §4.4). */
export interface SessionProvider {
  readonly id: IdentityProviderId;
  readonly nameId: string | null;
  readonly nameIdFormat: string | null;
  readonly nameQualifier: string | null;
  readonly spNameQualifier: string | null;
  readonly sessionIndex: string | null;
}
