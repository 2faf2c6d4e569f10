// API clients for super admins, and the token endpoint for the clients themselves.
import { routes } from "#platform/http/route.ts";
import { createApiClient, replaceSecret, revokeApiClient } from "./actions.ts";
import { findApiClient, listApiClients } from "./queries.ts";
import {
  ApiClient,
  ApiClientList,
  ApiClientPaging,
  ApiClientParams,
  CreatedApiClient,
  NewApiClient,
} from "./schema.ts";
import { texts } from "./texts.ts";
import { tokenEndpoint } from "./token-endpoint.ts";
import {
  ApiClientsPage,
  ConfirmRevoke,
  ConfirmSecret,
  ConfirmSecretPage,
  CreatedPage,
  NewApiClientForm,
  ReplacedPage,
} from "./views.tsx";

export const apiClientRoutes = routes()
  .on("get", "/api-clients", {
    permit: "api_clients.read",
    input: ApiClientPaging,
    reply: ApiClientList,
    summary: "List API clients",
    title: texts.title,
    handle: ({ tenant, input }) => tenant.read((db) => listApiClients(db, input)),
    page: ApiClientsPage,
  })
  .screen("get", "/api-clients/new", {
    fresh: true,
    permit: "api_clients.manage",
    title: texts.create,
    handle: () => Promise.resolve({ values: { role: "member", access: "read" } }),
    form: NewApiClientForm,
  })
  .on("post", "/api-clients", {
    fresh: true,
    permit: "api_clients.manage",
    input: NewApiClient,
    reply: CreatedApiClient,
    summary: "Create an API client; the answer holds its secret, once",
    creates: true,
    title: texts.create,
    handle: ({ tenant, actor, input }) => tenant.write((db) => createApiClient(db, actor, input)),
    form: NewApiClientForm,
    page: CreatedPage,
  })
  .screen("get", "/api-clients/:clientId/revocation", {
    fresh: true,
    permit: "api_clients.manage",
    params: ApiClientParams,
    title: texts.revoke,
    handle: ({ tenant, params }) => tenant.read((db) => findApiClient(db, params.clientId)),
    page: ConfirmRevoke,
  })
  .on("put", "/api-clients/:clientId/revocation", {
    fresh: true,
    permit: "api_clients.manage",
    params: ApiClientParams,
    reply: ApiClient,
    summary: "Revoke an API client and its tokens",
    handle: ({ tenant, actor, params, now }) =>
      tenant.write(async (db) => {
        await revokeApiClient(db, actor, params.clientId, now);
        return findApiClient(db, params.clientId);
      }),
    next: () => "/api-clients",
    notice: () => texts.revokedNotice,
  })
  .screen("get", "/api-clients/:clientId/secret", {
    fresh: true,
    permit: "api_clients.manage",
    params: ApiClientParams,
    title: texts.newSecret,
    handle: ({ tenant, params }) => tenant.read((db) => findApiClient(db, params.clientId)),
    page: ConfirmSecretPage,
  })
  .on("post", "/api-clients/:clientId/secret", {
    fresh: true,
    permit: "api_clients.manage",
    params: ApiClientParams,
    reply: CreatedApiClient,
    summary:
      "Give an API client another secret; the answer holds it, once. It acts by the right of who asks from then on",
    title: texts.newSecret,
    handle: ({ tenant, actor, params }) =>
      tenant.write((db) => replaceSecret(db, actor, params.clientId)),
    form: ConfirmSecret,
    load: ({ tenant, params }) => tenant.read((db) => findApiClient(db, params.clientId)),
    page: ReplacedPage,
  })
  .endpoint("post", "/oauth2/token", {
    credentials: "none",
    bodyMaxBytes: 8 * 1024,
    summary: "Exchange client credentials for a bearer token",
    handle: tokenEndpoint,
  });
