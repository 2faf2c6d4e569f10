// Who may do what in the database: everything that sql/roles.sql asserts, and what nobody should have added to it. Read as the
// runtime's login, in the open catalogue.
import { inspectDatabase, type Inspector } from "#platform/db/inspect.ts";
import type { Config } from "#src/config.ts";
import { type Check, fail, type Finding, ok } from "../check.ts";
import { migrateLine, psql, setting } from "../lines.ts";
import { texts } from "../texts.ts";

export const roles: Check = {
  name: "roles",
  title: "Roles and grants",
  settings: ["POSTGRES_"],
  needsDatabase: true,
  async run({ services: { config } }) {
    const findings = await inspectDatabase(config.database, async (inspector) => [
      ...(await login(inspector)),
      ...(await attributes(inspector)),
      ...(await memberships(inspector, config)),
      ...(await ownership(inspector)),
      ...(await rights(inspector, config)),
      ...(await surroundings(inspector)),
    ]);
    return findings.length > 0 ? findings : ok(texts.rolesRight);
  },
};

/** Row-level security binds neither superusers nor those who may pass it by. */
async function login(inspector: Inspector): Promise<Finding[]> {
  const rows = await inspector.rows<{ name: string }>(
    `select rolname as name from pg_roles
      where rolname = session_user and rolname <> 'appuser' and (rolsuper or rolbypassrls)`,
  );
  return rows.map(({ name }) =>
    fail(texts.loginUnbound(name), setting("POSTGRES_USER", "appuser")),
  );
}

async function attributes(inspector: Inspector): Promise<Finding[]> {
  const rows = await inspector.rows<{ name: string; there: boolean; wrong: string[] }>(
    `select name, r.oid is not null as there,
            array_remove(array[
              case when rolsuper then 'superuser' end, case when rolbypassrls then 'bypassrls' end,
              case when rolcreaterole then 'createrole' end, case when rolcreatedb then 'createdb' end,
              case when rolreplication then 'replication' end, case when rolinherit then 'inherit' end,
              case when rolcanlogin <> (name = 'appuser') then case when rolcanlogin then 'login' else 'nologin' end end],
            null) as wrong
       from unnest(array['app_owner', 'app_tenant', 'app_system', 'appuser']) as name
       left join pg_roles r on rolname = name`,
  );
  return rows
    .filter(({ there, wrong }) => !there || wrong.length > 0)
    .map(({ name, there, wrong }) =>
      fail(there ? texts.roleAttributes(name, wrong) : texts.roleMissing(name), migrateLine),
    );
}

interface Membership {
  readonly role: string;
  readonly member: string;
  readonly isRight: boolean;
}

/** appuser may become app_tenant or app_system, has nothing of them by itself, and nobody else is a member of ours. */
async function memberships(inspector: Inspector, config: Config): Promise<Finding[]> {
  const rows = await inspector.rows<Membership>(
    `select r.rolname as role, m.rolname as member, set_option and not inherit_option and not admin_option as "isRight"
       from pg_auth_members a join pg_roles r on r.oid = a.roleid join pg_roles m on m.oid = a.member
      where m.rolname in ('app_owner', 'app_tenant', 'app_system', 'appuser')
         or r.rolname in ('app_owner', 'app_tenant', 'app_system', 'appuser')`,
  );
  const wanted = ["app_tenant", "app_system"];
  const isWanted = ({ role, member }: Membership) => member === "appuser" && wanted.includes(role);
  const lacking = wanted.filter(
    (role) => !rows.some((row) => isWanted(row) && row.role === role && row.isRight),
  );
  return [
    ...lacking.map((role) => fail(texts.membershipWrong(role), migrateLine)),
    ...rows
      .filter((row) => !isWanted(row))
      .map(({ role, member }) =>
        fail(texts.membershipExtra(role, member), psql(config, `revoke ${role} from ${member}`)),
      ),
  ];
}

/** Functions run with their owner's rights: none may be the superuser's. */
async function ownership(inspector: Inspector): Promise<Finding[]> {
  const rows = await inspector.rows<{ name: string; owner: string }>(
    `select name, pg_get_userbyid(owner) as owner from (
       select 'schema app' as name, nspowner as owner from pg_namespace where nspname = 'app'
       union all select 'app.' || relname, relowner from pg_class
                  where relnamespace = to_regnamespace('app') and relkind in ('r', 'p', 'v', 'm', 'S')
       union all select 'app.' || typname, typowner from pg_type
                  where typnamespace = to_regnamespace('app') and typtype in ('e', 'd', 'r')
       union all select 'app.' || proname || '()', proowner from pg_proc
                  where pronamespace = to_regnamespace('app')) as object
      where pg_get_userbyid(owner) <> 'app_owner' order by name limit 100`,
  );
  const [first] = rows;
  return first
    ? [
        fail(
          texts.ownerWrong(
            rows.map(({ name }) => name),
            first.owner,
          ),
          migrateLine,
        ),
      ]
    : [];
}

/** Rights on tables that the runtime's login has by itself, or through everybody; and those of app_system on tenants' rows. */
async function rights(inspector: Inspector, config: Config): Promise<Finding[]> {
  const rows = await inspector.rows<{ name: string; grantee: string; rights: string }>(
    `select 'app.' || relname as name,
            case grantee when 0 then 'public' else pg_get_userbyid(grantee) end as grantee,
            string_agg(lower(privilege_type), ', ' order by privilege_type) as rights
       from pg_class c, aclexplode(relacl)
      where relnamespace = to_regnamespace('app') and relkind in ('r', 'p', 'v', 'm')
        and (grantee = 0 or pg_get_userbyid(grantee) not in ('app_owner', 'app_tenant', 'app_system')
             or (pg_get_userbyid(grantee) = 'app_system' and relname <> 'jobs'
                 and exists (select from pg_attribute where attrelid = c.oid and attname = 'tenant_id')))
      group by 1, 2 order by 1, 2`,
  );
  return rows.map(({ name, grantee, rights: list }) =>
    fail(
      texts.rightExtra(grantee, list, name),
      psql(config, `revoke all on ${name} from ${grantee}`),
    ),
  );
}

/** What the database itself grants and sets. */
async function surroundings(inspector: Inspector): Promise<Finding[]> {
  const [row] = await inspector.rows<{ open: boolean; utc: boolean; path: boolean }>(
    `select
       exists (select from pg_database d, aclexplode(coalesce(datacl, acldefault('d', datdba)))
                where datname = current_database() and grantee = 0) as open,
       exists (select from pg_db_role_setting s join pg_database d on d.oid = setdatabase
                where datname = current_database() and setrole = 0 and 'TimeZone=UTC' = any (setconfig)) as utc,
       exists (select from pg_db_role_setting s join pg_roles r on r.oid = setrole
                where rolname = 'appuser' and setdatabase = 0 and 'search_path=app, pg_temp' = any (setconfig)) as path`,
  );
  const findings: Finding[] = [];
  if (row?.open) findings.push(fail(texts.databaseOpen, migrateLine));
  if (!row?.utc) findings.push(fail(texts.databaseZone, migrateLine));
  if (!row?.path) findings.push(fail(texts.searchPath, migrateLine));
  return findings;
}
