// What a tenant's data looked like: to see that a refused request changed nothing at all.
import type { TestApp, TestTenant } from "../../support/a-tenant.ts";

/** Table → digest of the tenant's rows in it. */
export type State = Readonly<Record<string, string | null>>;

/** Left out is what any request may move: the sessions' "last seen", and how many requests the API was asked. */
export async function stateOf(
  { asSuperuser }: Pick<TestApp, "asSuperuser">,
  { id }: Pick<TestTenant, "id">,
): Promise<State> {
  tables ??= await asSuperuser<{ name: string }>(
    `select table_name as name from information_schema.columns
     where table_schema = 'app' and column_name = 'tenant_id' and table_name in
       (select relname from pg_class where relnamespace = 'app'::regnamespace and relkind = 'r')
     order by 1`,
  );
  const digests = tables.map(
    ({ name }) =>
      `select '${name}' as name, sum(hashtextextended((to_jsonb(t) - 'last_seen_at')::text, 0)) as digest
       from app.${name} t where tenant_id = $1 ${name === "limits" ? "and name not like 'api.requests%'" : ""}`,
  );
  const rows = await asSuperuser<{ name: string; digest: string | null }>(
    digests.join(" union all "),
    [id],
  );
  return Object.fromEntries(rows.map(({ name, digest }) => [name, digest]));
}

/** The same in each database of a test: all are of one template. */
let tables: readonly { name: string }[] | undefined;
