-- 0001_tenancy.sql
-- Tenants, the procedure that isolates every tenant table, and the narrow functions that work before a tenant is known.
-- Locks: none, everything is new. Deploy: first.
create schema app authorization app_owner;
revoke all on schema public from public;
grant usage on schema app to app_tenant, app_system;
set local role app_owner;
set local search_path = app, pg_temp;

-- The tenant of this transaction, or null when none is set: then no row of any tenant is visible and none can be written.
create function app.tenant_id() returns uuid
  language sql stable parallel safe
  set search_path = ''
  return nullif(current_setting('app.tenant_id', true), '')::uuid;

create type app.tenant_state as enum ('active', 'suspended');

create table app.tenants (
  id         uuid primary key default uuidv7(),
  subdomain  text not null constraint tenants_subdomain_unique unique
             constraint tenants_subdomain_shape check (subdomain ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  name       text not null constraint tenants_name_length check (length(name) between 1 and 80),
  state      app.tenant_state not null default 'active',
  created_at timestamptz not null default now()
);
alter table app.tenants enable row level security;
alter table app.tenants force row level security;
create policy tenant on app.tenants to app_tenant
  using (id = (select app.tenant_id())) with check (id = (select app.tenant_id()));
create policy owner on app.tenants to app_owner using (true) with check (true);
grant select, update (name) on app.tenants to app_tenant;

-- One policy text for every tenant table: enabled, forced, read and write alike.
create procedure app.isolate(target regclass) language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('create policy tenant on %s to app_tenant
                    using (tenant_id = (select app.tenant_id()))
                    with check (tenant_id = (select app.tenant_id()))', target);
  execute format('grant select, insert, update, delete on %s to app_tenant', target);
end $$;
revoke all on procedure app.isolate(regclass) from public;

-- Before a tenant is known: host label → tenant. One row or none.
create function app.find_tenant(label text) returns setof app.tenants
  language sql stable security definer set search_path = app, pg_temp
as $$ select * from app.tenants where subdomain = label $$;

-- For operators and fleet-wide schedules: at most `most` tenants after `after`, by subdomain.
create function app.list_tenants(after text, most integer) returns setof app.tenants
  language sql stable security definer set search_path = app, pg_temp
as $$ select * from app.tenants where subdomain > after order by subdomain limit least(most, 1000) $$;

-- Creates the tenant of a subdomain, or answers the one that is there with its stored name.
create function app.create_tenant(label text, title text, out tenant app.tenants, out created boolean)
  language plpgsql security definer set search_path = app, pg_temp
as $$
begin
  insert into app.tenants (subdomain, name) values (label, title)
    on conflict on constraint tenants_subdomain_unique do nothing
    returning * into tenant;
  created := found;
  if not created then
    select * into tenant from app.tenants t where t.subdomain = label;
  end if;
end $$;

create function app.set_tenant_state(label text, wanted app.tenant_state) returns setof app.tenants
  language sql security definer set search_path = app, pg_temp
as $$ update app.tenants set state = wanted where subdomain = label returning * $$;

revoke all on all functions in schema app from public;
grant execute on function app.tenant_id() to app_tenant, app_system;
grant execute on function app.find_tenant(text), app.list_tenants(text, integer),
  app.create_tenant(text, text), app.set_tenant_state(text, app.tenant_state) to app_system;
