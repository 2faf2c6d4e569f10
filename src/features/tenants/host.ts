// Host → tenant: exactly one label before the base domain. Everything else is nobody's host.
import type { Site } from "#platform/http/context.ts";
import type { Services } from "#platform/services.ts";
import { type Config, originOf } from "#src/config.ts";
import { findTenant } from "./queries.ts";
import { type Tenant, subdomainProblem } from "./schema.ts";

/** What a Host header names. */
export type HostKind = { kind: "base" } | { kind: "label"; label: string } | { kind: "foreign" };

/** Reads a Host header (case, port and one trailing dot do not matter). Forwarded hosts are never consulted. */
export function readHost(host: string | undefined, baseDomain: string): HostKind {
  const name = (host ?? "")
    .toLowerCase()
    .replace(/:\d{1,5}$/, "")
    .replace(/\.$/, "");
  if (name === baseDomain) return { kind: "base" };
  const suffix = `.${baseDomain}`;
  if (!name.endsWith(suffix)) return { kind: "foreign" };
  const label = name.slice(0, -suffix.length);
  return subdomainProblem(label) === null ? { kind: "label", label } : { kind: "foreign" };
}

/** `https://acme.id.example.com`, from configuration and the tenant's subdomain alone. */
export const siteOrigin = (config: Config, subdomain: string): string =>
  originOf(config.http, `${subdomain}.${config.http.baseDomain}`);

export const siteOf = (config: Config, tenant: Tenant): Site => ({
  tenantId: tenant.id,
  subdomain: tenant.subdomain,
  name: tenant.name,
  origin: siteOrigin(config, tenant.subdomain),
});

const rememberedSeconds = 5;
const rememberedMost = 1_000;

/** Finds active tenants by label, remembering answers (yes and no) for 5 s: a suspension takes that long to reach every process. */
export function createTenantFinder({
  database,
  config,
  clock,
}: Pick<Services, "database" | "config" | "clock">) {
  const remembered = new Map<string, { site: Site | null; until: number }>();
  return async (label: string): Promise<Site | null> => {
    const now = clock.now().getTime();
    const known = remembered.get(label);
    if (known && known.until > now) return known.site;
    const tenant = await database.system((db) => findTenant(db, label));
    const site = tenant?.state === "active" ? siteOf(config, tenant) : null;
    if (remembered.size >= rememberedMost) remembered.clear();
    remembered.set(label, { site, until: now + rememberedSeconds * 1000 });
    return site;
  };
}
