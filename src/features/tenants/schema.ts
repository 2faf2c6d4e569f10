// What a tenant is called: the subdomain its people type, and the name they read.
import { z } from "zod";
import { TenantId } from "#src/ids.ts";
import { texts } from "./texts.ts";

/** Labels that belong to the installation, or that people would take for it. */
const reserved = new Set(
  (
    "www api app admin administrator auth login signin sign-in sso saml oauth oauth2 oidc scim account accounts id " +
    "mail smtp imap pop mx email webmail autoconfig autodiscover ns dns ftp vpn proxy gateway " +
    "docs doc help support status health healthz metrics static cdn assets img images files download downloads " +
    "blog news about billing payment pay security abuse postmaster hostmaster webmaster root system internal " +
    "localhost test dev staging beta demo example weft weftid"
  ).split(" "),
);
// Sign-in on these would look like the installation's own; ns1, mx2 and the like as well.
const reservedPattern = /^(?:ns|mx|smtp|mail|www)\d+$/;
/** Only development may use these: `dev.localhost` is what people type there. */
const allowedInDevelopment = new Set(["dev", "test", "demo", "example", "staging"]);

/** Why a label cannot be a tenant's subdomain, or null. */
export function subdomainProblem(label: string, isDev = false): string | null {
  if (!/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label)) return texts.subdomainShape;
  if (label.startsWith("xn--") || label.slice(2, 4) === "--") return texts.subdomainPunycode;
  const isReserved = reserved.has(label) || reservedPattern.test(label);
  if (isReserved && !(isDev && allowedInDevelopment.has(label))) return texts.subdomainReserved;
  return null;
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
