// POST /oauth2/token: client credentials in, opaque bearer token out (RFC 6749 §2.3.1, §4.4, §5).
import type { Handling, HttpContext } from "#platform/http/context.ts";
import { issueToken } from "./actions.ts";
import { tokenSeconds } from "./schema.ts";

type TokenError = "invalid_request" | "invalid_client" | "unsupported_grant_type" | "invalid_scope";

interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

export async function tokenEndpoint(
  handling: Handling<unknown, unknown>,
  c: HttpContext,
): Promise<Response> {
  const mediaType = (c.req.header("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  if (mediaType !== "application/x-www-form-urlencoded") {
    return refuse(c, "invalid_request", "send application/x-www-form-urlencoded");
  }
  const form = new URLSearchParams(await c.req.text());
  const names = [...form.keys()];
  if (new Set(names).size !== names.length)
    return refuse(c, "invalid_request", "a parameter is given twice");
  const basic = c.req.header("authorization");
  const inBody = form.has("client_secret");
  if (basic !== undefined && inBody)
    return refuse(c, "invalid_request", "authenticate in one way only");
  const credentials = basic === undefined ? fromBody(form) : fromBasic(basic);
  if (!credentials)
    return refuse(c, "invalid_client", "client authentication is missing or malformed");
  // A client may repeat its id in the body, not name another (§2.3).
  if ((form.get("client_id") ?? credentials.clientId) !== credentials.clientId) {
    return refuse(c, "invalid_request", "two clients are named");
  }
  const grant = form.get("grant_type");
  if (grant !== "client_credentials") {
    return refuse(
      c,
      grant ? "unsupported_grant_type" : "invalid_request",
      "grant_type must be client_credentials",
    );
  }
  if (form.get("scope"))
    return refuse(c, "invalid_scope", "scopes are not used: the role of the client decides");
  return answer(handling, c, credentials);
}

async function answer(
  { tenant, actor, origin, now }: Handling<unknown, unknown>,
  c: HttpContext,
  credentials: Credentials,
) {
  const outcome = await tenant.write((db) => issueToken(db, actor, credentials, { origin, now }));
  switch (outcome.kind) {
    case "issued":
      return reply(c, 200, {
        access_token: outcome.token,
        token_type: "Bearer",
        expires_in: tokenSeconds,
      });
    case "limited":
      c.header("Retry-After", String(outcome.retryAfterSeconds));
      return reply(c, 429, {
        error: "invalid_client",
        error_description: "too many attempts, wait",
      });
    case "refused":
      return refuse(c, "invalid_client", "unknown client or wrong secret");
  }
}

function fromBody(form: URLSearchParams): Credentials | null {
  const [clientId, clientSecret] = [form.get("client_id"), form.get("client_secret")];
  return clientId && clientSecret ? { clientId, clientSecret } : null;
}

/** Both halves are form-encoded before they are joined (§2.3.1). */
function fromBasic(header: string): Credentials | null {
  const encoded = /^Basic ([A-Za-z0-9+/]+=*)$/i.exec(header)?.[1];
  if (encoded === undefined) return null;
  const [id, ...rest] = Buffer.from(encoded, "base64").toString().split(":");
  try {
    const [clientId, clientSecret] = [decode(id ?? ""), decode(rest.join(":"))];
    return clientId && clientSecret ? { clientId, clientSecret } : null;
  } catch {
    return null; // a stray % is a malformed header, nothing more
  }
}

const decode = (half: string) => decodeURIComponent(half.replaceAll("+", " "));

function refuse(c: HttpContext, error: TokenError, description: string): Response {
  const status = error === "invalid_client" ? 401 : 400;
  if (status === 401) c.header("WWW-Authenticate", 'Basic realm="token"');
  return reply(c, status, { error, error_description: description });
}

function reply(
  c: HttpContext,
  status: 200 | 400 | 401 | 429,
  body: Record<string, unknown>,
): Response {
  c.header("Cache-Control", "no-store");
  c.header("Pragma", "no-cache");
  return c.json(body, status);
}
