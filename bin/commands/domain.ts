// Domains of a tenant: list, and prove by the word of whoever runs the installation.
import { siteOf } from "#features/tenants/index.ts";
import { listDomains, NewDomain, proveByOperator } from "#features/domains/index.ts";
import { postOf } from "#platform/http/handling.ts";
import { invalidInput, problemsOf } from "#platform/http/input.ts";
import { operate, printOne, printRows } from "../_operate.ts";
import { nounCommand, strictCommand } from "../_strict.ts";

const tenant = { type: "string", required: true, description: "the tenant's subdomain" } as const;
const json = { type: "boolean", description: "print JSON" } as const;

const list = strictCommand({
  meta: { name: "list", description: "Domains of a tenant, by name" },
  args: { tenant, json },
  run: ({ args }) =>
    operate("domain list", async ({ services, tenantNamed }) => {
      const { id } = await tenantNamed(args.tenant);
      const { items } = await services.database.tenant(id).read(listDomains);
      const rows = items.map(({ provider, ...row }) => ({ ...row, provider: provider?.name }));
      printRows(rows, args.json ?? false);
    }),
});

const prove = strictCommand({
  meta: {
    name: "prove",
    description:
      "Vouch that a domain belongs to a tenant, where no public name server knows it; adds it if it is not there. From then on the addresses of people who are added there count as verified. Recorded in the audit trail, and told to super administrators (exit 0, also when it was proved already; 1 when there is no such tenant, or the name is nobody's own)",
  },
  args: {
    tenant,
    domain: { type: "string", required: true, description: "such as corp.example" },
    json,
  },
  run: ({ args }) =>
    operate("domain prove", async ({ services, config, tenantNamed }) => {
      const found = await tenantNamed(args.tenant);
      const input = NewDomain.safeParse({ domain: args.domain });
      if (!input.success) throw invalidInput({ errors: problemsOf(input.error.issues) });
      const by = {
        actor: { kind: "operator", command: "domain prove" } as const,
        post: postOf(services, siteOf(config, found)),
        now: services.clock.now(),
      };
      const { domain, provedAt, provedHow } = await services.database
        .tenant(found.id)
        .write((db) => proveByOperator(db, by, input.data.domain));
      printOne({ domain, provedAt, provedHow }, args.json ?? false);
    }),
});

export const command = nounCommand("domain", "E-mail domains of a tenant", { list, prove });
