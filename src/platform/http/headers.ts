// Headers of every answer. Scripts and styles come from our own files, scripts with this answer's nonce; nobody may frame us.
import type { MiddlewareHandler } from "hono";
import type { Env, HttpContext } from "./context.ts";

/**
 * For a year, and for every name below: tenants are the names below the base domain, and all of them are served here, over TLS. So the first
 * visit to one tenant protects the first visit to each other one by way of the base domain, and nobody on the network can answer by http in
 * the place of a name below a tenant to plant cookies for it.
 */
const strictTransport = "max-age=31536000; includeSubDomains";

/** Sets the security headers after the answer is made, also on errors. `https` adds HSTS. */
export function securityHeaders({ https }: { https: boolean }): MiddlewareHandler<Env> {
  return async (c, next) => {
    c.set("nonce", Buffer.from(crypto.getRandomValues(new Uint8Array(18))).toString("base64url"));
    c.set("formActions", []);
    c.set("frames", []);
    await next();
    const headers = c.res.headers;
    const isPage = (headers.get("content-type") ?? "").startsWith("text/html");
    const policy = isPage
      ? pagePolicy(c.var.nonce, {
          formActions: soundSources(c, c.var.formActions, actionShape),
          frames: soundSources(c, c.var.frames, originShape),
        })
      : "default-src 'none'; frame-ancestors 'none'";
    if (!headers.has("content-security-policy")) headers.set("content-security-policy", policy);
    headers.set("x-content-type-options", "nosniff");
    headers.set("x-frame-options", "DENY");
    headers.set("referrer-policy", "strict-origin-when-cross-origin");
    headers.set("cross-origin-opener-policy", "same-origin");
    headers.set("cross-origin-resource-policy", "same-origin");
    headers.set(
      "permissions-policy",
      "camera=(), geolocation=(), microphone=(), payment=(), usb=(), publickey-credentials-create=(self), publickey-credentials-get=(self)",
    );
    if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
    if (https) headers.set("strict-transport-security", strictTransport);
    headers.set("x-request-id", c.var.requestId);
  };
}

const originShape = /^https?:\/\/(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/;
/** A scheme alone, or all tenants. */
const actionShape = /^https?:(?:\/\/\*\.[A-Za-z0-9.-]+(?::[0-9]{1,5})?)?$/;

/**
 * Without what is no source of a policy: addresses of peers stand in it, and in a host `;` would end a directive and begin the next, `*`
 * would allow every one. They are refused where they are registered; here is the place where they would do harm.
 */
function soundSources(
  c: HttpContext,
  sources: readonly string[],
  shape: RegExp,
): readonly string[] {
  return sources.filter((source) => {
    const isSource = shape.test(source);
    if (!isSource) c.var.services.log.warn({ source }, "policy_source_refused");
    return isSource;
  });
}

function pagePolicy(
  nonce: string,
  { formActions, frames }: { formActions: readonly string[]; frames: readonly string[] },
): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    `form-action ${["'self'", ...formActions].join(" ")}`,
    // Without any, `default-src` forbids frames. A framed application answers at an address of ours.
    ...(frames.length > 0 ? [`frame-src ${["'self'", ...new Set(frames)].join(" ")}`] : []),
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
  ].join("; ");
}
