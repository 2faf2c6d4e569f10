// Builds what a handler is given from what the request carries.
import type { Actor, Origin } from "#src/actor.ts";
import { insideTransaction } from "../db/database.ts";
import type { Handling, HttpContext, Site } from "./context.ts";
import { clientAddress, isTrusted, parseNetworks, type Trusted } from "./client-address.ts";
import { cookieJar } from "./cookies.ts";
import type { Services } from "../services.ts";
import type { Post } from "../mail/queue.ts";

const networks = new WeakMap<Services, Trusted>();

/** The networks whose forwarded headers are believed, parsed once per process. */
export function trustedNetworks(services: Services): Trusted {
  const known = networks.get(services) ?? parseNetworks(services.config.http.trustedProxies);
  networks.set(services, known);
  return known;
}

/** The socket's peer address; the loopback address when there is no socket (a test calls the app directly). */
export const peerOf = (c: HttpContext): string => c.env?.peer ?? "127.0.0.1";

export function originOf(c: HttpContext): Origin {
  const trusted = trustedNetworks(c.var.services);
  const peer = peerOf(c);
  const forwarded = isTrusted(peer, trusted) ? c.req.header("x-forwarded-for") : undefined;
  return {
    requestId: c.var.requestId,
    ip: clientAddress(peer, forwarded, trusted),
    userAgent: (c.req.header("user-agent") ?? "").slice(0, 512),
  };
}

/** Whether people reach us by https: from the configuration, so that no request can talk us out of secure cookies. */
export const isSecure = (services: Services): boolean =>
  services.config.http.publicScheme === "https";

/** Where mail for a tenant is put, with links built from the tenant's row. */
export function postOf(services: Services, site: Site): Post {
  return {
    tenantId: site.tenantId,
    frame: { tenantName: site.name, baseUrl: site.origin },
    keys: services.keys,
  };
}

export function handlingOf<P, I>(c: HttpContext, params: P, input: I): Handling<P, I> {
  if (insideTransaction()) throw new Error("a request was handled inside a transaction");
  const { services, site, principal } = c.var;
  const origin = originOf(c);
  const visitor: Actor = { kind: "visitor", userId: null, origin };
  return {
    params,
    input,
    tenant: services.database.tenant(site.tenantId),
    site,
    actor: principal?.actor ?? visitor,
    session: principal?.session ?? null,
    viewer: principal?.viewer ?? null,
    services,
    origin,
    cookies: cookieJar(c, isSecure(services)),
    post: postOf(services, site),
    now: services.clock.now(),
    signal: c.req.raw.signal,
    path: c.req.path + (c.req.url.includes("?") ? c.req.url.slice(c.req.url.indexOf("?")) : ""),
    allowFormAction: (address) => c.var.formActions.push(new URL(address).protocol),
    allowFrame: (address) => c.var.frames.push(new URL(address).origin),
  };
}
