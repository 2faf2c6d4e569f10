// The browser door's lock: cookie → session → person. One read a request; "last seen" is written at most once a minute.
import { completionPath } from "#features/attributes/index.ts";
import type { HttpContext, Principal } from "#platform/http/context.ts";
import { type CookieJar, cookieJar } from "#platform/http/cookies.ts";
import { isSecure, originOf } from "#platform/http/handling.ts";
import { hashToken } from "#platform/crypto/token.ts";
import { roleMay } from "#src/permissions.ts";
import { touchSession } from "./actions/renew.ts";
import { type FoundSession, findSession } from "./queries.ts";
import { seenEverySeconds } from "./schema.ts";

const cookieName = "session";

/** What a browser is given for its session. */
export interface SessionCookie {
  readonly token: string;
  /** False: the cookie goes with the browser's window. */
  readonly isKept: boolean;
  readonly expiresAt: Date;
}

/** Hands the browser its session: for as long as that lives at the most, or until its window is closed. */
export function setSessionCookie(
  cookies: CookieJar,
  { token, isKept, expiresAt }: SessionCookie,
  now: Date,
): void {
  const maxAgeSeconds = Math.max(0, Math.ceil((expiresAt.getTime() - now.getTime()) / 1000));
  cookies.set(cookieName, token, isKept ? { maxAgeSeconds } : {});
}

/** For who signs out, and nobody else: see `authenticateSession`. */
export function clearSessionCookie(cookies: CookieJar): void {
  cookies.clear(cookieName);
}

/** SHA-256 of the token that a browser brings, whatever it is worth; null without one. */
export function presentedTokenHash(cookies: CookieJar): Buffer | null {
  const token = cookies.get(cookieName);
  return token === undefined ? null : hashToken(token);
}

/**
 * Who the browser's cookie stands for, or null: no cookie, unknown, ended, idle, too old, person not active. The cookie stays as it is,
 * whatever it is worth: while another tab gives the session a new token, this answer may arrive after that one, and would take away
 * what it brought. A token that opens nothing harms nobody where it lies.
 */
export async function authenticateSession(c: HttpContext): Promise<Principal | null> {
  const { services, site } = c.var;
  const cookies = cookieJar(c, isSecure(services));
  const token = cookies.get(cookieName);
  if (token === undefined) return null;
  const now = services.clock.now();
  const tenant = services.database.tenant(site.tenantId);
  const tokenHash = hashToken(token);
  const found = await tenant.read((db) => findSession(db, tokenHash, now));
  if (!found) return null;
  const unseenSeconds = (now.getTime() - found.lastSeenAt.getTime()) / 1000;
  // The cache only saves writes when many requests arrive together; the statement itself is the rule.
  const isDue =
    unseenSeconds >= seenEverySeconds &&
    (await services.cache.firstIn(`session-seen:${site.tenantId}:${found.id}`, seenEverySeconds));
  if (isDue) await tenant.write((db) => touchSession(db, found, now));
  return toPrincipal(found, tokenHash, c);
}

function toPrincipal(found: FoundSession, tokenHash: Buffer, c: HttpContext): Principal {
  const { id, userId, role, methods, authenticatedAt, startedAt, expiresAt } = found;
  return {
    actor: { kind: "user", userId, role, sessionId: id, origin: originOf(c) },
    session: {
      id,
      userId,
      tokenHash,
      methods,
      authenticatedAt,
      startedAt,
      expiresAt,
      detour: found.isLedToProfile ? completionPath : null,
    },
    viewer: {
      name: `${found.firstName} ${found.lastName}`,
      email: found.email,
      theme: found.theme,
      zone: found.zone,
      takesZone: found.takesZone,
      can: (permission) => roleMay(role, permission),
    },
  };
}
