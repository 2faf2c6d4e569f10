-- What one installation has besides its schema: roles, memberships, ownership and settings of the database. Re-asserted at
-- every run of `weft migrate`, since a restored dump brings back none or only some of it. It changes only what differs.
-- appuser logs in and has no rights of its own: it may only become app_tenant (row-level security) or app_system (named
-- functions, jobs). Its password is set by the runner.
do $$
declare
  name text;
  command text;
begin
  foreach name in array array['app_owner', 'app_tenant', 'app_system', 'appuser'] loop
    if not exists (select from pg_roles where rolname = name) then
      execute format('create role %I', name);
    end if;
    if exists (select from pg_roles
               where rolname = name
                 and (rolsuper or rolcreatedb or rolcreaterole or rolbypassrls or rolreplication or rolinherit
                      or rolcanlogin <> (name = 'appuser'))) then
      execute format('alter role %I nosuperuser nocreatedb nocreaterole nobypassrls noreplication noinherit %s',
                     name, case name when 'appuser' then 'login' else 'nologin' end);
    end if;
  end loop;

  foreach name in array array['app_tenant', 'app_system'] loop
    if not exists (select from pg_auth_members
                   where member = 'appuser'::regrole and roleid = name::regrole
                     and set_option and not inherit_option and not admin_option) then
      execute format('grant %I to appuser with inherit false, set true, admin false', name);
    end if;
  end loop;

  if not exists (select from pg_db_role_setting
                 where setdatabase = 0 and setrole = 'appuser'::regrole and 'search_path=app, pg_temp' = any (setconfig)) then
    alter role appuser set search_path = app, pg_temp;
  end if;

  execute format('alter database %I set timezone = %L', current_database(), 'UTC');
  execute format('revoke all on database %I from public', current_database());
  execute format('grant connect on database %I to appuser', current_database());

  -- Functions that run with their owner's rights must not have come back as the superuser's.
  for command in
    select format('alter schema app owner to app_owner') from pg_namespace where nspname = 'app' and nspowner <> 'app_owner'::regrole
    union all
    select format('alter %s %s owner to app_owner',
                  case relkind when 'S' then 'sequence' when 'v' then 'view' when 'm' then 'materialized view' else 'table' end,
                  oid::regclass)
    from pg_class
    where relnamespace = to_regnamespace('app') and relkind in ('r', 'p', 'v', 'm', 'S') and relowner <> 'app_owner'::regrole
      and not exists (select from pg_depend where classid = 'pg_class'::regclass and objid = pg_class.oid and deptype in ('a', 'i'))
    union all
    select format('alter type %s owner to app_owner', oid::regtype)
    from pg_type
    where typnamespace = to_regnamespace('app') and typtype in ('e', 'd', 'r') and typowner <> 'app_owner'::regrole
    union all
    select format('alter routine %s owner to app_owner', oid::regprocedure)
    from pg_proc
    where pronamespace = to_regnamespace('app') and proowner <> 'app_owner'::regrole
  loop
    execute command;
  end loop;
end $$;
