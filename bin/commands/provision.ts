// A tenant and its founding super admin, or one more super admin.
import { provision } from "../_provision.ts";
import { operate } from "../_operate.ts";
import { exitCodes, strictCommand } from "../_strict.ts";

const text = (description: string) => ({ type: "string", description }) as const;

export const command = strictCommand(
  {
    meta: {
      name: "provision",
      description:
        "Create a tenant and invite its founding super admin; an existing subdomain gets one more super admin (exit 0, also when the mail could not be sent; 1 for wrong input)",
    },
    args: {
      subdomain: text("the tenant's part of the address, such as acme (required)"),
      "tenant-name": text("the organisation's name (required)"),
      email: text("the super admin's address (required)"),
      "first-name": text("the super admin's first name (required)"),
      "last-name": text("the super admin's last name (required)"),
    },
    run: ({ args }) =>
      operate("provision", async ({ services, actor }) => {
        const done = await provision(services, actor, {
          subdomain: args.subdomain ?? "",
          tenantName: args["tenant-name"] ?? "",
          email: args.email ?? "",
          firstName: args["first-name"] ?? "",
          lastName: args["last-name"] ?? "",
        });
        const { subdomain, name } = done.tenant;
        console.log(
          `${done.created ? "Created" : "Using the existing"} tenant ${subdomain} (${name})`,
        );
        if (done.mail.sent) return console.log(`Invitation sent to ${done.email}`);
        console.error(`Warning: the invitation could not be sent: ${done.mail.reason}`);
        console.log(`Give this link to ${done.email} instead (valid for 7 days):\n${done.link}`);
      }),
  },
  { usageExit: exitCodes.refused },
);
