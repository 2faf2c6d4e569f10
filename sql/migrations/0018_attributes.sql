-- 0018_attributes.sql
-- What is known of people beside name and addresses: fourteen standard attributes, what each tenant makes of them, who said a value, and
-- what each identity provider said last. And people who are asked to complete their profile.
-- Locks: users for a moment (a column without a rewrite). Deploy: before the release that uses it.
-- Serves: 0012 and later
set local role app_owner;
set local search_path = app, pg_temp;

-- The keys are the code's (features/attributes/registry.ts): a later one needs no migration.

-- One row for each key once a tenant has saved its settings; without it the registry's defaults hold. All rows of a tenant are saved
-- together and carry the version of that.
create table app.attribute_settings (
  tenant_id            uuid not null default app.tenant_id() references app.tenants on delete cascade,
  key                  text not null constraint attribute_settings_key_shape check (key ~ '^[a-z][a-z0-9_]{0,49}$'),
  enabled              boolean not null,
  required             boolean not null default false,
  mirror_from_provider boolean not null default true,
  locked_for_users     boolean not null default false,
  send_to_applications boolean not null default true,
  allow_self_sourced   boolean not null default false,
  version              integer not null default 1,
  updated_at           timestamptz not null default now(),
  primary key (tenant_id, key)
);
call app.isolate('app.attribute_settings');

-- Whose word a value is. What people said of themselves must be told from what somebody vouches for: applications are signed the latter.
create type app.attribute_source as enum ('idp', 'admin', 'self');

-- The value in force, one for each key.
create table app.user_attributes (
  tenant_id            uuid not null default app.tenant_id(),
  user_id              uuid not null,
  key                  text not null constraint user_attributes_key_shape check (key ~ '^[a-z][a-z0-9_]{0,49}$'),
  value                text not null constraint user_attributes_value_length check (length(value) between 1 and 2000),
  source               app.attribute_source not null,
  -- Which provider said it; null with source `idp`: one that is gone.
  identity_provider_id uuid,
  updated_at           timestamptz not null default now(),
  -- Null: nobody who was signed in, or somebody who is gone.
  updated_by           uuid,
  primary key (tenant_id, user_id, key),
  constraint user_attributes_provider_source check (identity_provider_id is null or source = 'idp'),
  constraint user_attributes_user_fk foreign key (tenant_id, user_id) references app.users on delete cascade,
  constraint user_attributes_provider_fk foreign key (tenant_id, identity_provider_id)
    references app.identity_providers on delete set null (identity_provider_id),
  constraint user_attributes_author_fk foreign key (tenant_id, updated_by)
    references app.users on delete set null (updated_by)
);
call app.isolate('app.user_attributes');
create index user_attributes_provider on app.user_attributes (tenant_id, identity_provider_id)
  where identity_provider_id is not null;
create index user_attributes_author on app.user_attributes (tenant_id, updated_by) where updated_by is not null;

-- What a provider said of somebody last, whether or not it is in force.
create table app.user_provider_attributes (
  tenant_id            uuid not null default app.tenant_id(),
  user_id              uuid not null,
  identity_provider_id uuid not null,
  key                  text not null constraint user_provider_attributes_key_shape check (key ~ '^[a-z][a-z0-9_]{0,49}$'),
  value                text not null constraint user_provider_attributes_value_length check (length(value) between 1 and 2000),
  said_at              timestamptz not null default now(),
  primary key (tenant_id, user_id, identity_provider_id, key),
  constraint user_provider_attributes_user_fk foreign key (tenant_id, user_id) references app.users on delete cascade,
  constraint user_provider_attributes_provider_fk foreign key (tenant_id, identity_provider_id)
    references app.identity_providers on delete cascade
);
call app.isolate('app.user_provider_attributes');
create index user_provider_attributes_provider on app.user_provider_attributes (tenant_id, identity_provider_id);

-- Since when somebody's next page is the one that completes their profile; null: they are not asked.
alter table app.users add column profile_asked_at timestamptz;
create index users_profile_asked on app.users (tenant_id) where profile_asked_at is not null;
