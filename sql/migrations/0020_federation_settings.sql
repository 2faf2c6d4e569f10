-- 0020_federation_settings.sql
-- What an organisation says of all its connections: which groups applications are told of, how long new signing certificates live, and how
-- long before the end of one the next key is prepared. And what was told of a key that comes to its end.
-- Locks: the altered tables for a moment each (columns without a rewrite); the two tables of keys while their indexes are built, which
-- is as long as reading a row for each connection. Deploy: before the release that uses it.
-- Serves: 0012 and later
set local role app_owner;
set local search_path = app, pg_temp;

-- Those that give access to the application (where everybody has it: all); all; none.
create type app.group_scope as enum ('access_relevant', 'all', 'none');

-- One row a tenant; without one the column defaults hold.
create table app.federation_settings (
  tenant_id            uuid not null default app.tenant_id() references app.tenants on delete cascade,
  group_scope          app.group_scope not null default 'access_relevant',
  certificate_years    smallint not null default 5
                       constraint federation_settings_years check (certificate_years in (1, 2, 3, 5, 10)),
  rotation_window_days smallint not null default 90
                       constraint federation_settings_window check (rotation_window_days in (14, 30, 60, 90)),
  -- Counts every change: who saves says which version they read, so that two administrators do not overwrite each other.
  version              integer not null default 0,
  updated_at           timestamptz not null default now(),
  -- When super administrators were last written to about keys: once a day is enough.
  told_at              timestamptz,
  primary key (tenant_id)
);
call app.isolate('app.federation_settings');

-- Null: as the organisation says.
alter table app.applications add column group_scope app.group_scope;

-- `told_days`: of a key that signs, the smallest number of days left that its end was announced at. `is_news`: of a prepared key, that
-- it was prepared by itself and nobody was told yet.
alter table app.saml_keys
  add column told_days smallint,
  add column is_news   boolean not null default false;
alter table app.identity_provider_keys
  add column told_days smallint,
  add column is_news   boolean not null default false;

-- Which keys come to their end, the first one first.
create index saml_keys_ending on app.saml_keys (tenant_id, expires_at) where state = 'active';
create index identity_provider_keys_ending on app.identity_provider_keys (tenant_id, expires_at) where state = 'active';
