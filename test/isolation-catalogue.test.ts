// What the catalogue must say of every object, so that a new table, function or role cannot slip past the isolation of tenants.
import { describe, expect, test } from "bun:test";
import { dumpSchema } from "../bin/schema/dump.ts";
import { tableClasses, tablesOfKind } from "./support/classes.ts";
import { testDatabase } from "./support/database.ts";
import { readTables } from "./support/tables.ts";

const { asSuperuser, connect } = await testDatabase();
const tables = await readTables(asSuperuser);
const tenantTables = tablesOfKind("tenant");

const isOurs = "relnamespace = 'app'::regnamespace and relkind in ('r', 'p')";
const inOrder = (names: Iterable<string>) => [...names].toSorted((a, b) => a.localeCompare(b));

describe("tables of schema app", () => {
  test("each have a class: add a new one to test/support/classes.ts", () => {
    expect(inOrder(tables.keys())).toEqual(inOrder(Object.keys(tableClasses)));
  });

  test("are of kind tenant where they have a tenant_id, and only there", () => {
    const withTenant = [...tables.values()].filter(({ columns }) =>
      columns.some(({ name }) => name === "tenant_id"),
    );
    expect(inOrder(withTenant.map(({ name }) => name))).toEqual(inOrder(tenantTables));
  });

  test("have row-level security enabled and forced", async () => {
    const rows = await asSuperuser<{ name: string }>(
      `select relname as name from pg_class where ${isOurs} and not (relrowsecurity and relforcerowsecurity)`,
    );
    expect(rows).toEqual([]);
  });

  test("have the one policy of their kind, and no other", async () => {
    const policies = await asSuperuser<{ name: string; policy: string }>(
      `select c.relname as name, format('%s %s %s to %s using %s check %s', p.polname, p.polcmd, p.polpermissive,
         (select string_agg(r::regrole::text, ',') from unnest(p.polroles) r),
         pg_get_expr(p.polqual, c.oid), pg_get_expr(p.polwithcheck, c.oid)) as policy
       from pg_class c left join pg_policy p on p.polrelid = c.oid where ${isOurs} order by 1, 2`,
    );
    const found = Map.groupBy(policies, ({ name }) => name);
    const same = (column: string) => `(${column} = ( SELECT app.tenant_id() AS tenant_id))`;
    const tenant = (column: string) =>
      `tenant * t to app_tenant using ${same(column)} check ${same(column)}`;
    const open = (name: string, role: string) => `${name} * t to ${role} using true check true`;
    const worker = open("worker", "app_system");
    // What redact_events, which runs as app_owner, may see and change: of the tenant of its transaction too.
    const own = same("tenant_id");
    const redaction: Readonly<Record<string, string>> = {
      audit_events: `owner * t to app_owner using ${own} check ${own}`,
      users: `owner r t to app_owner using ${own} check `,
      user_emails: `owner r t to app_owner using ${own} check `,
    };
    for (const [name, { kind }] of Object.entries(tableClasses)) {
      const expected = {
        tenant: [redaction[name] ?? [], tenant("tenant_id"), name === "jobs" ? worker : []].flat(),
        // The functions that look up a tenant run as app_owner.
        tenants: [open("owner", "app_owner"), tenant("id")],
        system: [worker],
      }[kind];
      expect({ name, policies: found.get(name)?.map(({ policy }) => policy) }).toEqual({
        name,
        policies: expected,
      });
    }
  });

  test("grant to each role what its class says, and nothing to anyone else", async () => {
    const grants = await asSuperuser<{ name: string; role: string; rights: string[] }>(
      `select name, role, array_agg(right_ order by right_) as rights from (
         select c.relname as name, case g.grantee when 0 then 'public' else g.grantee::regrole::text end as role,
           lower(g.privilege_type) || case when g.is_grantable then '!' else '' end as right_
         from pg_class c, aclexplode(c.relacl) g where ${isOurs} and g.grantee <> c.relowner
         union all
         select c.relname, g.grantee::regrole::text, format('%s (%s)', lower(g.privilege_type), a.attname)
         from pg_class c join pg_attribute a on a.attrelid = c.oid, aclexplode(a.attacl) g where ${isOurs}) g
       group by name, role order by name, role`,
    );
    const expected = Object.entries(tableClasses).flatMap(([name, { rights }]) =>
      Object.entries(rights).map(([role, list]) => ({ name, role, rights: [...list] })),
    );
    const key = ({ name, role }: { name: string; role: string }) => `${name} ${role}`;
    expect(grants).toEqual(expected.toSorted((a, b) => key(a).localeCompare(key(b))));
  });
});

describe.each(tenantTables)("app.%s", (name) => {
  const table = tables.get(name);

  test("has a tenant_id that is never null, comes from the scope and leads the primary key", async () => {
    const [column] = await asSuperuser(
      `select a.attnum, a.attnotnull, format_type(a.atttypid, a.atttypmod) as type, pg_get_expr(d.adbin, d.adrelid) as value
       from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
       where a.attrelid = $1::regclass and a.attname = 'tenant_id'`,
      [`app.${name}`],
    );
    expect(column).toEqual({ attnum: 1, attnotnull: true, type: "uuid", value: "app.tenant_id()" });
    expect(table?.primaryKey[0]).toBe("tenant_id");
  });

  // A check of a foreign key sees all rows, whatever the policies say: the tenant must be part of the key.
  test("refers to other tables by keys that hold the tenant", () => {
    for (const { table: other, columns } of table?.references ?? []) {
      const tenantPair = ["tenant_id", other === "tenants" ? "id" : "tenant_id"];
      expect({ other, columns }).toEqual({ other, columns: expect.arrayContaining([tenantPair]) });
    }
  });

  // Else a duplicate would tell one tenant what another has.
  test("is unique only within a tenant", async () => {
    const rows = await asSuperuser(
      `select i.indexrelid::regclass::text as index from pg_index i
       join pg_attribute a on a.attrelid = i.indrelid and a.attname = 'tenant_id'
       where i.indrelid = $1::regclass and i.indisunique and not a.attnum = any (i.indkey::int2[])`,
      [`app.${name}`],
    );
    expect(rows).toEqual([]);
  });
});

describe("roles", () => {
  test("that log in are the superuser and appuser", async () => {
    const rows = await asSuperuser(
      "select rolname, rolsuper, rolbypassrls, rolinherit, rolcreaterole, rolcreatedb from pg_roles where rolcanlogin order by 1",
    );
    expect(rows).toEqual([
      {
        rolname: "appuser",
        rolsuper: false,
        rolbypassrls: false,
        rolinherit: false,
        rolcreaterole: false,
        rolcreatedb: false,
      },
      expect.objectContaining({ rolname: "postgres", rolsuper: true }),
    ]);
  });

  test("are never bound by fewer policies than a tenant's", async () => {
    const rows = await asSuperuser(
      "select rolname from pg_roles where (rolsuper or rolbypassrls) and rolname <> 'postgres' and rolname not like 'pg\\_%'",
    );
    expect(rows).toEqual([]);
  });

  test("have one member, appuser, that may become app_tenant or app_system and inherits neither", async () => {
    const rows = await asSuperuser(
      `select roleid::regrole::text as role, member::regrole::text, inherit_option, set_option, admin_option
       from pg_auth_members where member::regrole::text like 'app%' or roleid::regrole::text like 'app%' order by 1`,
    );
    const membership = {
      member: "appuser",
      inherit_option: false,
      set_option: true,
      admin_option: false,
    };
    expect(rows).toEqual([
      { role: "app_system", ...membership },
      { role: "app_tenant", ...membership },
    ]);
  });

  test("give appuser by itself nothing but the connection", async () => {
    const rows = await asSuperuser(
      `select 'schema ' || nspname as held from pg_namespace
         where nspname not in ('pg_catalog', 'information_schema') and has_schema_privilege('appuser', oid, 'usage, create')
       union all select 'table ' || oid::regclass from pg_class c
         where relnamespace::regnamespace::text in ('app', 'public') and relkind in ('r', 'p', 'v', 'm')
           and (has_table_privilege('appuser', oid, 'select, insert, update, delete, truncate, references, trigger, maintain')
             or has_any_column_privilege('appuser', oid, 'select, insert, update, references'))
       union all select 'routine ' || oid::regprocedure from pg_proc
         where pronamespace::regnamespace::text in ('app', 'public') and has_function_privilege('appuser', oid, 'execute')
       union all select 'database: create or temporary tables' where has_database_privilege('appuser', current_database(), 'create, temporary')`,
    );
    expect(rows).toEqual([]);
  });
});

describe("routines of schema app", () => {
  const routines = asSuperuser<{
    name: string;
    is_definer: boolean;
    settings: string[] | null;
    owner: string;
    callers: string[];
  }>(
    `select p.oid::regprocedure::text as name, p.prosecdef as is_definer, p.proconfig as settings, p.proowner::regrole::text as owner,
       array(select case g.grantee when 0 then 'public' else g.grantee::regrole::text end
             from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g where g.grantee <> p.proowner order by 1) as callers
     from pg_proc p where p.pronamespace::regnamespace::text in ('app', 'public') order by 1`,
  );

  // A function that runs with its owner's rights would else look up names where its caller says.
  test("that run with their owner's rights pin the search path and serve app_system alone, but for one", async () => {
    const definers = (await routines).filter(({ is_definer }) => is_definer);
    expect(definers).not.toBeEmpty();
    for (const routine of definers) {
      expect(routine).toEqual({
        ...routine,
        settings: ["search_path=app, pg_temp"],
        owner: "app_owner",
        // test/features/erasure holds it to the tenant of its caller and to people who are anonymised.
        callers: [routine.name.includes("redact_events") ? "app_tenant" : "app_system"],
      });
    }
  });

  test("are open to no one by default", async () => {
    expect((await routines).filter(({ callers }) => callers.includes("public"))).toEqual([]);
  });
});

test("every object of schema app belongs to app_owner, who cannot log in", async () => {
  const rows = await asSuperuser(
    `select oid::regclass::text as object, relowner::regrole::text as owner from pg_class where relnamespace = 'app'::regnamespace and relowner <> 'app_owner'::regrole
     union all select oid::regprocedure::text, proowner::regrole::text from pg_proc where pronamespace = 'app'::regnamespace and proowner <> 'app_owner'::regrole
     union all select oid::regtype::text, typowner::regrole::text from pg_type where typnamespace = 'app'::regnamespace and typowner <> 'app_owner'::regrole
     union all select nspname, nspowner::regrole::text from pg_namespace where nspname = 'app' and nspowner <> 'app_owner'::regrole`,
  );
  expect(rows).toEqual([]);
});

test("the migrated schema is the one of sql/schema.sql: run bun bin/schema.ts after a change", async () => {
  const committed = await Bun.file(`${import.meta.dir}/../sql/schema.sql`).text();
  expect(await dumpSchema(await connect("superuser"))).toBe(committed);
});
