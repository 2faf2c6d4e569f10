// What a tenant's data looked like: to see that a refused request changed nothing at all.
import type { TestApp, TestTenant } from "../../support/a-tenant.ts";

/**
 * Table → digest of the tenant's rows in it; left out is what any request may move: the sessions' "last seen", and how many requests the API
 * was asked.
 */
export async function stateOf(
  { asSuperuser }: Pick<TestApp, "asSuperuser">,
  { id }: Pick<TestTenant, "id">,
): Promise<Readonly<Record<string, string>>> {
  const tables = await asSuperuser<{ name: string }>(
    `select table_name as name from information_schema.columns
     where table_schema = 'app' and column_name = 'tenant_id' and table_name in
       (select relname from pg_class where relnamespace = 'app'::regnamespace and relkind = 'r')
     order by 1`,
  );
  const digests = tables.map(
    ({ name }) =>
      `select '${name}' as name, md5(coalesce(string_agg(row, e'\\n' order by row), '')) as digest
       from (select (to_jsonb(t) - 'last_seen_at')::text as row from app.${name} t
         where tenant_id = $1 ${name === "limits" ? "and name not like 'api.requests%'" : ""}) s`,
  );
  const rows = await asSuperuser<{ name: string; digest: string }>(digests.join(" union all "), [
    id,
  ]);
  return Object.fromEntries(rows.map(({ name, digest }) => [name, digest]));
}
