// Tenants: list, show, suspend, resume.
import {
  tenantResumed,
  tenantSuspended,
  listTenants,
  setTenantState,
  siteOrigin,
  tenantNotFound,
} from "#features/tenants/index.ts";
import { record } from "#platform/audit/record.ts";
import { operate, printOne, printRows } from "../_operate.ts";
import { nounCommand, strictCommand } from "../_strict.ts";

const json = { type: "boolean", description: "print JSON" } as const;
const subdomain = {
  type: "positional",
  required: true,
  description: "the tenant's subdomain",
} as const;
const pageSize = 500;

const list = strictCommand({
  meta: { name: "list", description: "All tenants, by subdomain" },
  args: { json },
  run: ({ args }) =>
    operate("tenant list", async ({ services }) => {
      const rows = [];
      for (let after = ""; ;) {
        const page = await services.database.system((db) => listTenants(db, after, pageSize));
        rows.push(...page);
        const last = page.at(-1);
        if (page.length < pageSize || !last) break;
        after = last.subdomain;
      }
      printRows(rows, args.json ?? false);
    }),
});

const show = strictCommand({
  meta: { name: "show", description: "One tenant" },
  args: { subdomain, json },
  run: ({ args }) =>
    operate("tenant show", async ({ tenantNamed, config, services }) => {
      const tenant = await tenantNamed(args.subdomain);
      const counts = await services.database.tenant(tenant.id).read(async (db) => {
        const people = await db
          .selectFrom("users")
          .select(({ fn }) => fn.countAll<string>().as("count"))
          .executeTakeFirstOrThrow();
        const apps = await db
          .selectFrom("applications")
          .select(({ fn }) => fn.countAll<string>().as("count"))
          .executeTakeFirstOrThrow();
        return { users: Number(people.count), applications: Number(apps.count) };
      });
      printOne(
        { ...tenant, address: siteOrigin(config, tenant.subdomain), ...counts },
        args.json ?? false,
      );
    }),
});

const changeState = (name: "suspend" | "resume", description: string) =>
  strictCommand({
    meta: { name, description },
    args: { subdomain, json },
    run: ({ args }) =>
      operate(`tenant ${name}`, async ({ services, actor }) => {
        const state = name === "suspend" ? "suspended" : "active";
        const event = name === "suspend" ? tenantSuspended : tenantResumed;
        const tenant = await services.database.systemThenTenant(
          async (db) => {
            const changed = await setTenantState(db, args.subdomain, state);
            if (!changed) throw tenantNotFound({ subdomain: args.subdomain });
            return changed;
          },
          async (db, changed) => {
            await record(db, actor, event, { subdomain: changed.subdomain });
            return changed;
          },
        );
        printOne(tenant, args.json ?? false);
      }),
  });

export const command = nounCommand("tenant", "Organisations of this installation", {
  list,
  show,
  suspend: changeState("suspend", "Close a tenant: its address answers 404 until it is resumed"),
  resume: changeState("resume", "Open a suspended tenant again"),
});
