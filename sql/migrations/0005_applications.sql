-- 0005_applications.sql
-- The registry of applications, who may use them, their SAML side, and single sign-on in progress.
-- Locks: none, everything is new. Deploy: with 0004.
set local role app_owner;
set local search_path = app, pg_temp;

create type app.application_kind as enum ('saml');
create type app.key_state as enum ('next', 'active', 'retired');

create table app.applications (
  tenant_id        uuid not null default app.tenant_id() references app.tenants on delete cascade,
  id               uuid not null default uuidv7(),
  kind             app.application_kind not null,
  name             text not null constraint applications_name_length check (length(name) between 1 and 255),
  description      text not null default '' constraint applications_description_length check (length(description) <= 2000),
  is_enabled       boolean not null default true,
  available_to_all boolean not null default false,
  created_at       timestamptz not null default now(),
  primary key (tenant_id, id)
);
call app.isolate('app.applications');

create table app.application_grants (
  tenant_id      uuid not null default app.tenant_id(),
  application_id uuid not null,
  group_id       uuid not null,
  granted_at     timestamptz not null default now(),
  primary key (tenant_id, application_id, group_id),
  constraint application_grants_application_fk foreign key (tenant_id, application_id) references app.applications on delete cascade,
  constraint application_grants_group_fk foreign key (tenant_id, group_id) references app.groups on delete cascade
);
call app.isolate('app.application_grants');
create index application_grants_group on app.application_grants (tenant_id, group_id);

-- What the application's metadata says. `acs` is an array of {url, index, isDefault}; certificates are base64 DER.
create table app.saml_service_providers (
  tenant_id            uuid not null default app.tenant_id(),
  application_id       uuid not null,
  entity_id            text not null constraint saml_entity_id_length check (length(entity_id) between 1 and 1024),
  acs                  jsonb not null,
  signing_certificates text[] not null default '{}',
  signs_requests       boolean not null default false,
  name_id_format       text not null,
  metadata_url         text,
  updated_at           timestamptz not null default now(),
  primary key (tenant_id, application_id),
  constraint saml_entity_id_unique unique (tenant_id, entity_id),
  constraint saml_service_providers_application_fk foreign key (tenant_id, application_id) references app.applications on delete cascade
);
call app.isolate('app.saml_service_providers');

-- A key pair signs for one application only; the private key is sealed, the next certificate is published before it signs.
create table app.saml_keys (
  tenant_id      uuid not null default app.tenant_id(),
  id             uuid not null default uuidv7(),
  application_id uuid not null,
  state          app.key_state not null,
  sealed_key     bytea not null,
  certificate    text not null,
  expires_at     timestamptz not null,
  created_at     timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint saml_keys_application_fk foreign key (tenant_id, application_id) references app.applications on delete cascade
);
call app.isolate('app.saml_keys');
create unique index saml_keys_one_of_each on app.saml_keys (tenant_id, application_id, state) where state <> 'retired';

-- A pairwise identifier: stable for one person at one application, meaningless elsewhere (SAML Core §8.3.7).
create table app.saml_persistent_ids (
  tenant_id      uuid not null default app.tenant_id(),
  application_id uuid not null,
  user_id        uuid not null,
  name_id        text not null,
  created_at     timestamptz not null default now(),
  primary key (tenant_id, application_id, user_id),
  constraint saml_persistent_ids_unique unique (tenant_id, application_id, name_id),
  constraint saml_persistent_ids_application_fk foreign key (tenant_id, application_id) references app.applications on delete cascade,
  constraint saml_persistent_ids_user_fk foreign key (tenant_id, user_id) references app.users on delete cascade
);
call app.isolate('app.saml_persistent_ids');

-- What a person agreed to hand to an application: asked the first time and whenever the set grows.
create table app.consents (
  tenant_id      uuid not null default app.tenant_id(),
  user_id        uuid not null,
  application_id uuid not null,
  released       text[] not null,
  given_at       timestamptz not null default now(),
  primary key (tenant_id, user_id, application_id),
  constraint consents_user_fk foreign key (tenant_id, user_id) references app.users on delete cascade,
  constraint consents_application_fk foreign key (tenant_id, application_id) references app.applications on delete cascade
);
call app.isolate('app.consents');

-- A request that waits for a person. `message_id` is unique per application: the same AuthnRequest is taken once.
-- `failure` is what was wrong with a request whose sender is known: it is answered with that status and nothing else.
create table app.sso_requests (
  tenant_id      uuid not null default app.tenant_id(),
  id             uuid not null default uuidv7(),
  application_id uuid not null,
  message_id     text,
  relay_state    text,
  acs_url        text not null,
  name_id_format text not null,
  may_create_id  boolean not null default true,
  subject        text,
  force_authn    boolean not null default false,
  is_passive     boolean not null default false,
  authn_context  jsonb,
  failure        text,
  browser_hash   bytea not null,
  received_at    timestamptz not null default now(),
  expires_at     timestamptz not null,
  consumed_at    timestamptz,
  primary key (tenant_id, id),
  constraint sso_requests_message_unique unique (tenant_id, application_id, message_id),
  constraint sso_requests_application_fk foreign key (tenant_id, application_id) references app.applications on delete cascade
);
call app.isolate('app.sso_requests');
create index sso_requests_expired on app.sso_requests (tenant_id, expires_at);
