// Can one tenant see another's rows? What the catalogue says of every table, what the tenants that are there can see, and a trial
// with two that are made for it and never stay.
import { inspectDatabase, type Inspector } from "#platform/db/inspect.ts";
import type { Config } from "#src/config.ts";
import { type ActiveTenant, type Check, fail, type Finding, ok } from "../check.ts";
import { psql, weftLine } from "../lines.ts";
import { texts } from "../texts.ts";

export const isolation: Check = {
  name: "isolation",
  title: "Isolation of tenants",
  settings: ["POSTGRES_"],
  needsDatabase: true,
  async run({ services: { config }, tenants }) {
    const live = await tenants();
    return await inspectDatabase(config.database, async (inspector) => {
      const tables = await readTables(inspector);
      const catalogue = tables.flatMap((table) => ofTable(table, config));
      const owned = tables.filter(({ column }) => column !== null);
      const findings = [
        ...catalogue,
        ...(await withoutTenant(inspector, owned, config)),
        ...(await acrossTenants(inspector, owned, { live, config })),
        ...(await trial(inspector, config)),
      ];
      return findings.length > 0 ? findings : ok(texts.isolated(owned.length));
    });
  },
};

interface Policy {
  /** Quoted where it must be. */
  readonly name: string;
  /** Whether app_tenant, or everybody, is meant. */
  readonly isForTenants: boolean;
  readonly command: string;
  readonly isPermissive: boolean;
  readonly using: string | null;
  readonly check: string | null;
}

interface Table {
  /** `app.users`, quoted where it must be. */
  readonly name: string;
  /** What says whose a row is; null where rows belong to nobody. */
  readonly column: "id" | "tenant_id" | null;
  readonly isEnabled: boolean;
  readonly isForced: boolean;
  readonly policies: readonly Policy[];
}

async function readTables(inspector: Inspector): Promise<readonly Table[]> {
  // With nothing on the path, every name in a policy is printed in full.
  await inspector.rows("select set_config('search_path', 'pg_catalog', true)");
  return await inspector.rows<{ [K in keyof Table]: Table[K] }>(
    `select format('%I.%I', 'app', relname) as name,
            case when relname = 'tenants' then 'id'
                 when exists (select from pg_attribute where attrelid = c.oid and attname = 'tenant_id') then 'tenant_id'
            end as column,
            relrowsecurity as "isEnabled", relforcerowsecurity as "isForced",
            (select coalesce(json_agg(json_build_object(
                'name', quote_ident(polname), 'command', polcmd::text, 'isPermissive', polpermissive,
                'isForTenants', 0 = any (polroles) or (select oid from pg_roles where rolname = 'app_tenant') = any (polroles),
                'using', pg_get_expr(polqual, c.oid), 'check', pg_get_expr(polwithcheck, c.oid)) order by polname), '[]')
               from pg_policy where polrelid = c.oid) as policies
       from pg_class c
      where relnamespace = to_regnamespace('app') and relkind in ('r', 'p') order by relname`,
  );
}

/** Row-level security on, for the owner too, and the one policy of tenants and no other. */
function ofTable(
  { name, column, isEnabled, isForced, policies }: Table,
  config: Config,
): Finding[] {
  const findings: Finding[] = [];
  const repair = (sql: string) => psql(config, sql);
  if (!isEnabled)
    findings.push(
      fail(texts.rlsOff(name), repair(`alter table ${name} enable row level security`)),
    );
  if (!isForced)
    findings.push(
      fail(texts.rlsUnforced(name), repair(`alter table ${name} force row level security`)),
    );
  const ours = policies.filter(({ isForTenants }) => isForTenants);
  const right = column === null ? null : `(${column} = ( SELECT app.tenant_id() AS tenant_id))`;
  const isRight = (policy: Policy) =>
    policy.name === "tenant" &&
    policy.command === "*" &&
    policy.isPermissive &&
    policy.using === right &&
    policy.check === right;
  for (const policy of ours.filter((one) => !isRight(one))) {
    const drop = `drop policy ${policy.name} on ${name}`;
    const isInPlace = policy.name === "tenant" && column !== null;
    const line = isInPlace ? `${drop}; ${creation(name, column)}` : drop;
    findings.push(fail(texts.policyWrong(name, policy.name), repair(line)));
  }
  if (column !== null && !ours.some(({ name: policy }) => policy === "tenant"))
    findings.push(fail(texts.policyMissing(name), repair(creation(name, column))));
  return findings;
}

const creation = (name: string, column: string): string => {
  const own = `(${column} = (select app.tenant_id()))`;
  return `create policy tenant on ${name} to app_tenant using ${own} with check ${own}`;
};

const anyOf = (tables: readonly Table[], condition: (table: Table) => string): string =>
  tables
    .map((table) => `select '${table.name.replace(/'/g, "''")}' as name where ${condition(table)}`)
    .join(" union all ");

/** Where no tenant is set, nothing may be seen. */
async function withoutTenant(
  inspector: Inspector,
  tables: readonly Table[],
  config: Config,
): Promise<Finding[]> {
  await inspector.become("app_tenant");
  const seen = await inspector.rows<{ name: string }>(
    anyOf(tables, ({ name }) => `exists (select from ${name})`),
  );
  return seen.map(({ name }) => fail(texts.seenWithoutTenant(name), isolateAgain(config, name)));
}

/** What each of two tenants sees of the other: nothing. */
async function acrossTenants(
  inspector: Inspector,
  tables: readonly Table[],
  { live: [a, b], config }: { readonly live: readonly ActiveTenant[]; readonly config: Config },
): Promise<Finding[]> {
  if (!a || !b) return [];
  const findings: Finding[] = [];
  for (const [viewer, other] of [
    [a, b],
    [b, a],
  ] as const) {
    await inspector.become("app_tenant", viewer.id);
    const seen = await inspector.rows<{ name: string }>(
      anyOf(
        tables,
        ({ name, column }) => `exists (select from ${name} where ${column} = $1::uuid)`,
      ),
      [other.id],
    );
    for (const { name } of seen) {
      findings.push(
        fail(texts.seenAcross(viewer.subdomain, other.subdomain, name), isolateAgain(config, name)),
      );
    }
  }
  return findings;
}

const isolateAgain = (config: Config, name: string): string =>
  psql(config, `alter table ${name} enable row level security, force row level security`);

const rowSecurityViolation = "42501";

/** Two tenants that nobody ever sees: one has a group, the other neither sees nor changes it, nor can put one there. */
async function trial(inspector: Inspector, config: Config): Promise<Finding[]> {
  await inspector.become("app_system");
  const made = await inspector.rows<{ id: string }>(
    `select (made.tenant).id
       from generate_series(1, 2) as n, app.create_tenant('doctor-' || n || '-' || $1::text, 'Trial of the doctor') as made`,
    [crypto.randomUUID().slice(0, 8)],
  );
  const [mine, theirs] = made.map(({ id }) => id);
  if (mine === undefined || theirs === undefined)
    return [fail(texts.trialFailed, weftLine("tenant list"))];
  await inspector.become("app_tenant", theirs);
  await inspector.rows("insert into app.groups (name) values ('trial')");
  const count = "select count(*)::int as groups from app.groups";
  const [own] = await inspector.rows<{ groups: number }>(count);
  await inspector.become("app_tenant", mine);
  const [seen] = await inspector.rows<{ groups: number }>(count);
  const changed = await inspector.rows("update app.groups set name = 'changed' returning 1");
  const refusal = await inspector.refusalOf(
    "insert into app.groups (tenant_id, name) values ($1, 'planted')",
    [theirs],
  );
  const isKept = seen?.groups === 0 && changed.length === 0 && refusal === rowSecurityViolation;
  if (isKept && own?.groups === 1) return [];
  return [fail(isKept ? texts.trialFailed : texts.trialSeen, isolateAgain(config, "app.groups"))];
}
