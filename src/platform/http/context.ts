// What a request carries on its way through a door, and what a handler is given of it.
import type { Context } from "hono";
import type { Actor, Origin } from "#src/actor.ts";
import type { SessionId, UserId } from "#src/ids.ts";
import type { TenantId } from "#src/ids.ts";
import type { TenantScope } from "../db/database.ts";
import type { Post } from "../mail/queue.ts";
import type { Services } from "../services.ts";
import type { CookieJar } from "./cookies.ts";
import type { NoticeKind } from "../ui/types.ts";
import type { Viewer } from "./view.ts";

/** What a tenant looks like on pages; nothing: like WeftID. */
export interface SiteFace {
  /** Six hexadecimal digits after `#`. */
  readonly accent?: string;
  /** Path of the logo on the tenant's host. */
  readonly logo?: string;
}

/** The tenant a request's host names. */
export interface Site {
  readonly tenantId: TenantId;
  readonly subdomain: string;
  readonly name: string;
  /** `https://acme.id.example.com`, without a slash: built from the tenant's row, never from the request. */
  readonly origin: string;
  readonly face: SiteFace;
}

/** A signed-in person's session, as far as handlers need it. */
export interface SessionFacts {
  readonly id: SessionId;
  readonly userId: UserId;
  /** SHA-256 of the token that the request came with: whoever gives the session another one does it in the place of this one. */
  readonly tokenHash: Buffer;
  /** How and when this person proved who they are; told truthfully to applications. */
  readonly methods: readonly string[];
  readonly authenticatedAt: Date;
  /** When the person signed in; proving it again since does not move it. */
  readonly startedAt: Date;
  readonly expiresAt: Date;
  /** A page to which the person is led before any other, until they have done what it asks for; null: nobody asked them. */
  readonly detour: string | null;
}

/** Who a door let in. */
export interface Principal {
  readonly actor: Actor;
  readonly viewer: Viewer | null;
  readonly session: SessionFacts | null;
}

/** What was sent, and what the route's schema says about it. */
export interface Read {
  readonly raw: Readonly<Record<string, unknown>>;
  /** Undefined where there are problems. */
  readonly parsed: unknown;
  readonly problems: Readonly<Record<string, string>> | null;
}

export interface Vars {
  requestId: string;
  nonce: string;
  /** Extra origins this one page may post a form to (an application's ACS). */
  formActions: string[];
  /** Origins this one page may show in frames (applications that are told of a sign-out). */
  frames: string[];
  route: string;
  site: Site;
  principal: Principal | null;
  services: Services;
  /** What the route's input schema made of the request, where there is one. */
  read?: Read;
  /** The caller's proof is too old for this route. */
  isStale?: true;
}
/** What the listener knows about the connection. */
export interface Connection {
  /** The address at the other end of the socket; absent where a test calls the application directly. */
  readonly peer?: string | undefined;
}
export type Env = { Variables: Vars; Bindings: Connection };
export type HttpContext = Context<Env>;

/** Everything a handler may use. Its answer is data; how data looks is the route's business. */
export interface Handling<P = undefined, I = undefined> {
  readonly params: P;
  readonly input: I;
  readonly tenant: TenantScope;
  readonly site: Site;
  readonly actor: Actor;
  readonly session: SessionFacts | null;
  readonly viewer: Viewer | null;
  readonly services: Services;
  readonly origin: Origin;
  readonly cookies: CookieJar;
  readonly post: Post;
  readonly now: Date;
  readonly signal: AbortSignal;
  /** The path and query that were asked for. */
  readonly path: string;
  /**
   * Lets this answer's page post a form to another site: to every host by the scheme of `address`, not to its origin alone. Chromium
   * asks the policy again at each redirect that answers the form (CSP 3 §6.4.1), and applications send people on from the address that
   * takes the response to hosts that no metadata names (an application's sign-on host to a customer's own, a suite's to its parts): the
   * origin alone would end those sign-ins on a blank page. What a wider policy lets through, a form that somebody else put into the
   * page, is stopped elsewhere: the page holds no text but escaped names, takes scripts by nonce only, and is never cached.
   * `test/journeys/single-sign-on.test.ts` holds both against a browser.
   */
  allowFormAction(address: string): void;
  /** Lets this answer's page hold a frame of the origin of `address`, which may lead back to ours. */
  allowFrame(address: string): void;
}

/** A handler's answer that sends the browser elsewhere (same site, absolute path). */
export class Redirect {
  readonly to: string;
  readonly notice: { readonly kind: NoticeKind; readonly text: string } | null;
  constructor(to: string, notice: Redirect["notice"]) {
    this.to = to;
    this.notice = notice;
  }
}

/** Sends the browser to a path of this site. @throws when `to` could leave the site: an open redirect helps phishing. */
export function redirect(
  to: string,
  notice: string | null = null,
  kind: NoticeKind = "success",
): Redirect {
  if (!isLocalPath(to)) throw new Error(`refusing to redirect outside the site: ${to}`);
  return new Redirect(to, notice === null ? null : { kind, text: notice });
}

/** Whether a path stays on this site: one leading slash, no backslash, no control character (browsers read `/\\evil` as `//evil`). */
export function isLocalPath(path: string): boolean {
  return /^\/(?![/\\])[^\\\p{Cc}]*$/u.test(path) && path.length <= 2048;
}
