// Host → tenant: exactly one label before the base domain. Everything else is nobody's host.
import type { Database, TenantDb } from "#platform/db/database.ts";
import type { Site, SiteFace } from "#platform/http/context.ts";
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

export const siteOf = (config: Config, tenant: Tenant, face: SiteFace = {}): Site => ({
  tenantId: tenant.id,
  subdomain: tenant.subdomain,
  name: tenant.name,
  origin: siteOrigin(config, tenant.subdomain),
  face,
});

const rememberedSeconds = 5;
const rememberedMost = 1_000;

type Remembered = Map<string, { site: Site | null; until: number }>;
/** What the finders of this process remember, by the database they ask. */
const finders = new WeakMap<Database, Remembered[]>();

/**
 * Finds active tenants by label, remembering answers (yes and no) for 5 s: a suspension takes that long to reach every process.
 * `faceOf` reads what a tenant looks like; without it, all look alike.
 */
export function createTenantFinder(
  { database, config, clock }: Pick<Services, "database" | "config" | "clock">,
  faceOf?: (db: TenantDb) => Promise<SiteFace>,
) {
  const remembered: Remembered = new Map();
  finders.set(database, [...(finders.get(database) ?? []), remembered]);
  const find = async (label: string): Promise<Site | null> => {
    const tenant = await database.system((db) => findTenant(db, label));
    if (tenant?.state !== "active") return null;
    return siteOf(config, tenant, await (faceOf && database.tenant(tenant.id).read(faceOf)));
  };
  return async (label: string): Promise<Site | null> => {
    const now = clock.now().getTime();
    const known = remembered.get(label);
    if (known && known.until > now) return known.site;
    const site = await find(label);
    if (remembered.size >= rememberedMost) remembered.clear();
    remembered.set(label, { site, until: now + rememberedSeconds * 1000 });
    return site;
  };
}

/** After a change to how a tenant looks or is called: this process shows it at once, others within 5 s. */
export function forgetSite({ database }: Pick<Services, "database">, subdomain: string): void {
  for (const remembered of finders.get(database) ?? []) remembered.delete(subdomain);
}
