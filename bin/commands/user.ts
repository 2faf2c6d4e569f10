// People of a tenant: list, invite, reactivate.
import { inviteUser } from "#features/invitations/index.ts";
import { siteOf } from "#features/tenants/index.ts";
import {
  createUser,
  findUserByEmail,
  listUsers,
  NewUser,
  reactivateUser,
  userNotFound,
} from "#features/users/index.ts";
import { postOf } from "#platform/http/handling.ts";
import { invalidInput, problemsOf } from "#platform/http/input.ts";
import { operate, printOne, printRows } from "../_operate.ts";
import { nounCommand, strictCommand } from "../_strict.ts";
import { importPeople } from "./_user-import.ts";

const tenant = { type: "string", required: true, description: "the tenant's subdomain" } as const;
const email = { type: "string", required: true, description: "the person's address" } as const;
const json = { type: "boolean", description: "print JSON" } as const;

const list = strictCommand({
  meta: { name: "list", description: "People of a tenant, by name" },
  args: { tenant, json },
  run: ({ args }) =>
    operate("user list", async ({ services, tenantNamed }) => {
      const { id } = await tenantNamed(args.tenant);
      const scope = services.database.tenant(id);
      const rows: Record<string, unknown>[] = [];
      for (let cursor: string | undefined; ;) {
        const page = await scope.read((db) => listUsers(db, { q: "", limit: 200, cursor }));
        rows.push(...page.items);
        if (page.next === null) break;
        cursor = page.next;
      }
      printRows(rows, args.json ?? false);
    }),
});

const invite = strictCommand({
  meta: { name: "invite", description: "Invite somebody to a tenant; prints the link" },
  args: {
    tenant,
    email,
    "first-name": { type: "string", required: true, description: "first name" },
    "last-name": { type: "string", required: true, description: "last name" },
    role: {
      type: "string",
      default: "member",
      description: "member (default), admin or super_admin",
    },
    json,
  },
  run: ({ args }) =>
    operate("user invite", async ({ services, config, actor, tenantNamed }) => {
      const found = await tenantNamed(args.tenant);
      const input = NewUser.safeParse({
        email: args.email,
        firstName: args["first-name"],
        lastName: args["last-name"],
        role: args.role,
      });
      if (!input.success) throw invalidInput({ errors: problemsOf(input.error.issues) });
      const post = postOf(services, siteOf(config, found));
      const { user, link } = await services.database.tenant(found.id).write(async (db) => {
        const made = await createUser(db, actor, input.data);
        const { url } = await inviteUser(db, post, actor, {
          userId: made.id,
          now: services.clock.now(),
        });
        return { user: made, link: url };
      });
      printOne({ ...user, link }, args.json ?? false);
    }),
});

const reactivate = strictCommand({
  meta: { name: "reactivate", description: "Let a deactivated person in again" },
  args: { tenant, email, json },
  run: ({ args }) =>
    operate("user reactivate", async ({ services, config, actor, tenantNamed }) => {
      const found = await tenantNamed(args.tenant);
      const post = postOf(services, siteOf(config, found));
      const user = await services.database.tenant(found.id).write(async (db) => {
        const known = await findUserByEmail(db, args.email);
        if (!known) throw userNotFound({ email: args.email });
        await reactivateUser(db, post, actor, known.id);
        return findUserByEmail(db, args.email);
      });
      printOne({ ...user }, args.json ?? false);
    }),
});

export const command = nounCommand("user", "People of a tenant", {
  list,
  invite,
  reactivate,
  import: importPeople,
});
