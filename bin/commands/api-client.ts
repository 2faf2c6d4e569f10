// API clients of a tenant: create (the secret is printed once), list, revoke.
import {
  createApiClient,
  findApiClient,
  listApiClients,
  NewApiClient,
  revokeApiClient,
} from "#features/api-clients/index.ts";
import { invalidInput, problemsOf } from "#platform/http/input.ts";
import { ApiClientId } from "#src/ids.ts";
import { areas } from "#src/permissions.ts";
import { operate, printOne, printRows } from "../_operate.ts";
import { nounCommand, strictCommand } from "../_strict.ts";

const tenant = { type: "string", required: true, description: "the tenant's subdomain" } as const;
const json = { type: "boolean", description: "print JSON" } as const;

const create = strictCommand({
  meta: {
    name: "create",
    description: "Create an API client; prints clientId and clientSecret, the secret only now",
  },
  args: {
    tenant,
    name: { type: "string", required: true, description: "what it is for" },
    role: { type: "string", required: true, description: "member, admin or super_admin" },
    access: { type: "string", default: "write", description: "read, or write (default)" },
    areas: {
      type: "string",
      description: `limit it to areas, separated by commas: ${areas.join(", ")} (default: all)`,
    },
    json,
  },
  run: ({ args }) =>
    operate("api-client create", async ({ services, actor, tenantNamed }) => {
      const { id } = await tenantNamed(args.tenant);
      const input = NewApiClient.safeParse({
        name: args.name,
        role: args.role,
        access: args.access,
        areas: args.areas?.split(",").map((area) => area.trim()),
      });
      if (!input.success) throw invalidInput({ errors: problemsOf(input.error.issues) });
      const client = await services.database
        .tenant(id)
        .write((db) => createApiClient(db, actor, input.data));
      printOne(client, args.json ?? false);
    }),
});

const list = strictCommand({
  meta: { name: "list", description: "API clients of a tenant, newest first (200 at most)" },
  args: { tenant, json },
  run: ({ args }) =>
    operate("api-client list", async ({ services, tenantNamed }) => {
      const { id } = await tenantNamed(args.tenant);
      const { items } = await services.database
        .tenant(id)
        .read((db) => listApiClients(db, { limit: 200 }));
      printRows(items, args.json ?? false);
    }),
});

const revoke = strictCommand({
  meta: { name: "revoke", description: "Revoke an API client and its tokens" },
  args: {
    tenant,
    id: { type: "positional", required: true, description: "the client's id" },
    json,
  },
  run: ({ args }) =>
    operate("api-client revoke", async ({ services, actor, tenantNamed }) => {
      const { id } = await tenantNamed(args.tenant);
      const clientId = ApiClientId.safeParse(args.id);
      if (!clientId.success) throw invalidInput({ errors: { id: "is not a client’s id" } });
      const client = await services.database.tenant(id).write(async (db) => {
        await revokeApiClient(db, actor, clientId.data, services.clock.now());
        return findApiClient(db, clientId.data);
      });
      printOne(client, args.json ?? false);
    }),
});

export const command = nounCommand("api-client", "Scripts that use the API of a tenant", {
  create,
  list,
  revoke,
});
