// Tenants before a scope exists: through the named functions of the system role only (sql/README.md).
import { sql } from "kysely";
import type { SystemDb } from "#platform/db/database.ts";
import type { TenantId } from "#src/ids.ts";
import type { Tenant } from "./schema.ts";

interface TenantRow {
  id: TenantId;
  subdomain: string;
  name: string;
  state: Tenant["state"];
  created_at: Date;
}

const toTenant = ({ created_at, ...row }: TenantRow): Tenant => ({ ...row, createdAt: created_at });

/** The tenant of a host label, or null. */
export async function findTenant(db: SystemDb, subdomain: string): Promise<Tenant | null> {
  const { rows } = await sql<TenantRow>`select * from find_tenant(${subdomain})`.execute(db);
  return rows[0] ? toTenant(rows[0]) : null;
}

/** At most `limit` tenants (1000 at the very most) after a subdomain, by subdomain. */
export async function listTenants(db: SystemDb, after: string, limit: number): Promise<Tenant[]> {
  const { rows } = await sql<TenantRow>`select * from list_tenants(${after}, ${limit})`.execute(db);
  return rows.map(toTenant);
}

/** Creates the tenant of a subdomain, or answers the one that is there under its stored name. */
export async function createTenant(
  db: SystemDb,
  subdomain: string,
  name: string,
): Promise<{ tenant: Tenant; created: boolean }> {
  const { rows } = await sql<TenantRow & { created: boolean }>`
    select (made.tenant).*, made.created from create_tenant(${subdomain}, ${name}) as made`.execute(
    db,
  );
  const [row] = rows;
  if (!row) throw new Error("create_tenant answered no row");
  const { created, ...tenant } = row;
  return { tenant: toTenant(tenant), created };
}

/** Suspends or resumes; null when there is no such tenant. */
export async function setTenantState(
  db: SystemDb,
  subdomain: string,
  state: Tenant["state"],
): Promise<Tenant | null> {
  const { rows } = await sql<TenantRow>`
    select * from set_tenant_state(${subdomain}, ${state}::tenant_state)`.execute(db);
  return rows[0] ? toTenant(rows[0]) : null;
}
