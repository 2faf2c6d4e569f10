// A script of the organisation: an API client with a token, for what a journey needs but does not want to show in the browser.
import { createApiClient } from "#features/api-clients/index.ts";
import { findTenant } from "#features/tenants/index.ts";
import type { Somebody, Stage } from "./stage.ts";

export interface Registered {
  readonly id: string;
  readonly metadataUrl: string;
}

export interface Script {
  call<T>(method: string, path: string, body?: object): Promise<T>;
  register(application: {
    name: string;
    metadataXml: string;
    availableToAll?: boolean;
  }): Promise<Registered>;
  /** A group with these members; answers its id. */
  group(name: string, members: readonly Somebody[]): Promise<string>;
  grant(application: Registered, groupId: string): Promise<void>;
}

interface Asked {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Makes a super admin's client for acme and gets it a token at the token endpoint. */
export async function scriptOf({ services, port, acmeHost }: Stage): Promise<Script> {
  const tenant = await services.database.system((db) => findTenant(db, "acme"));
  if (!tenant) throw new Error("acme is not there");
  const actor = { kind: "operator", command: "api-client create" } as const;
  const client = await services.database.tenant(tenant.id).write((db) => {
    const all = { access: "write", areas: null } as const;
    return createApiClient(db, actor, { name: "journey", role: "super_admin", ...all });
  });
  const ask = (path: string, { headers, ...request }: Asked) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      ...request,
      headers: { ...headers, host: acmeHost },
    });
  const answer = await ask("/oauth2/token", {
    method: "POST",
    headers: {
      authorization: `Basic ${btoa(`${client.clientId}:${client.clientSecret}`)}`,
      "content-type": "application/x-www-form-urlencoded",
    },
    body: "grant_type=client_credentials",
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };

  async function call<T>(method: string, path: string, body?: object): Promise<T> {
    const answered = await ask(`/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answered.text();
    if (!answered.ok) throw new Error(`${method} ${path}: ${answered.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  return {
    call,
    register: (application) => call("POST", "/applications", { kind: "saml", ...application }),
    async group(name, members) {
      const { id } = await call<{ id: string }>("POST", "/groups", { name });
      const { items } = await call<{ items: { id: string; email: string }[] }>("GET", "/users");
      const userIds = members.map(({ email }) => items.find((user) => user.email === email)?.id);
      await call("POST", `/groups/${id}/members`, { userIds });
      return id;
    },
    grant: (application, groupId) =>
      call("POST", `/applications/${application.id}/grants`, { groupId }),
  };
}

/** Everybody but the founder joins by an invitation that the script sends. */
export const invite = (script: Script, { email, firstName, lastName }: Somebody, role = "member") =>
  script.call("POST", "/users", { email, firstName, lastName, role });
