// The API door's lock: a bearer token in the Authorization header (RFC 6750 §2.1) and nothing else; cookies are not looked at.
import { hashToken } from "#platform/crypto/token.ts";
import type { HttpContext, Principal } from "#platform/http/context.ts";
import { originOf } from "#platform/http/handling.ts";
import { badToken } from "./errors.ts";
import { findByToken } from "./queries.ts";

/** Who the token stands for, null without one. @throws {badToken} for one that is there and does not work */
export async function authenticateBearer(c: HttpContext): Promise<Principal | null> {
  const header = c.req.header("authorization");
  if (header === undefined) {
    c.header("WWW-Authenticate", "Bearer");
    return null;
  }
  const token = /^Bearer ([\w~+/.-]{20,200}=*)$/i.exec(header)?.[1];
  const { services, site } = c.var;
  const client =
    token === undefined
      ? null
      : await services.database
          .tenant(site.tenantId)
          .read((db) => findByToken(db, hashToken(token), services.clock.now()));
  if (!client) {
    c.header("WWW-Authenticate", 'Bearer error="invalid_token"');
    throw badToken();
  }
  return {
    actor: {
      kind: "client",
      clientId: client.id,
      role: client.role,
      scope: { access: client.access, areas: client.areas },
      origin: originOf(c),
    },
    viewer: null,
    session: null,
  };
}
