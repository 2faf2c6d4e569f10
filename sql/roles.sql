-- What one installation has besides its schema: roles, memberships, ownership and settings of the database. Re-asserted at
-- every run of `weft migrate`, since a restored dump brings back none or only some of it. It changes only what differs.
-- appuser logs in and has no rights of its own: it may only become app_tenant (row-level security) or app_system (named
-- functions, jobs). Its password is set by the runner.
--
-- Run by a superuser, or by the database's owner with CREATEROLE: such a role may not even mention an attribute that it has not itself,
-- so each is changed only where it is wrong. What it cannot put right stops the run at the end.
do $$
declare
  name text;
  command text;
  attribute record;
begin
  foreach name in array array['app_owner', 'app_tenant', 'app_system', 'appuser'] loop
    if not exists (select from pg_roles where rolname = name) then
      execute format('create role %I noinherit %s', name, case name when 'appuser' then 'login' else 'nologin' end);
    end if;
    for attribute in
      select found.word
      from pg_roles, lateral (values
        ('nosuperuser', rolsuper), ('nocreatedb', rolcreatedb), ('nocreaterole', rolcreaterole),
        ('nobypassrls', rolbypassrls), ('noreplication', rolreplication), ('noinherit', rolinherit),
        ('login', name = 'appuser' and not rolcanlogin), ('nologin', name <> 'appuser' and rolcanlogin)
      ) as found (word, is_wrong)
      where rolname = name and is_wrong
    loop
      execute format('alter role %I %s', name, attribute.word);
    end loop;
  end loop;

  -- Who made the roles may hand them out, but is not one of them yet: objects are made as app_owner.
  if not (pg_has_role('app_owner', 'set') and pg_has_role('app_owner', 'usage')) then
    execute format('grant app_owner to %I with inherit true, set true', current_user);
  end if;

  foreach name in array array['app_tenant', 'app_system'] loop
    if not exists (select from pg_auth_members
                   where member = 'appuser'::regrole and roleid = name::regrole
                     and set_option and not inherit_option and not admin_option) then
      execute format('grant %I to appuser with inherit false, set true, admin false', name);
    end if;
    -- A second grant, by somebody else, is not undone by ours.
    if exists (select from pg_auth_members
               where member = 'appuser'::regrole and roleid = name::regrole and (inherit_option or admin_option)) then
      raise exception 'appuser has the rights of % without taking the role', name
        using hint = format('Revoke what another role has granted: revoke %I from appuser granted by …', name);
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
