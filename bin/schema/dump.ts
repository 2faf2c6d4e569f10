// Writes a migrated database's schema from its catalogue, in an order that depends on names alone, so that a change of the
// schema is a readable change of sql/schema.sql. pg_dump would need a client of the server's version, which is rarely there.
import type { Client } from "pg";

const header = `-- The schema after all migrations, written by bin/schema.ts from the catalogue and checked for drift. For reading: a review
-- sees here what a migration does to the whole. The database itself is made by sql/roles.sql and sql/migrations/.`;

const ourSchemas = "('app', 'public')";
/** Every role of roles.sql begins so. */
const ourRoles = "'app%'";

/**
 * The whole schema as text.
 * @throws when it holds a kind of object that has no section here, so that nothing is left out silently.
 */
export async function dumpSchema(client: Client): Promise<string> {
  const before = await lines(client, "select current_setting('search_path') as line");
  // With nothing on the path the catalogue's functions write every name with its schema.
  await client.query("set search_path = ''");
  try {
    await refuseUnknownKinds(client);
    const sections = [
      (await roles(client)).join("\n"),
      ...(await schemas(client)),
      ...(await types(client)),
      ...(await tables(client)),
      ...(await routines(client)),
    ];
    return `${[header, ...sections].join("\n\n")}\n`;
  } finally {
    await client.query("select set_config('search_path', $1, false)", before);
  }
}

/** The rows of a query with one column `line`. */
async function lines(client: Client, query: string, values: unknown[] = []): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(query, values);
  return rows.map(({ line }) => line);
}

async function refuseUnknownKinds(client: Client): Promise<void> {
  const found = await lines(
    client,
    `select format('relation %s of kind %s', c.oid::regclass, c.relkind) as line
     from pg_catalog.pg_class c
     where c.relnamespace::regnamespace::text in ${ourSchemas} and c.relkind not in ('r', 'i')
       and not exists (select from pg_catalog.pg_depend d where d.objid = c.oid and d.deptype = 'i')
     union all
     select format('type %s of kind %s', t.oid::regtype, t.typtype)
     from pg_catalog.pg_type t
     where t.typnamespace::regnamespace::text in ${ourSchemas} and t.typtype not in ('e', 'c', 'b')
     union all
     select format('rule %s on %s', r.rulename, r.ev_class::regclass)
     from pg_catalog.pg_rewrite r join pg_catalog.pg_class c on c.oid = r.ev_class
     where c.relnamespace::regnamespace::text in ${ourSchemas}
     union all
     select format('routine %s of kind %s', p.oid::regprocedure, p.prokind)
     from pg_catalog.pg_proc p
     where p.pronamespace::regnamespace::text in ${ourSchemas} and p.prokind not in ('f', 'p')
     union all
     select format('extension %s', extname) from pg_catalog.pg_extension where extname <> 'plpgsql'
     union all
     select format('event trigger %s', evtname) from pg_catalog.pg_event_trigger`,
  );
  if (found.length > 0) throw new Error(`bin/schema.ts has no section for: ${found.join(", ")}`);
}

async function roles(client: Client): Promise<string[]> {
  const attributes = await lines(
    client,
    `select concat_ws(' ', 'create role', quote_ident(rolname),
       case when rolcanlogin then 'login' else 'nologin' end,
       case when rolsuper then 'superuser' end,
       case when rolbypassrls then 'bypassrls' end,
       case when rolcreaterole then 'createrole' end,
       case when rolcreatedb then 'createdb' end,
       case when rolreplication then 'replication' end,
       case when rolinherit then 'inherit' else 'noinherit' end) || ';' as line
     from pg_catalog.pg_roles where rolname like ${ourRoles} order by rolname`,
  );
  const members = await lines(
    client,
    `select format('grant %s to %s with inherit %s, set %s, admin %s;', m.roleid::regrole, m.member::regrole,
                   m.inherit_option::text, m.set_option::text, m.admin_option::text) as line
     from pg_catalog.pg_auth_members m
     where m.member::regrole::text like ${ourRoles} order by line`,
  );
  const settings = await lines(
    client,
    `select format('alter role %s set %s;', s.setrole::regrole, setting) as line
     from pg_catalog.pg_db_role_setting s, unnest(s.setconfig) setting
     where s.setdatabase = 0 and s.setrole::regrole::text like ${ourRoles} order by line`,
  );
  return [...attributes, ...members, ...settings];
}

/**
 * `grant … on … to …;` for each role but the owner, whose rights go without saying.
 * `source` selects acl, owner, object (what stands behind "on") and columns (`""`, or ` (name)`) for the object $1.
 */
const grants = (client: Client, source: string, oid: number): Promise<string[]> =>
  lines(
    client,
    `select format('grant %s on %s to %s%s;',
       string_agg(lower(g.privilege_type) || s.columns, ', ' order by g.privilege_type, s.columns), s.object,
       case g.grantee when 0 then 'public' else g.grantee::regrole::text end,
       case when g.is_grantable then ' with grant option' else '' end) as line
     from (${source}) s, lateral pg_catalog.aclexplode(s.acl) g
     where g.grantee <> s.owner
     group by s.object, g.grantee, g.is_grantable
     order by line`,
    [oid],
  );

interface Named {
  readonly oid: number;
  readonly name: string;
}

async function schemas(client: Client): Promise<string[]> {
  const { rows } = await client.query<Named & { owner: string }>(
    `select oid, nspname as name, nspowner::regrole::text as owner
     from pg_catalog.pg_namespace where nspname in ${ourSchemas} order by nspname`,
  );
  return inOrder(rows, async ({ oid, name, owner }) => [
    `create schema ${name} authorization ${owner};`,
    ...(await grants(
      client,
      `select nspacl as acl, nspowner as owner, format('schema %I', nspname) as object, '' as columns
       from pg_catalog.pg_namespace where oid = $1`,
      oid,
    )),
  ]);
}

async function types(client: Client): Promise<string[]> {
  return lines(
    client,
    `select format('create type %s as enum (%s);', t.oid::regtype,
              string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder)) as line
     from pg_catalog.pg_type t join pg_catalog.pg_enum e on e.enumtypid = t.oid
     where t.typnamespace::regnamespace::text in ${ourSchemas}
     group by t.oid order by line`,
  );
}

async function tables(client: Client): Promise<string[]> {
  const { rows } = await client.query<Named & { owner: string }>(
    `select oid, oid::regclass::text as name, relowner::regrole::text as owner from pg_catalog.pg_class
     where relnamespace::regnamespace::text in ${ourSchemas} and relkind = 'r' order by name`,
  );
  return inOrder(rows, async ({ oid, name, owner }) => {
    const body = [
      ...(await lines(client, columns, [oid])),
      ...(await lines(client, constraints, [oid])),
    ];
    return [
      `create table ${name} (\n${body.map((line) => `  ${line}`).join(",\n")}\n);`,
      `alter table ${name} owner to ${owner};`,
      ...(await lines(client, indexes, [oid])),
      ...(await lines(client, rowSecurity, [oid])),
      ...(await lines(client, policies, [oid])),
      ...(await lines(client, triggers, [oid])),
      ...(await grants(client, tableRights, oid)),
    ];
  });
}

const columns = `
  select concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
    case when a.attcollation <> t.typcollation then 'collate ' || a.attcollation::regcollation end,
    case when a.attnotnull then 'not null' end,
    case a.attidentity when 'a' then 'generated always as identity' when 'd' then 'generated by default as identity' end,
    case a.attgenerated
      when 's' then format('generated always as (%s) stored', pg_get_expr(d.adbin, d.adrelid))
      when 'v' then format('generated always as (%s) virtual', pg_get_expr(d.adbin, d.adrelid))
      else 'default ' || pg_get_expr(d.adbin, d.adrelid) end) as line
  from pg_catalog.pg_attribute a
  join pg_catalog.pg_type t on t.oid = a.atttypid
  left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped
  order by a.attnum`;

/** Keys first, then references, then checks. A column's "not null" stands with the column. */
const constraints = `
  select format('constraint %I %s', conname, pg_get_constraintdef(oid)) as line
  from pg_catalog.pg_constraint where conrelid = $1 and contype <> 'n'
  order by strpos('pufcxt', contype::text), conname`;

const indexes = `
  select pg_get_indexdef(i.indexrelid) || ';' as line
  from pg_catalog.pg_index i
  where i.indrelid = $1
    and not exists (select from pg_catalog.pg_constraint k where k.conindid = i.indexrelid and k.conrelid = i.indrelid)
  order by i.indexrelid::regclass::text`;

const rowSecurity = `
  select format('alter table %s %s row level security;', c.oid::regclass, flag.word) as line
  from pg_catalog.pg_class c,
    lateral (values ('enable', c.relrowsecurity), ('force', c.relforcerowsecurity)) flag (word, is_set)
  where c.oid = $1 and flag.is_set
  order by flag.word`;

const policies = `
  select concat_ws(' ', format('create policy %I on %s', polname, polrelid::regclass),
    case when not polpermissive then 'as restrictive' end,
    case polcmd when 'r' then 'for select' when 'a' then 'for insert' when 'w' then 'for update' when 'd' then 'for delete' end,
    'to ' || (select string_agg(case r when 0 then 'public' else r::regrole::text end, ', ' order by r::regrole::text)
              from unnest(polroles) r),
    format('using (%s)', pg_get_expr(polqual, polrelid)),
    'with check (' || pg_get_expr(polwithcheck, polrelid) || ')') || ';' as line
  from pg_catalog.pg_policy where polrelid = $1
  order by polname`;

const triggers = `
  select pg_get_triggerdef(oid) || ';' as line
  from pg_catalog.pg_trigger where tgrelid = $1 and not tgisinternal
  order by tgname`;

const tableRights = `
  select relacl as acl, relowner as owner, oid::regclass::text as object, '' as columns
  from pg_catalog.pg_class where oid = $1
  union all
  select a.attacl, c.relowner, c.oid::regclass::text, format(' (%I)', a.attname)
  from pg_catalog.pg_class c join pg_catalog.pg_attribute a on a.attrelid = c.oid
  where c.oid = $1`;

async function routines(client: Client): Promise<string[]> {
  const { rows } = await client.query<Named & { owner: string; definition: string }>(
    `select oid, case prokind when 'p' then 'procedure ' else 'function ' end || oid::regprocedure as name,
       proowner::regrole::text as owner, rtrim(pg_get_functiondef(oid), E'\\n') as definition
     from pg_catalog.pg_proc
     where pronamespace::regnamespace::text in ${ourSchemas}
     order by oid::regprocedure::text`,
  );
  return inOrder(rows, async ({ oid, name, owner, definition }) => [
    `${definition};`,
    `alter ${name} owner to ${owner};`,
    ...(await grants(client, routineRights, oid)),
  ]);
}

/** Without an access list of its own, everyone may call a routine. */
const routineRights = `
  select coalesce(proacl, acldefault('f', proowner)) as acl, proowner as owner,
    case prokind when 'p' then 'procedure ' else 'function ' end || oid::regprocedure as object, '' as columns
  from pg_catalog.pg_proc where oid = $1`;

/** The text of each object, one after the other: a client answers one query at a time. */
async function inOrder<T>(
  objects: readonly T[],
  write: (object: T) => Promise<string[]>,
): Promise<string[]> {
  const texts = [];
  for (const object of objects) texts.push((await write(object)).join("\n"));
  return texts;
}
