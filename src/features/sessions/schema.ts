// Sessions as the API tells them, how long they live and why they end.
import { z } from "zod";
import { pageOf, Paging } from "#platform/http/input.ts";
import { SessionId, UserId } from "#src/ids.ts";

/** A session that nobody used for this long has ended. */
export const idleSeconds = 24 * 60 * 60;
/** The longest a session lives, however much it is used. */
export const absoluteSeconds = 14 * 24 * 60 * 60;
/** How often "last seen" is written while a session is in use: idleness is known to this precision. */
export const seenEverySeconds = 60;
/** Sessions of one person at a time; starting one more ends the oldest. */
export const sessionsMost = 50;

export const SessionEndReason = z.enum([
  "signed_out",
  "replaced",
  "ended_by_person",
  "ended_by_admin",
  "password_changed",
  "password_reset",
  "password_to_replace",
  "role_changed",
  "deactivated",
  "too_many",
]);
export type SessionEndReason = z.infer<typeof SessionEndReason>;

export const SessionFilter = Paging.extend({ userId: UserId.optional() });
export type SessionFilter = z.infer<typeof SessionFilter>;

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
  startedAt: z.iso.datetime(),
  lastSeenAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});
export type Session = z.infer<typeof Session>;

export const SessionList = pageOf(Session);
export type SessionList = z.infer<typeof SessionList>;
