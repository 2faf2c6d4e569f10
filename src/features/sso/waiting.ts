// A request that waits for a person: one row, found by its id and bound to the browser by a cookie of its own.
import type { Handling } from "#platform/http/context.ts";
import type { CookieJar } from "#platform/http/cookies.ts";
import { equalBytes, hashToken, randomToken } from "#platform/crypto/token.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { secondsLater } from "#platform/clock.ts";
import type { RequestedAuthnContext } from "#protocols/saml/authn-context.ts";
import type { SamlErrorCode } from "#protocols/saml/errors.ts";
import { type ApplicationId, SsoRequestId } from "#src/ids.ts";
import { otherBrowser, requestGone, requestReplayed } from "./errors.ts";

/** A page that hands over can be loaded again for so long: a tab that was reloaded, an application that was slow to answer. */
export const reloadSeconds = 60;

/** Time for an invitation or a forgotten password on the way; the application's own request expires after about as long. */
export const waitSeconds = 30 * 60;

export interface NewWaiting {
  readonly applicationId: ApplicationId;
  /** The AuthnRequest's ID; null when the person starts from here (Profiles §4.1.5). */
  readonly messageId: string | null;
  readonly relayState: string | null;
  readonly acsUrl: string;
  readonly nameIdFormat: string;
  readonly mayCreateId: boolean;
  /** Whom the request names (Core §3.4.1): an answer about anybody else is forbidden. */
  readonly subject: { readonly nameId: string; readonly format: string } | null;
  readonly forceAuthn: boolean;
  readonly isPassive: boolean;
  readonly authnContext: RequestedAuthnContext | null;
  readonly failure: SamlErrorCode | null;
  /** Whose limit it counts against until somebody is signed in (limits.ts). */
  readonly countedNetwork: string | null;
}

export type Waiting = NewWaiting & { readonly id: SsoRequestId; readonly receivedAt: Date };

// One cookie a request: two tabs that sign in to two applications do not disturb each other.
const cookieName = (id: string) => `sso-${id.slice(-12)}`;

/** Keeps the request and answers where it waits and what binds it. @throws {requestReplayed} for a message id seen before. */
export async function keepWaiting(db: TenantDb, waiting: NewWaiting, now: Date) {
  const id = SsoRequestId.parse(Bun.randomUUIDv7());
  const { token, hash } = randomToken();
  await db
    .insertInto("sso_requests")
    .values({
      id,
      application_id: waiting.applicationId,
      message_id: waiting.messageId,
      relay_state: waiting.relayState,
      acs_url: waiting.acsUrl,
      name_id_format: waiting.nameIdFormat,
      may_create_id: waiting.mayCreateId,
      subject: waiting.subject?.nameId ?? null,
      subject_format: waiting.subject?.format ?? null,
      force_authn: waiting.forceAuthn,
      is_passive: waiting.isPassive,
      authn_context: waiting.authnContext ? JSON.stringify(waiting.authnContext) : null,
      failure: waiting.failure,
      counted_network: waiting.countedNetwork,
      browser_hash: hash,
      received_at: now,
      expires_at: secondsLater(now, waitSeconds),
    })
    .onConflict((on) => on.constraint("sso_requests_message_unique").doNothing())
    .returning("id")
    .executeTakeFirstOrThrow(() => requestReplayed());
  return { id, token };
}

export const waitingPath = (id: SsoRequestId): string => `/saml/idp/sso/${id}`;

/** The request that a path leads to; null: none. */
export function waitingIdIn(path: string): SsoRequestId | null {
  const prefix = waitingPath("" as SsoRequestId);
  const id = path.startsWith(prefix) ? SsoRequestId.safeParse(path.slice(prefix.length)) : null;
  return id?.success ? id.data : null;
}

export function bindBrowser(
  cookies: CookieJar,
  { id, token }: { id: SsoRequestId; token: string },
): void {
  cookies.set(cookieName(id), token, { maxAgeSeconds: waitSeconds });
}

export const releaseBrowser = (cookies: CookieJar, id: SsoRequestId): void =>
  cookies.clear(cookieName(id));

/** Leaves the browser bound for as long as the page may be loaded again. */
export function releaseBrowserLater(cookies: CookieJar, id: SsoRequestId): void {
  const token = cookies.get(cookieName(id));
  if (token !== undefined) cookies.set(cookieName(id), token, { maxAgeSeconds: reloadSeconds });
}

/**
 * The request that waits in this browser. The cookie stops an attacker from sending a victim a link to a request of his own, whose
 * answer would sign the victim in to a session the attacker prepared.
 * @throws {requestGone} @throws {otherBrowser}
 */
export async function findWaiting(
  db: TenantDb,
  { cookies, now }: Pick<Handling, "cookies" | "now">,
  id: SsoRequestId,
): Promise<Waiting> {
  const row = await db
    .selectFrom("sso_requests")
    .selectAll()
    .where("id", "=", id)
    .where(({ or, eb }) => or([eb("consumed_at", "is", null), eb("reloadable_until", ">", now)]))
    .where("expires_at", ">", now)
    .executeTakeFirstOrThrow(() => requestGone());
  const token = cookies.get(cookieName(id));
  if (token === undefined || !equalBytes(hashToken(token), row.browser_hash)) throw otherBrowser();
  return {
    id,
    applicationId: row.application_id,
    messageId: row.message_id,
    relayState: row.relay_state,
    acsUrl: row.acs_url,
    nameIdFormat: row.name_id_format,
    mayCreateId: row.may_create_id,
    subject:
      row.subject === null || row.subject_format === null
        ? null
        : { nameId: row.subject, format: row.subject_format },
    forceAuthn: row.force_authn,
    isPassive: row.is_passive,
    authnContext: row.authn_context as RequestedAuthnContext | null,
    failure: row.failure as SamlErrorCode | null,
    countedNetwork: row.counted_network,
    receivedAt: row.received_at,
  };
}

/**
 * Uses the request up. Where a button was pressed, exactly one caller succeeds. Where a page that is only loaded answers, loading it
 * again in the same browser answers again for a moment, each time with an assertion of its own: an application takes one of them, since
 * all answer the same request (Profiles §4.1.4.5).
 * @throws {requestGone}
 */
export async function consumeWaiting(
  db: TenantDb,
  id: SsoRequestId,
  { now, by }: { now: Date; by: "button" | "page" },
): Promise<void> {
  await db
    .updateTable("sso_requests")
    .set(({ fn, val }) => ({
      consumed_at: fn.coalesce("consumed_at", val(now)),
      reloadable_until:
        by === "page"
          ? fn.coalesce("reloadable_until", val(secondsLater(now, reloadSeconds)))
          : null,
    }))
    .where("id", "=", id)
    .where(({ or, eb }) =>
      or([
        eb("consumed_at", "is", null),
        ...(by === "page" ? [eb("reloadable_until", ">", now)] : []),
      ]),
    )
    .returning("id")
    .executeTakeFirstOrThrow(() => requestGone());
}
