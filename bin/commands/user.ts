// People of a tenant: list, invite, reactivate, recover.
import { setEmailByOperator } from "#features/addresses/index.ts";
import { inviteUser } from "#features/invitations/index.ts";
import { siteOf } from "#features/tenants/index.ts";
import {
  createUser,
  EmailAddress,
  findUserByEmail,
  listUsers,
  NewUser,
  reactivateUser,
  userNotFound,
} from "#features/users/index.ts";
import { postOf } from "#platform/http/handling.ts";
import { invalidInput, problemsOf } from "#platform/http/input.ts";
import { operate, printOne, printRows } from "../_operate.ts";
import { type Outcome, recover as recoverSomebody } from "../_recover.ts";
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
      const now = services.clock.now();
      for (let cursor: string | undefined; ;) {
        const page = await scope.read((db) => listUsers(db, { q: "", limit: 200, cursor }, now));
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
        await reactivateUser(db, post, actor, { userId: known.id, now: services.clock.now() });
        return findUserByEmail(db, args.email);
      });
      printOne({ ...user }, args.json ?? false);
    }),
});

const setEmail = strictCommand({
  meta: {
    name: "set-email",
    description:
      "Break glass: give somebody another primary address, for a mailbox that is dead or in other hands. The former one is taken away and sessions and known devices end; all addresses are told, that one too, and every other super administrator. Nobody confirms the new one: be sure that it is theirs (exit 1 when it is somebody else's)",
  },
  args: {
    tenant,
    email: { ...email, description: "an address that the person has now" },
    "new-email": { type: "string", required: true, description: "the address from now on" },
    confirm: {
      type: "boolean",
      description: "also where applications or the way to sign in change by it, which are named",
    },
    json,
  },
  run: ({ args }) =>
    operate("user set-email", async ({ services, config, actor, tenantNamed }) => {
      const found = await tenantNamed(args.tenant);
      const wanted = EmailAddress.safeParse(args["new-email"]);
      if (!wanted.success) {
        const [problem] = wanted.error.issues;
        throw invalidInput({ errors: { "new-email": problem?.message ?? "" } });
      }
      const wish = {
        email: args.email,
        newEmail: wanted.data,
        confirm: args.confirm ?? false,
      };
      const post = postOf(services, siteOf(config, found));
      const now = services.clock.now();
      const { from, to } = await services.database
        .tenant(found.id)
        .write((db) => setEmailByOperator({ db, post, actor, now }, wish));
      printOne({ from, to }, args.json ?? false);
    }),
});

const recover = strictCommand({
  meta: {
    name: "recover",
    description:
      "Break glass: let somebody back in who is locked out. Reactivates them, takes their second steps away (not with --keep-second-steps), with --unlink takes them from their identity provider too, releases limits and makes a one-time link to a new password (30 minutes), which is mailed and printed. Where no second step is left the link stands for the code by e-mail, once, so that it works without mail. They and every other super administrator are told (exit 0, also when the mail could not be sent; 1 when there is no such tenant or person)",
  },
  args: {
    tenant,
    email: { ...email, description: "a verified address of the person" },
    "keep-second-steps": {
      type: "boolean",
      description:
        "leave the authenticator app, backup codes and passkeys as they are: only the password is lost",
    },
    unlink: {
      type: "boolean",
      description:
        "also take the person from the identity providers they are linked to, or were sent to: without it somebody who comes in by one is refused, because a password would open nothing",
    },
    "revert-policy-trial": {
      type: "boolean",
      description: "also end the trial of a change of the sign-in settings",
    },
    "default-policy": {
      type: "boolean",
      description: "also put the sign-in settings back to those of a new tenant",
    },
    json,
  },
  run: ({ args }) =>
    operate("user recover", async ({ services, actor, tenantNamed }) => {
      const found = await tenantNamed(args.tenant);
      const done = await recoverSomebody(services, actor, found, {
        email: args.email,
        unlink: args.unlink ?? false,
        keepSecondSteps: args["keep-second-steps"] ?? false,
        revertPolicyTrial: args["revert-policy-trial"] ?? false,
        defaultPolicy: args["default-policy"] ?? false,
      });
      if (args.json ?? false) {
        const { mailedAs: _, ...shown } = done;
        printOne({ ...shown, tenantState: found.state }, true);
      } else printRecovered(done);
      if (found.state === "suspended")
        console.error(
          `Warning: the tenant is suspended, so nobody signs in: weft tenant resume ${found.subdomain}`,
        );
    }),
});

function printRecovered(done: Outcome): void {
  const { email, reactivated, taken, limitsCleared, policy, link, linkExpiresAt, mail } = done;
  console.log(`Recovered ${email}${reactivated ? ", who was deactivated" : ""}`);
  console.log(`Taken away: ${taken.length === 0 ? "nothing but sessions" : taken.join(", ")}`);
  if (done.providers.length > 0) console.log(providersText(done));
  if (limitsCleared > 0) console.log(`Limits released: ${limitsCleared}`);
  if (policy !== "") console.log(policy);
  console.log(`Link, for one use until ${linkExpiresAt.toISOString()}:\n${link}`);
  console.log(stepText(done));
  if (mail.sent) return console.log(`It was mailed to ${email}, too`);
  console.error(`Warning: it could not be mailed: ${mail.reason}`);
  console.error("Hand the link over yourself, to nobody but its person");
}

/** What is asked for after the new password. An invitation is for somebody who has nothing yet, and needs mail. */
function stepText({ kept, mailedAs }: Outcome): string {
  if (kept.length > 0) return `After the new password is asked for: ${kept.join(", ")}`;
  return mailedAs.startsWith("invitations.")
    ? "After the password a code by e-mail is asked for: mail has to work (weft verify-email)"
    : "In the browser that opens it the link stands for the code by e-mail, once: then they set up an app or a passkey";
}

/** What is known of the person's identity providers, and what that means for signing in. */
function providersText({ providers, unlinked }: Outcome): string {
  const names = providers.join(", ");
  return unlinked
    ? `Unlinked from: ${names}. Where their address still leads there, “Use a password instead” on the sign-in page takes the password; signing in at the provider links them again`
    : `Linked to: ${names}. The password opens the account as it is; with --unlink it still does when their address leads to the provider again`;
}

export const command = nounCommand("user", "People of a tenant", {
  list,
  invite,
  reactivate,
  import: importPeople,
  "set-email": setEmail,
  recover,
});
