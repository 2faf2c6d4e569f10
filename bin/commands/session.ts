// Sessions of a tenant: ending all of them.
import { endAllSessions } from "#features/sessions/index.ts";
import { operate, printOne } from "../_operate.ts";
import { nounCommand, strictCommand } from "../_strict.ts";

const endAll = strictCommand({
  meta: {
    name: "end-all",
    description:
      "End everybody's sessions in a tenant at once; prints how many, of how many people. Everybody signs in again with all that is asked of them; API clients go on (exit 0; 1 when there is no such tenant)",
  },
  args: {
    tenant: { type: "string", required: true, description: "the tenant's subdomain" },
    json: { type: "boolean", description: "print JSON" },
  },
  run: ({ args }) =>
    operate("session end-all", async ({ services, actor, tenantNamed }) => {
      const { id } = await tenantNamed(args.tenant);
      const { ended } = await services.database
        .tenant(id)
        .write((db) => endAllSessions(db, actor, null));
      printOne({ ...ended }, args.json ?? false);
    }),
});

export const command = nounCommand("session", "Who is signed in to a tenant", {
  "end-all": endAll,
});
