// Makes a tenant with its founding super admin, or adds a super admin to one: one transaction, then the mail is given a chance to leave.
import { z } from "zod";
import { inviteUser, resendInvitation } from "#features/invitations/index.ts";
import {
  createTenant,
  siteOf,
  subdomainProblem,
  type Tenant,
  tenantCreated,
  TenantName,
} from "#features/tenants/index.ts";
import {
  createUser,
  EmailAddress,
  findUserByEmail,
  FirstName,
  LastName,
} from "#features/users/index.ts";
import { record } from "#platform/audit/record.ts";
import { defineError } from "#platform/errors.ts";
import { postOf } from "#platform/http/handling.ts";
import { invalidInput, problemsOf } from "#platform/http/input.ts";
import type { Services } from "#platform/services.ts";
import type { Actor } from "#src/actor.ts";
import { type MailOutcome, outcomeOfMail } from "./_mail-outcome.ts";

export const alreadyThere = defineError("provision.already_there", {
  status: 409,
  title: "This address belongs to somebody who has signed in already; nothing was changed",
});
export const notSuperAdmin = defineError("provision.not_super_admin", {
  status: 409,
  title: "This address was invited with another role; cancel that invitation first",
});

export interface Founding {
  readonly subdomain: string;
  readonly tenantName: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
}

export interface Provisioned {
  readonly tenant: Tenant;
  readonly created: boolean;
  readonly email: string;
  /** The invitation's address; null when the person needs none any more. */
  readonly link: string | null;
  readonly mail: MailOutcome;
}

/** Checks everything, by option name. @throws {invalidInput} with every problem at once */
function check(input: Founding) {
  const Input = z.object({
    subdomain: z
      .string()
      .trim()
      .toLowerCase()
      .superRefine((label, context) => {
        const problem = subdomainProblem(label);
        if (problem !== null) context.addIssue(problem);
      }),
    "tenant-name": TenantName,
    email: EmailAddress,
    "first-name": FirstName,
    "last-name": LastName,
  });
  const parsed = Input.safeParse({
    subdomain: input.subdomain,
    "tenant-name": input.tenantName,
    email: input.email,
    "first-name": input.firstName,
    "last-name": input.lastName,
  });
  if (!parsed.success) throw invalidInput({ errors: problemsOf(parsed.error.issues) });
  return parsed.data;
}

/**
 * Provisions. `onlyIfNew`: somebody who has an account already is no error.
 * @throws {invalidInput} @throws {alreadyThere} @throws {notSuperAdmin}
 */
export async function provision(
  services: Services,
  actor: Actor,
  input: Founding,
  { onlyIfNew = false }: { onlyIfNew?: boolean } = {},
): Promise<Provisioned> {
  const given = check(input);
  const { email } = given;
  const made = await services.database.systemThenTenant(
    async (db) => {
      const { tenant, created } = await createTenant(db, given.subdomain, given["tenant-name"]);
      return { ...tenant, created };
    },
    async (db, { created, ...tenant }) => {
      const { subdomain, name } = tenant;
      if (created) await record(db, actor, tenantCreated, { subdomain, name });
      const post = postOf(services, siteOf(services.config, tenant));
      const now = services.clock.now();
      const known = await findUserByEmail(db, email);
      if (known?.state === "active" || known?.state === "deactivated") {
        if (onlyIfNew) return { tenant, created, invited: null };
        throw alreadyThere({ email });
      }
      if (known && known.role !== "super_admin") throw notSuperAdmin({ email, role: known.role });
      const names = { firstName: given["first-name"], lastName: given["last-name"] };
      const { id: userId } =
        known ?? (await createUser(db, actor, { ...names, email, role: "super_admin" }));
      const send = known ? resendInvitation : inviteUser;
      const { url } = await send(db, post, actor, { userId, now, founding: created });
      return { tenant, created, invited: { userId, url } };
    },
  );
  const { tenant, created, invited } = made;
  if (!invited) return { tenant, created, email, link: null, mail: { sent: true } };
  const mail = await outcomeOfMail(services, tenant, invited.userId);
  return { tenant, created, email, link: invited.url, mail };
}
