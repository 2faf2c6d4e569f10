export { createApiClient, revokeApiClient } from "./actions.ts";
export { authenticateBearer } from "./authenticate.ts";
export { findApiClient, listApiClients } from "./queries.ts";
export { NewApiClient } from "./schema.ts";
