// What a tenant is called: the subdomain its people type, and the name they read.
import { z } from "zod";
import { TenantId } from "#src/ids.ts";
import { texts } from "./texts.ts";

/** Labels that belong to the installation, or that people would take for it. */
const reserved = new Set(
  (
    "www api app admin administrator auth login signin sign-in sso saml oauth oauth2 oidc scim account id " +
    "mail smtp imap pop mx webmail autoconfig autodiscover ns dns ftp docs help support status health healthz " +
    "metrics static cdn assets security abuse postmaster hostmaster webmaster root internal localhost weft weftid"
  ).split(" "),
);
// Sign-in on these would look like the installation's own; ns1, mx2 and the like as well.
const reservedPattern = /^(?:ns|mx|smtp|mail|www)\d+$/;

/** Why a label cannot be a tenant's subdomain, or null. */
export function subdomainProblem(label: string): string | null {
  if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label)) return texts.subdomainShape;
  if (label.startsWith("xn--") || label.slice(2, 4) === "--") return texts.subdomainPunycode;
  return reserved.has(label) || reservedPattern.test(label) ? texts.subdomainReserved : null;
}

export const TenantName = z
  .string()
  .trim()
  .min(1, { error: () => texts.nameMissing })
  .max(80, { error: () => texts.nameTooLong });

export const TenantState = z.enum(["active", "suspended"]);

export const Tenant = z.object({
  id: TenantId,
  subdomain: z.string(),
  name: z.string(),
  state: TenantState,
  createdAt: z.date(),
});
export type Tenant = z.infer<typeof Tenant>;
