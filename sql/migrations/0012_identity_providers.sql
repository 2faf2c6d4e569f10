-- 0012_identity_providers.sql
-- Upstream identity providers (SAML): the connections, what we are to each of them, the domains they speak for, whom they named, requests
-- in progress and assertions that were used.
-- Locks: the altered tables for a moment each (columns without a rewrite). Deploy: before the release that uses it.
set local role app_owner;
set local search_path = app, pg_temp;

create type app.identity_provider_kind as enum ('saml');
create type app.identity_provider_preset as enum ('okta', 'entra', 'google', 'other');
-- A draft has our side only; disabled ones keep everything and let nobody in.
create type app.identity_provider_state as enum ('draft', 'enabled', 'disabled');

-- What its metadata says is null until somebody has told us. Certificates are base64 DER.
create table app.identity_providers (
  tenant_id            uuid not null default app.tenant_id() references app.tenants on delete cascade,
  id                   uuid not null default uuidv7(),
  kind                 app.identity_provider_kind not null,
  preset               app.identity_provider_preset not null,
  name                 text not null constraint identity_providers_name_length check (length(name) between 1 and 120),
  state                app.identity_provider_state not null default 'draft',
  entity_id            text constraint identity_providers_entity_id_length check (length(entity_id) between 1 and 1024),
  sso_redirect_url     text,
  sso_post_url         text,
  signing_certificates text[] not null default '{}',
  metadata_url         text,
  described_at         timestamptz,
  -- The names of the claims. Without one for the subject it is the NameID.
  email_attribute      text not null,
  first_name_attribute text not null,
  last_name_attribute  text not null,
  subject_attribute    text,
  -- People whom we do not know are created when they first come in.
  creates_people       boolean not null default true,
  -- Its word on second steps counts; else ours is asked for after it, always.
  trusts_second_step   boolean not null default false,
  -- While it is the tenant's default: it may name addresses of any domain, not only of those bound to it.
  speaks_for_all       boolean not null default false,
  created_at           timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint identity_providers_described check (state = 'draft' or (
    entity_id is not null and num_nonnulls(sso_redirect_url, sso_post_url) > 0 and cardinality(signing_certificates) > 0))
);
call app.isolate('app.identity_providers');

-- Lower case, in its ASCII form. One provider speaks for a domain.
create table app.identity_provider_domains (
  tenant_id            uuid not null default app.tenant_id(),
  domain               text not null constraint identity_provider_domains_length check (length(domain) between 1 and 253),
  identity_provider_id uuid not null,
  bound_at             timestamptz not null default now(),
  primary key (tenant_id, domain),
  constraint identity_provider_domains_provider_fk foreign key (tenant_id, identity_provider_id)
    references app.identity_providers on delete cascade
);
call app.isolate('app.identity_provider_domains');
create index identity_provider_domains_provider on app.identity_provider_domains (tenant_id, identity_provider_id, domain);

-- As `saml_keys`: a key pair signs requests to one provider only; the private half is sealed, and erased when it retires.
create table app.identity_provider_keys (
  tenant_id            uuid not null default app.tenant_id(),
  id                   uuid not null default uuidv7(),
  identity_provider_id uuid not null,
  state                app.key_state not null,
  sealed_key           bytea,
  certificate          text not null,
  expires_at           timestamptz not null,
  created_at           timestamptz not null default now(),
  retired_at           timestamptz,
  primary key (tenant_id, id),
  constraint identity_provider_keys_provider_fk foreign key (tenant_id, identity_provider_id)
    references app.identity_providers on delete cascade,
  constraint identity_provider_keys_retired check ((state = 'retired') = (retired_at is not null)),
  constraint identity_provider_keys_erased check ((state = 'retired') = (sealed_key is null))
);
call app.isolate('app.identity_provider_keys');
create index identity_provider_keys_provider on app.identity_provider_keys (tenant_id, identity_provider_id);
create unique index identity_provider_keys_one_of_each
  on app.identity_provider_keys (tenant_id, identity_provider_id, state) where state <> 'retired';

-- Who a provider's subject is here. The address counted once, when this row was made; from then on only the subject does.
create table app.federated_identities (
  tenant_id            uuid not null default app.tenant_id(),
  identity_provider_id uuid not null,
  subject              text not null constraint federated_identities_subject_length check (octet_length(subject) between 1 and 1024),
  user_id              uuid not null,
  linked_at            timestamptz not null default now(),
  last_used_at         timestamptz not null default now(),
  primary key (tenant_id, identity_provider_id, subject),
  -- An address that a provider gives to somebody new must not bring that person into the account of the one before.
  constraint federated_identities_one_subject unique (tenant_id, identity_provider_id, user_id),
  constraint federated_identities_provider_fk foreign key (tenant_id, identity_provider_id)
    references app.identity_providers on delete cascade,
  constraint federated_identities_user_fk foreign key (tenant_id, user_id) references app.users on delete cascade
);
call app.isolate('app.federated_identities');
create index federated_identities_user on app.federated_identities (tenant_id, user_id);

-- Who comes by a provider needs no password here.
alter table app.users drop constraint users_active_has_password;

alter type app.sign_in_state add value 'provider' before 'done';
alter type app.sign_in_state add value 'link' before 'done';
alter table app.sign_ins
  add column identity_provider_id uuid,
  -- What the provider said, until the sign-in ends: it links the person, and goes into the session.
  add column federated jsonb,
  drop constraint sign_ins_person_known;
alter table app.sign_ins
  add constraint sign_ins_provider_fk foreign key (tenant_id, identity_provider_id)
    references app.identity_providers on delete set null (identity_provider_id),
  add constraint sign_ins_person_known check (state::text in ('email_proof', 'password', 'provider') or user_id is not null);
create index sign_ins_provider on app.sign_ins (tenant_id, identity_provider_id) where identity_provider_id is not null;

-- An AuthnRequest of ours that waits for its response: for the one browser that holds the sign-in's handle, or for the administrator who
-- tries the connection out. `outcome` is what came; it goes with the row.
create table app.identity_provider_requests (
  tenant_id            uuid not null default app.tenant_id(),
  id                   uuid not null default uuidv7(),
  identity_provider_id uuid not null,
  message_id           text not null,
  sign_in_id           uuid,
  started_by           uuid,
  force_authn          boolean not null default false,
  created_at           timestamptz not null default now(),
  expires_at           timestamptz not null,
  answered_at          timestamptz,
  outcome              jsonb,
  primary key (tenant_id, id),
  constraint identity_provider_requests_message_unique unique (tenant_id, message_id),
  constraint identity_provider_requests_provider_fk foreign key (tenant_id, identity_provider_id)
    references app.identity_providers on delete cascade,
  constraint identity_provider_requests_sign_in_fk foreign key (tenant_id, sign_in_id) references app.sign_ins on delete cascade,
  constraint identity_provider_requests_user_fk foreign key (tenant_id, started_by) references app.users on delete cascade,
  constraint identity_provider_requests_whose check (num_nonnulls(sign_in_id, started_by) = 1),
  constraint identity_provider_requests_answered check ((answered_at is null) = (outcome is null))
);
call app.isolate('app.identity_provider_requests');
create index identity_provider_requests_expired on app.identity_provider_requests (tenant_id, expires_at);
create unique index identity_provider_requests_sign_in
  on app.identity_provider_requests (tenant_id, sign_in_id) where sign_in_id is not null;
create index identity_provider_requests_user
  on app.identity_provider_requests (tenant_id, started_by) where started_by is not null;
create index identity_provider_requests_provider on app.identity_provider_requests (tenant_id, identity_provider_id);

-- Each assertion is taken once, for as long as it could be used again (SAML Profiles §4.1.4.5).
create table app.used_assertions (
  tenant_id            uuid not null default app.tenant_id(),
  identity_provider_id uuid not null,
  assertion_id         text not null,
  expires_at           timestamptz not null,
  primary key (tenant_id, identity_provider_id, assertion_id),
  constraint used_assertions_provider_fk foreign key (tenant_id, identity_provider_id)
    references app.identity_providers on delete cascade
);
call app.isolate('app.used_assertions');
create index used_assertions_expired on app.used_assertions (tenant_id, expires_at);

-- Where somebody came in by a provider: what it needs to hear when the session ends.
alter table app.sessions
  add column identity_provider_id    uuid,
  add column provider_name_id        text,
  add column provider_name_id_format text,
  add column provider_session_index  text,
  add constraint sessions_provider_fk foreign key (tenant_id, identity_provider_id)
    references app.identity_providers on delete set null (identity_provider_id);
create index sessions_provider on app.sessions (tenant_id, identity_provider_id) where identity_provider_id is not null;

-- Where addresses lead whose domain is bound to no provider. A provider that is the default is neither disabled nor deleted.
alter table app.sign_in_policies
  add column default_identity_provider_id uuid,
  add constraint sign_in_policies_default_provider_fk foreign key (tenant_id, default_identity_provider_id)
    references app.identity_providers on delete set null (default_identity_provider_id);
create index sign_in_policies_default_provider on app.sign_in_policies (tenant_id, default_identity_provider_id);
