-- The schema after all migrations, written by bin/schema.ts from the catalogue and checked for drift. For reading: a review
-- sees here what a migration does to the whole. The database itself is made by sql/roles.sql and sql/migrations/.

create role app_owner nologin noinherit;
create role app_system nologin noinherit;
create role app_tenant nologin noinherit;
create role appuser login noinherit;
grant app_system to appuser with inherit false, set true, admin false;
grant app_tenant to appuser with inherit false, set true, admin false;
alter role appuser set search_path=app, pg_temp;

create schema app authorization app_owner;
grant usage on schema app to app_system;
grant usage on schema app to app_tenant;

create schema public authorization pg_database_owner;
grant usage on schema public to app_system;

create type app.api_access as enum ('read', 'write');

create type app.application_kind as enum ('saml');

create type app.attribute_source as enum ('idp', 'admin', 'self');

create type app.backup_run_kind as enum ('backup', 'restore', 'drill');

create type app.decision as enum ('approved', 'denied', 'expired', 'void');

create type app.domain_check as enum ('proved', 'nothing', 'other', 'unreachable');

create type app.domain_proof as enum ('dns', 'operator');

create type app.file_state as enum ('pending', 'kept', 'discarded');

create type app.group_scope as enum ('access_relevant', 'all', 'none');

create type app.groups_unsaid as enum ('keep', 'remove');

create type app.identity_provider_kind as enum ('saml');

create type app.identity_provider_preset as enum ('okta', 'entra', 'google', 'other');

create type app.identity_provider_state as enum ('draft', 'enabled', 'disabled');

create type app.key_state as enum ('next', 'active', 'retired');

create type app.mail_state as enum ('queued', 'sent', 'failed');

create type app.passkey_ceremony as enum ('registration', 'sign_in', 'proof');

create type app.password_reset_cause as enum ('admin', 'breach', 'policy');

create type app.provider_logout as enum ('always', 'offer', 'never');

create type app.role as enum ('member', 'admin', 'super_admin');

create type app.second_step as enum ('email', 'totp');

create type app.sign_in_state as enum ('email_proof', 'password', 'new_password', 'email_code', 'totp', 'passkey', 'enrol', 'provider', 'link', 'done');

create type app.storage_backend as enum ('local', 'spaces');

create type app.strength as enum ('baseline', 'strong', 'phishing_resistant');

create type app.tenant_state as enum ('active', 'suspended');

create type app.theme as enum ('system', 'light', 'dark');

create type app.trial_state as enum ('open', 'applied', 'confirmed', 'reverted', 'cancelled');

create type app.user_state as enum ('invited', 'active', 'deactivated');

create type app.user_token_purpose as enum ('invitation', 'password_reset', 'reactivation');

create table app.api_clients (
  tenant_id uuid not null default app.tenant_id(),
  id uuid not null default uuidv7(),
  name text not null,
  role app.role not null,
  secret_hash bytea not null,
  created_at timestamp with time zone not null default now(),
  last_used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  created_by uuid,
  made_by_person boolean not null default false,
  access app.api_access not null default 'write'::app.api_access,
  areas text[],
  constraint api_clients_pkey PRIMARY KEY (tenant_id, id),
  constraint api_clients_creator_fk FOREIGN KEY (tenant_id, created_by) REFERENCES app.users(tenant_id, id) ON DELETE SET NULL (created_by),
  constraint api_clients_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE,
  constraint api_clients_name_length CHECK (((length(name) >= 1) AND (length(name) <= 100)))
);
alter table app.api_clients owner to app_owner;
CREATE INDEX api_clients_creator ON app.api_clients USING btree (tenant_id, created_by);
alter table app.api_clients enable row level security;
alter table app.api_clients force row level security;
create policy tenant on app.api_clients to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.api_clients to app_tenant;

create table app.api_tokens (
  tenant_id uuid not null default app.tenant_id(),
  token_hash bytea not null,
  client_id uuid not null,
  expires_at timestamp with time zone not null,
  created_at timestamp with time zone not null default now(),
  constraint api_tokens_pkey PRIMARY KEY (tenant_id, token_hash),
  constraint api_tokens_client_fk FOREIGN KEY (tenant_id, client_id) REFERENCES app.api_clients(tenant_id, id) ON DELETE CASCADE
);
alter table app.api_tokens owner to app_owner;
CREATE INDEX api_tokens_client ON app.api_tokens USING btree (tenant_id, client_id);
CREATE INDEX api_tokens_expired ON app.api_tokens USING btree (tenant_id, expires_at);
alter table app.api_tokens enable row level security;
alter table app.api_tokens force row level security;
create policy tenant on app.api_tokens to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.api_tokens to app_tenant;

create table app.application_grants (
  tenant_id uuid not null default app.tenant_id(),
  application_id uuid not null,
  group_id uuid not null,
  granted_at timestamp with time zone not null default now(),
  constraint application_grants_pkey PRIMARY KEY (tenant_id, application_id, group_id),
  constraint application_grants_application_fk FOREIGN KEY (tenant_id, application_id) REFERENCES app.applications(tenant_id, id) ON DELETE CASCADE,
  constraint application_grants_group_fk FOREIGN KEY (tenant_id, group_id) REFERENCES app.groups(tenant_id, id) ON DELETE CASCADE
);
alter table app.application_grants owner to app_owner;
CREATE INDEX application_grants_group ON app.application_grants USING btree (tenant_id, group_id);
alter table app.application_grants enable row level security;
alter table app.application_grants force row level security;
create policy tenant on app.application_grants to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.application_grants to app_tenant;

create table app.applications (
  tenant_id uuid not null default app.tenant_id(),
  id uuid not null default uuidv7(),
  kind app.application_kind not null,
  name text not null,
  description text not null default ''::text,
  is_enabled boolean not null default true,
  available_to_all boolean not null default false,
  created_at timestamp with time zone not null default now(),
  strength app.strength,
  group_scope app.group_scope,
  constraint applications_pkey PRIMARY KEY (tenant_id, id),
  constraint applications_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE,
  constraint applications_description_length CHECK ((length(description) <= 2000)),
  constraint applications_name_length CHECK (((length(name) >= 1) AND (length(name) <= 255)))
);
alter table app.applications owner to app_owner;
alter table app.applications enable row level security;
alter table app.applications force row level security;
create policy tenant on app.applications to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.applications to app_tenant;

create table app.attribute_settings (
  tenant_id uuid not null default app.tenant_id(),
  key text not null,
  enabled boolean not null,
  required boolean not null default false,
  mirror_from_provider boolean not null default true,
  locked_for_users boolean not null default false,
  send_to_applications boolean not null default true,
  allow_self_sourced boolean not null default false,
  version integer not null default 1,
  updated_at timestamp with time zone not null default now(),
  constraint attribute_settings_pkey PRIMARY KEY (tenant_id, key),
  constraint attribute_settings_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE,
  constraint attribute_settings_key_shape CHECK ((key ~ '^[a-z][a-z0-9_]{0,49}$'::text))
);
alter table app.attribute_settings owner to app_owner;
alter table app.attribute_settings enable row level security;
alter table app.attribute_settings force row level security;
create policy tenant on app.attribute_settings to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.attribute_settings to app_tenant;

create table app.audit_events (
  tenant_id uuid not null default app.tenant_id(),
  id uuid not null default uuidv7(),
  at timestamp with time zone not null default now(),
  name text not null,
  actor_kind text not null,
  actor_id uuid,
  actor jsonb not null,
  subject_id uuid,
  data jsonb not null,
  constraint audit_events_pkey PRIMARY KEY (tenant_id, id),
  constraint audit_events_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE
);
alter table app.audit_events owner to app_owner;
CREATE INDEX audit_events_actor ON app.audit_events USING btree (tenant_id, actor_id, id DESC);
CREATE INDEX audit_events_name ON app.audit_events USING btree (tenant_id, name, id DESC);
CREATE INDEX audit_events_subject ON app.audit_events USING btree (tenant_id, subject_id, id DESC);
alter table app.audit_events enable row level security;
alter table app.audit_events force row level security;
create policy owner on app.audit_events to app_owner using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
create policy tenant on app.audit_events to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant insert, select on app.audit_events to app_tenant;

create table app.backup_codes (
  tenant_id uuid not null default app.tenant_id(),
  user_id uuid not null,
  code_hash bytea not null,
  used_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  constraint backup_codes_pkey PRIMARY KEY (tenant_id, user_id, code_hash),
  constraint backup_codes_user_fk FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE
);
alter table app.backup_codes owner to app_owner;
alter table app.backup_codes enable row level security;
alter table app.backup_codes force row level security;
create policy tenant on app.backup_codes to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.backup_codes to app_tenant;

create table app.backup_runs (
  id uuid not null default uuidv7(),
  kind app.backup_run_kind not null,
  archive text not null,
  place text not null,
  taken_at timestamp with time zone,
  archive_bytes bigint,
  started_at timestamp with time zone not null,
  finished_at timestamp with time zone not null,
  succeeded boolean not null,
  detail jsonb not null default '{}'::jsonb,
  constraint backup_runs_pkey PRIMARY KEY (id)
);
alter table app.backup_runs owner to app_owner;
CREATE INDEX backup_runs_newest ON app.backup_runs USING btree (kind, succeeded, finished_at DESC);
alter table app.backup_runs enable row level security;
alter table app.backup_runs force row level security;
create policy worker on app.backup_runs to app_system using (true) with check (true);
grant select on app.backup_runs to app_system;

create table app.branding (
  tenant_id uuid not null default app.tenant_id(),
  accent text,
  logo_id uuid,
  mail_logo_id uuid,
  updated_at timestamp with time zone not null default now(),
  constraint branding_pkey PRIMARY KEY (tenant_id),
  constraint branding_logo_fk FOREIGN KEY (tenant_id, logo_id) REFERENCES app.files(tenant_id, id) ON DELETE SET NULL (logo_id),
  constraint branding_mail_logo_fk FOREIGN KEY (tenant_id, mail_logo_id) REFERENCES app.files(tenant_id, id) ON DELETE SET NULL (mail_logo_id),
  constraint branding_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE,
  constraint branding_accent_shape CHECK ((accent ~ '^#[0-9a-f]{6}$'::text))
);
alter table app.branding owner to app_owner;
alter table app.branding enable row level security;
alter table app.branding force row level security;
create policy tenant on app.branding to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.branding to app_tenant;

create table app.consents (
  tenant_id uuid not null default app.tenant_id(),
  user_id uuid not null,
  application_id uuid not null,
  released text[] not null,
  given_at timestamp with time zone not null default now(),
  constraint consents_pkey PRIMARY KEY (tenant_id, user_id, application_id),
  constraint consents_application_fk FOREIGN KEY (tenant_id, application_id) REFERENCES app.applications(tenant_id, id) ON DELETE CASCADE,
  constraint consents_user_fk FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE
);
alter table app.consents owner to app_owner;
alter table app.consents enable row level security;
alter table app.consents force row level security;
create policy tenant on app.consents to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.consents to app_tenant;

create table app.devices (
  tenant_id uuid not null default app.tenant_id(),
  id uuid not null default uuidv7(),
  user_id uuid not null,
  token_hash bytea not null,
  user_agent text not null,
  ip text not null,
  remembered_until timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  last_used_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  constraint devices_pkey PRIMARY KEY (tenant_id, id),
  constraint devices_token_unique UNIQUE (tenant_id, token_hash, user_id),
  constraint devices_user_fk FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE
);
alter table app.devices owner to app_owner;
CREATE INDEX devices_expired ON app.devices USING btree (tenant_id, expires_at);
CREATE INDEX devices_user ON app.devices USING btree (tenant_id, user_id, id);
alter table app.devices enable row level security;
alter table app.devices force row level security;
create policy tenant on app.devices to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.devices to app_tenant;

create table app.factor_resets (
  tenant_id uuid not null default app.tenant_id(),
  id uuid not null default uuidv7(),
  user_id uuid not null,
  requested_by uuid,
  requested_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  decision app.decision,
  decided_by uuid,
  decided_at timestamp with time zone,
  told_at timestamp with time zone,
  constraint factor_resets_pkey PRIMARY KEY (tenant_id, id),
  constraint factor_resets_decider_fk FOREIGN KEY (tenant_id, decided_by) REFERENCES app.users(tenant_id, id) ON DELETE SET NULL (decided_by),
  constraint factor_resets_requester_fk FOREIGN KEY (tenant_id, requested_by) REFERENCES app.users(tenant_id, id) ON DELETE SET NULL (requested_by),
  constraint factor_resets_user_fk FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE,
  constraint factor_resets_decided_whole CHECK (((decision IS NULL) = (decided_at IS NULL)))
);
alter table app.factor_resets owner to app_owner;
CREATE UNIQUE INDEX factor_resets_one_open ON app.factor_resets USING btree (tenant_id, user_id) WHERE (decision IS NULL);
CREATE INDEX factor_resets_user ON app.factor_resets USING btree (tenant_id, user_id, id);
CREATE INDEX factor_resets_waiting ON app.factor_resets USING btree (tenant_id, id) WHERE (decision IS NULL);
alter table app.factor_resets enable row level security;
alter table app.factor_resets force row level security;
create policy tenant on app.factor_resets to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
CREATE TRIGGER factor_resets_two_people BEFORE INSERT OR UPDATE ON app.factor_resets FOR EACH ROW WHEN (((new.decision = 'approved'::app.decision) AND (new.decided_by = new.requested_by))) EXECUTE FUNCTION app.two_people();
grant delete, insert, select, update on app.factor_resets to app_tenant;

create table app.federated_identities (
  tenant_id uuid not null default app.tenant_id(),
  identity_provider_id uuid not null,
  subject text not null,
  user_id uuid not null,
  linked_at timestamp with time zone not null default now(),
  last_used_at timestamp with time zone not null default now(),
  skipped_attributes text[] not null default '{}'::text[],
  constraint federated_identities_pkey PRIMARY KEY (tenant_id, identity_provider_id, subject),
  constraint federated_identities_one_subject UNIQUE (tenant_id, identity_provider_id, user_id),
  constraint federated_identities_provider_fk FOREIGN KEY (tenant_id, identity_provider_id) REFERENCES app.identity_providers(tenant_id, id) ON DELETE CASCADE,
  constraint federated_identities_user_fk FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE,
  constraint federated_identities_subject_length CHECK (((octet_length(subject) >= 1) AND (octet_length(subject) <= 1024)))
);
alter table app.federated_identities owner to app_owner;
CREATE INDEX federated_identities_user ON app.federated_identities USING btree (tenant_id, user_id);
alter table app.federated_identities enable row level security;
alter table app.federated_identities force row level security;
create policy tenant on app.federated_identities to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.federated_identities to app_tenant;

create table app.federation_settings (
  tenant_id uuid not null default app.tenant_id(),
  group_scope app.group_scope not null default 'access_relevant'::app.group_scope,
  certificate_years smallint not null default 5,
  rotation_window_days smallint not null default 90,
  version integer not null default 0,
  updated_at timestamp with time zone not null default now(),
  told_at timestamp with time zone,
  constraint federation_settings_pkey PRIMARY KEY (tenant_id),
  constraint federation_settings_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE,
  constraint federation_settings_window CHECK ((rotation_window_days = ANY (ARRAY[14, 30, 60, 90]))),
  constraint federation_settings_years CHECK ((certificate_years = ANY (ARRAY[1, 2, 3, 5, 10])))
);
alter table app.federation_settings owner to app_owner;
alter table app.federation_settings enable row level security;
alter table app.federation_settings force row level security;
create policy tenant on app.federation_settings to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.federation_settings to app_tenant;

create table app.files (
  tenant_id uuid not null default app.tenant_id(),
  id uuid not null default uuidv7(),
  backend app.storage_backend not null,
  key text not null,
  state app.file_state not null default 'pending'::app.file_state,
  purpose text not null,
  media_type text not null,
  sha256 bytea,
  size_bytes bigint,
  created_at timestamp with time zone not null default now(),
  constraint files_pkey PRIMARY KEY (tenant_id, id),
  constraint files_object_unique UNIQUE (tenant_id, backend, key),
  constraint files_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE,
  constraint files_kept_whole CHECK (((state <> 'kept'::app.file_state) OR ((sha256 IS NOT NULL) AND (size_bytes IS NOT NULL)))),
  constraint files_key_shape CHECK (((key ~ '^[0-9a-f-]{36}/[0-9a-f-]{36}$'::text) AND starts_with(key, (tenant_id)::text))),
  constraint files_sha256_length CHECK ((length(sha256) = 32)),
  constraint files_size_positive CHECK ((size_bytes >= 0))
);
alter table app.files owner to app_owner;
CREATE INDEX files_kept ON app.files USING btree (tenant_id, backend, id) WHERE (state = 'kept'::app.file_state);
CREATE INDEX files_leftover ON app.files USING btree (tenant_id, created_at) WHERE (state <> 'kept'::app.file_state);
alter table app.files enable row level security;
alter table app.files force row level security;
create policy tenant on app.files to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.files to app_tenant;

create table app.group_members (
  tenant_id uuid not null default app.tenant_id(),
  group_id uuid not null,
  user_id uuid not null,
  added_at timestamp with time zone not null default now(),
  by_hand boolean not null default true,
  constraint group_members_pkey PRIMARY KEY (tenant_id, group_id, user_id),
  constraint group_members_group_fk FOREIGN KEY (tenant_id, group_id) REFERENCES app.groups(tenant_id, id) ON DELETE CASCADE,
  constraint group_members_user_fk FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE
);
alter table app.group_members owner to app_owner;
CREATE INDEX group_members_user ON app.group_members USING btree (tenant_id, user_id);
alter table app.group_members enable row level security;
alter table app.group_members force row level security;
create policy tenant on app.group_members to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.group_members to app_tenant;

create table app.groups (
  tenant_id uuid not null default app.tenant_id(),
  id uuid not null default uuidv7(),
  name text not null,
  name_key text collate "C" not null generated always as (app.fold(name)) stored,
  description text not null default ''::text,
  created_at timestamp with time zone not null default now(),
  strength app.strength,
  constraint groups_pkey PRIMARY KEY (tenant_id, id),
  constraint groups_name_unique UNIQUE (tenant_id, name_key),
  constraint groups_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE,
  constraint groups_description_length CHECK ((length(description) <= 2000)),
  constraint groups_name_length CHECK (((length(name) >= 1) AND (length(name) <= 200)))
);
alter table app.groups owner to app_owner;
alter table app.groups enable row level security;
alter table app.groups force row level security;
create policy tenant on app.groups to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.groups to app_tenant;

create table app.identity_provider_domains (
  tenant_id uuid not null default app.tenant_id(),
  domain text not null,
  identity_provider_id uuid not null,
  bound_at timestamp with time zone not null default now(),
  constraint identity_provider_domains_pkey PRIMARY KEY (tenant_id, domain),
  constraint identity_provider_domains_provider_fk FOREIGN KEY (tenant_id, identity_provider_id) REFERENCES app.identity_providers(tenant_id, id) ON DELETE CASCADE,
  constraint identity_provider_domains_length CHECK (((length(domain) >= 1) AND (length(domain) <= 253)))
);
alter table app.identity_provider_domains owner to app_owner;
CREATE INDEX identity_provider_domains_provider ON app.identity_provider_domains USING btree (tenant_id, identity_provider_id, domain);
alter table app.identity_provider_domains enable row level security;
alter table app.identity_provider_domains force row level security;
create policy tenant on app.identity_provider_domains to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.identity_provider_domains to app_tenant;

create table app.identity_provider_keys (
  tenant_id uuid not null default app.tenant_id(),
  id uuid not null default uuidv7(),
  identity_provider_id uuid not null,
  state app.key_state not null,
  sealed_key bytea,
  certificate text not null,
  expires_at timestamp with time zone not null,
  created_at timestamp with time zone not null default now(),
  retired_at timestamp with time zone,
  told_days smallint,
  is_news boolean not null default false,
  constraint identity_provider_keys_pkey PRIMARY KEY (tenant_id, id),
  constraint identity_provider_keys_provider_fk FOREIGN KEY (tenant_id, identity_provider_id) REFERENCES app.identity_providers(tenant_id, id) ON DELETE CASCADE,
  constraint identity_provider_keys_erased CHECK (((state = 'retired'::app.key_state) = (sealed_key IS NULL))),
  constraint identity_provider_keys_retired CHECK (((state = 'retired'::app.key_state) = (retired_at IS NOT NULL)))
);
alter table app.identity_provider_keys owner to app_owner;
CREATE INDEX identity_provider_keys_ending ON app.identity_provider_keys USING btree (tenant_id, expires_at) WHERE (state = 'active'::app.key_state);
CREATE UNIQUE INDEX identity_provider_keys_one_of_each ON app.identity_provider_keys USING btree (tenant_id, identity_provider_id, state) WHERE (state <> 'retired'::app.key_state);
CREATE INDEX identity_provider_keys_provider ON app.identity_provider_keys USING btree (tenant_id, identity_provider_id);
alter table app.identity_provider_keys enable row level security;
alter table app.identity_provider_keys force row level security;
create policy tenant on app.identity_provider_keys to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.identity_provider_keys to app_tenant;

create table app.identity_provider_requests (
  tenant_id uuid not null default app.tenant_id(),
  id uuid not null default uuidv7(),
  identity_provider_id uuid not null,
  message_id text not null,
  sign_in_id uuid,
  started_by uuid,
  force_authn boolean not null default false,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  answered_at timestamp with time zone,
  outcome jsonb,
  constraint identity_provider_requests_pkey PRIMARY KEY (tenant_id, id),
  constraint identity_provider_requests_message_unique UNIQUE (tenant_id, message_id),
  constraint identity_provider_requests_provider_fk FOREIGN KEY (tenant_id, identity_provider_id) REFERENCES app.identity_providers(tenant_id, id) ON DELETE CASCADE,
  constraint identity_provider_requests_sign_in_fk FOREIGN KEY (tenant_id, sign_in_id) REFERENCES app.sign_ins(tenant_id, id) ON DELETE CASCADE,
  constraint identity_provider_requests_user_fk FOREIGN KEY (tenant_id, started_by) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE,
  constraint identity_provider_requests_answered CHECK (((answered_at IS NULL) = (outcome IS NULL))),
  constraint identity_provider_requests_whose CHECK ((num_nonnulls(sign_in_id, started_by) = 1))
);
alter table app.identity_provider_requests owner to app_owner;
CREATE INDEX identity_provider_requests_expired ON app.identity_provider_requests USING btree (tenant_id, expires_at);
CREATE INDEX identity_provider_requests_provider ON app.identity_provider_requests USING btree (tenant_id, identity_provider_id);
CREATE UNIQUE INDEX identity_provider_requests_sign_in ON app.identity_provider_requests USING btree (tenant_id, sign_in_id) WHERE (sign_in_id IS NOT NULL);
CREATE INDEX identity_provider_requests_user ON app.identity_provider_requests USING btree (tenant_id, started_by) WHERE (started_by IS NOT NULL);
alter table app.identity_provider_requests enable row level security;
alter table app.identity_provider_requests force row level security;
create policy tenant on app.identity_provider_requests to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.identity_provider_requests to app_tenant;

create table app.identity_providers (
  tenant_id uuid not null default app.tenant_id(),
  id uuid not null default uuidv7(),
  kind app.identity_provider_kind not null,
  preset app.identity_provider_preset not null,
  name text not null,
  state app.identity_provider_state not null default 'draft'::app.identity_provider_state,
  entity_id text,
  sso_redirect_url text,
  sso_post_url text,
  signing_certificates text[] not null default '{}'::text[],
  metadata_url text,
  described_at timestamp with time zone,
  email_attribute text not null,
  first_name_attribute text not null,
  last_name_attribute text not null,
  subject_attribute text,
  creates_people boolean not null default true,
  trusts_second_step boolean not null default false,
  speaks_for_all boolean not null default false,
  created_at timestamp with time zone not null default now(),
  slo jsonb not null default '[]'::jsonb,
  logout app.provider_logout not null default 'offer'::app.provider_logout,
  is_offered boolean not null default false,
  base_group_id uuid,
  groups_attribute text,
  groups_unsaid app.groups_unsaid not null default 'keep'::app.groups_unsaid,
  creates_groups boolean not null default false,
  attribute_claims jsonb not null default '{}'::jsonb,
  constraint identity_providers_pkey PRIMARY KEY (tenant_id, id),
  constraint identity_providers_base_group_fk FOREIGN KEY (tenant_id, base_group_id) REFERENCES app.groups(tenant_id, id) ON DELETE SET NULL (base_group_id),
  constraint identity_providers_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE,
  constraint identity_providers_attribute_claims CHECK ((jsonb_typeof(attribute_claims) = 'object'::text)),
  constraint identity_providers_described CHECK (((state = 'draft'::app.identity_provider_state) OR ((entity_id IS NOT NULL) AND (num_nonnulls(sso_redirect_url, sso_post_url) > 0) AND (cardinality(signing_certificates) > 0)))),
  constraint identity_providers_entity_id_length CHECK (((length(entity_id) >= 1) AND (length(entity_id) <= 1024))),
  constraint identity_providers_groups_attribute_length CHECK (((length(groups_attribute) >= 1) AND (length(groups_attribute) <= 255))),
  constraint identity_providers_name_length CHECK (((length(name) >= 1) AND (length(name) <= 120)))
);
alter table app.identity_providers owner to app_owner;
CREATE INDEX identity_providers_base_group ON app.identity_providers USING btree (tenant_id, base_group_id) WHERE (base_group_id IS NOT NULL);
alter table app.identity_providers enable row level security;
alter table app.identity_providers force row level security;
create policy tenant on app.identity_providers to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.identity_providers to app_tenant;

create table app.jobs (
  tenant_id uuid not null default app.tenant_id(),
  id uuid not null default uuidv7(),
  name text not null,
  payload jsonb not null,
  key text,
  lane text,
  priority smallint not null default 0,
  run_at timestamp with time zone not null default now(),
  attempts smallint not null default 0,
  leased_until timestamp with time zone,
  leased_by text,
  last_error text,
  dead_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  constraint jobs_pkey PRIMARY KEY (tenant_id, id),
  constraint jobs_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE,
  constraint jobs_dead_idle CHECK (((dead_at IS NULL) OR (leased_until IS NULL))),
  constraint jobs_lease_whole CHECK (((leased_until IS NULL) = (leased_by IS NULL)))
);
alter table app.jobs owner to app_owner;
CREATE INDEX jobs_due ON app.jobs USING btree (tenant_id, COALESCE(lane, ''::text), priority DESC, run_at, id) WHERE ((leased_until IS NULL) AND (dead_at IS NULL));
CREATE UNIQUE INDEX jobs_key_pending ON app.jobs USING btree (tenant_id, key) WHERE ((leased_until IS NULL) AND (dead_at IS NULL));
CREATE UNIQUE INDEX jobs_lane_leased ON app.jobs USING btree (tenant_id, lane) WHERE (leased_until IS NOT NULL);
CREATE INDEX jobs_leased ON app.jobs USING btree (leased_until) WHERE (leased_until IS NOT NULL);
alter table app.jobs enable row level security;
alter table app.jobs force row level security;
create policy tenant on app.jobs to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
create policy worker on app.jobs to app_system using (true) with check (true);
grant delete, insert, select, update on app.jobs to app_tenant;
grant delete, select, update on app.jobs to app_system;

create table app.limits (
  tenant_id uuid not null default app.tenant_id(),
  name text not null,
  key bytea not null,
  window_at timestamp with time zone not null,
  hits integer not null,
  expires_at timestamp with time zone not null,
  about text,
  reached_at timestamp with time zone,
  constraint limits_pkey PRIMARY KEY (tenant_id, name, key, window_at),
  constraint limits_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE
);
alter table app.limits owner to app_owner;
CREATE INDEX limits_expired ON app.limits USING btree (tenant_id, expires_at);
CREATE INDEX limits_reached ON app.limits USING btree (tenant_id, expires_at) WHERE (about IS NOT NULL);
alter table app.limits enable row level security;
alter table app.limits force row level security;
create policy tenant on app.limits to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.limits to app_tenant;

create table app.logouts (
  tenant_id uuid not null default app.tenant_id(),
  id uuid not null default uuidv7(),
  session_ids uuid[] not null default '{}'::uuid[],
  application_id uuid,
  identity_provider_id uuid,
  message_id text,
  relay_state text,
  browser_hash bytea,
  told_provider_id uuid,
  told_message_id text,
  told_at timestamp with time zone,
  told_outcome text,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  constraint logouts_pkey PRIMARY KEY (tenant_id, id),
  constraint logouts_application_message UNIQUE (tenant_id, application_id, message_id),
  constraint logouts_provider_message UNIQUE (tenant_id, identity_provider_id, message_id),
  constraint logouts_application_fk FOREIGN KEY (tenant_id, application_id) REFERENCES app.applications(tenant_id, id) ON DELETE CASCADE,
  constraint logouts_provider_fk FOREIGN KEY (tenant_id, identity_provider_id) REFERENCES app.identity_providers(tenant_id, id) ON DELETE CASCADE,
  constraint logouts_told_provider_fk FOREIGN KEY (tenant_id, told_provider_id) REFERENCES app.identity_providers(tenant_id, id) ON DELETE CASCADE,
  constraint logouts_asked_by_one CHECK ((num_nonnulls(application_id, identity_provider_id) <= 1)),
  constraint logouts_told_outcome CHECK ((told_outcome = ANY (ARRAY['signed_out'::text, 'partly'::text, 'failed'::text, 'unconfirmed'::text]))),
  constraint logouts_told_whole CHECK (((told_provider_id IS NULL) = (told_message_id IS NULL)))
);
alter table app.logouts owner to app_owner;
CREATE INDEX logouts_expired ON app.logouts USING btree (tenant_id, expires_at);
CREATE UNIQUE INDEX logouts_told ON app.logouts USING btree (tenant_id, told_message_id) WHERE (told_message_id IS NOT NULL);
CREATE INDEX logouts_told_provider ON app.logouts USING btree (tenant_id, told_provider_id) WHERE (told_provider_id IS NOT NULL);
alter table app.logouts enable row level security;
alter table app.logouts force row level security;
create policy tenant on app.logouts to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.logouts to app_tenant;

create table app.mails (
  tenant_id uuid not null default app.tenant_id(),
  id uuid not null default uuidv7(),
  template text not null,
  user_id uuid,
  sealed bytea,
  state app.mail_state not null default 'queued'::app.mail_state,
  error text,
  created_at timestamp with time zone not null default now(),
  sent_at timestamp with time zone,
  constraint mails_pkey PRIMARY KEY (tenant_id, id),
  constraint mails_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE,
  constraint mails_sealed_until_sent CHECK (((state = 'queued'::app.mail_state) OR (sealed IS NULL)))
);
alter table app.mails owner to app_owner;
CREATE INDEX mails_user ON app.mails USING btree (tenant_id, user_id, id DESC);
alter table app.mails enable row level security;
alter table app.mails force row level security;
create policy tenant on app.mails to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.mails to app_tenant;

create table app.organisation_domain_groups (
  tenant_id uuid not null default app.tenant_id(),
  domain_id uuid not null,
  group_id uuid not null,
  linked_at timestamp with time zone not null default now(),
  constraint organisation_domain_groups_pkey PRIMARY KEY (tenant_id, domain_id, group_id),
  constraint organisation_domain_groups_domain_fk FOREIGN KEY (tenant_id, domain_id) REFERENCES app.organisation_domains(tenant_id, id) ON DELETE CASCADE,
  constraint organisation_domain_groups_group_fk FOREIGN KEY (tenant_id, group_id) REFERENCES app.groups(tenant_id, id) ON DELETE CASCADE
);
alter table app.organisation_domain_groups owner to app_owner;
CREATE INDEX organisation_domain_groups_group ON app.organisation_domain_groups USING btree (tenant_id, group_id);
alter table app.organisation_domain_groups enable row level security;
alter table app.organisation_domain_groups force row level security;
create policy tenant on app.organisation_domain_groups to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.organisation_domain_groups to app_tenant;

create table app.organisation_domains (
  tenant_id uuid not null default app.tenant_id(),
  id uuid not null default uuidv7(),
  domain text not null,
  proof_token text not null,
  proved_at timestamp with time zone,
  proved_how app.domain_proof,
  added_by uuid,
  created_at timestamp with time zone not null default now(),
  checked_at timestamp with time zone,
  check_outcome app.domain_check,
  check_found text[] not null default '{}'::text[],
  missing_since timestamp with time zone,
  missing_told_at timestamp with time zone,
  constraint organisation_domains_pkey PRIMARY KEY (tenant_id, id),
  constraint organisation_domains_domain_unique UNIQUE (tenant_id, domain),
  constraint organisation_domains_adder_fk FOREIGN KEY (tenant_id, added_by) REFERENCES app.users(tenant_id, id) ON DELETE SET NULL (added_by),
  constraint organisation_domains_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE,
  constraint organisation_domains_missing CHECK (COALESCE((missing_since <= missing_told_at), (missing_told_at IS NULL))),
  constraint organisation_domains_proof CHECK (((proved_at IS NULL) = (proved_how IS NULL))),
  constraint organisation_domains_shape CHECK (((domain = lower(domain)) AND ((length(domain) >= 3) AND (length(domain) <= 253)))),
  constraint organisation_domains_token CHECK ((length(proof_token) >= 32))
);
alter table app.organisation_domains owner to app_owner;
CREATE INDEX organisation_domains_adder ON app.organisation_domains USING btree (tenant_id, added_by) WHERE (added_by IS NOT NULL);
alter table app.organisation_domains enable row level security;
alter table app.organisation_domains force row level security;
create policy tenant on app.organisation_domains to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.organisation_domains to app_tenant;

create table app.passkey_challenges (
  tenant_id uuid not null default app.tenant_id(),
  id uuid not null default uuidv7(),
  ceremony app.passkey_ceremony not null,
  token_hash bytea not null,
  challenge bytea not null,
  user_id uuid,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  constraint passkey_challenges_pkey PRIMARY KEY (tenant_id, id),
  constraint passkey_challenges_token_unique UNIQUE (tenant_id, token_hash),
  constraint passkey_challenges_user_fk FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE,
  constraint passkey_challenges_person_known CHECK (((ceremony = 'sign_in'::app.passkey_ceremony) OR (user_id IS NOT NULL)))
);
alter table app.passkey_challenges owner to app_owner;
CREATE INDEX passkey_challenges_expired ON app.passkey_challenges USING btree (tenant_id, expires_at);
CREATE INDEX passkey_challenges_user ON app.passkey_challenges USING btree (tenant_id, user_id);
alter table app.passkey_challenges enable row level security;
alter table app.passkey_challenges force row level security;
create policy tenant on app.passkey_challenges to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.passkey_challenges to app_tenant;

create table app.passkeys (
  tenant_id uuid not null default app.tenant_id(),
  id uuid not null default uuidv7(),
  user_id uuid not null,
  credential_id bytea not null,
  public_key bytea not null,
  sign_count bigint not null default 0,
  aaguid uuid not null,
  transports text[] not null default '{}'::text[],
  backup_eligible boolean not null,
  backed_up boolean not null,
  name text not null,
  suspended_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  last_used_at timestamp with time zone,
  constraint passkeys_pkey PRIMARY KEY (tenant_id, id),
  constraint passkeys_credential_unique UNIQUE (tenant_id, credential_id),
  constraint passkeys_user_fk FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE,
  constraint passkeys_name_length CHECK (((length(name) >= 1) AND (length(name) <= 100)))
);
alter table app.passkeys owner to app_owner;
CREATE INDEX passkeys_user ON app.passkeys USING btree (tenant_id, user_id, id);
alter table app.passkeys enable row level security;
alter table app.passkeys force row level security;
create policy tenant on app.passkeys to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.passkeys to app_tenant;

create table app.pending_emails (
  tenant_id uuid not null default app.tenant_id(),
  id uuid not null default uuidv7(),
  user_id uuid not null,
  email text not null,
  token_hash bytea not null,
  asked_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  constraint pending_emails_pkey PRIMARY KEY (tenant_id, id),
  constraint pending_emails_token_unique UNIQUE (tenant_id, token_hash),
  constraint pending_emails_user_unique UNIQUE (tenant_id, user_id, email),
  constraint pending_emails_user_fk FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE,
  constraint pending_emails_shape CHECK (((email = lower(email)) AND ((length(email) >= 3) AND (length(email) <= 320))))
);
alter table app.pending_emails owner to app_owner;
CREATE INDEX pending_emails_expired ON app.pending_emails USING btree (tenant_id, expires_at);
alter table app.pending_emails enable row level security;
alter table app.pending_emails force row level security;
create policy tenant on app.pending_emails to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.pending_emails to app_tenant;

create table app.policy_trials (
  tenant_id uuid not null default app.tenant_id(),
  id uuid not null default uuidv7(),
  state app.trial_state not null default 'open'::app.trial_state,
  proposed jsonb not null,
  previous jsonb not null,
  started_by uuid,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  tested_at timestamp with time zone,
  revert_at timestamp with time zone,
  ended_at timestamp with time zone,
  constraint policy_trials_pkey PRIMARY KEY (tenant_id, id),
  constraint policy_trials_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE,
  constraint policy_trials_user_fk FOREIGN KEY (tenant_id, started_by) REFERENCES app.users(tenant_id, id) ON DELETE SET NULL (started_by),
  constraint policy_trials_applied_whole CHECK (((state <> 'applied'::app.trial_state) OR (revert_at IS NOT NULL)))
);
alter table app.policy_trials owner to app_owner;
CREATE UNIQUE INDEX policy_trials_one_open ON app.policy_trials USING btree (tenant_id) WHERE (ended_at IS NULL);
alter table app.policy_trials enable row level security;
alter table app.policy_trials force row level security;
create policy tenant on app.policy_trials to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.policy_trials to app_tenant;

create table app.provider_assignments (
  tenant_id uuid not null default app.tenant_id(),
  user_id uuid not null,
  identity_provider_id uuid,
  assigned_at timestamp with time zone not null default now(),
  constraint provider_assignments_pkey PRIMARY KEY (tenant_id, user_id),
  constraint provider_assignments_provider_fk FOREIGN KEY (tenant_id, identity_provider_id) REFERENCES app.identity_providers(tenant_id, id) ON DELETE CASCADE,
  constraint provider_assignments_user_fk FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE
);
alter table app.provider_assignments owner to app_owner;
CREATE INDEX provider_assignments_provider ON app.provider_assignments USING btree (tenant_id, identity_provider_id) WHERE (identity_provider_id IS NOT NULL);
alter table app.provider_assignments enable row level security;
alter table app.provider_assignments force row level security;
create policy tenant on app.provider_assignments to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.provider_assignments to app_tenant;

create table app.provider_groups (
  tenant_id uuid not null default app.tenant_id(),
  id uuid not null default uuidv7(),
  identity_provider_id uuid not null,
  value text not null,
  group_id uuid not null,
  is_created boolean not null default false,
  created_at timestamp with time zone not null default now(),
  constraint provider_groups_pkey PRIMARY KEY (tenant_id, id),
  constraint provider_groups_value_unique UNIQUE (tenant_id, identity_provider_id, value),
  constraint provider_groups_group_fk FOREIGN KEY (tenant_id, group_id) REFERENCES app.groups(tenant_id, id) ON DELETE CASCADE,
  constraint provider_groups_provider_fk FOREIGN KEY (tenant_id, identity_provider_id) REFERENCES app.identity_providers(tenant_id, id) ON DELETE CASCADE,
  constraint provider_groups_value_length CHECK (((length(value) >= 1) AND (length(value) <= 200)))
);
alter table app.provider_groups owner to app_owner;
CREATE INDEX provider_groups_group ON app.provider_groups USING btree (tenant_id, group_id);
alter table app.provider_groups enable row level security;
alter table app.provider_groups force row level security;
create policy tenant on app.provider_groups to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.provider_groups to app_tenant;

create table app.provider_memberships (
  tenant_id uuid not null default app.tenant_id(),
  identity_provider_id uuid not null,
  user_id uuid not null,
  group_id uuid not null,
  given_at timestamp with time zone not null default now(),
  constraint provider_memberships_pkey PRIMARY KEY (tenant_id, identity_provider_id, user_id, group_id),
  constraint provider_memberships_member_fk FOREIGN KEY (tenant_id, group_id, user_id) REFERENCES app.group_members(tenant_id, group_id, user_id) ON DELETE CASCADE,
  constraint provider_memberships_provider_fk FOREIGN KEY (tenant_id, identity_provider_id) REFERENCES app.identity_providers(tenant_id, id) ON DELETE CASCADE
);
alter table app.provider_memberships owner to app_owner;
CREATE INDEX provider_memberships_group ON app.provider_memberships USING btree (tenant_id, identity_provider_id, group_id);
CREATE INDEX provider_memberships_member ON app.provider_memberships USING btree (tenant_id, group_id, user_id);
alter table app.provider_memberships enable row level security;
alter table app.provider_memberships force row level security;
create policy tenant on app.provider_memberships to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.provider_memberships to app_tenant;

create table app.reactivation_requests (
  tenant_id uuid not null default app.tenant_id(),
  id uuid not null default uuidv7(),
  user_id uuid not null,
  reason text not null default ''::text,
  requested_at timestamp with time zone not null default now(),
  decision app.decision,
  decided_by uuid,
  decided_at timestamp with time zone,
  told_at timestamp with time zone,
  lifted_at timestamp with time zone,
  constraint reactivation_requests_pkey PRIMARY KEY (tenant_id, id),
  constraint reactivation_requests_decider_fk FOREIGN KEY (tenant_id, decided_by) REFERENCES app.users(tenant_id, id) ON DELETE SET NULL (decided_by),
  constraint reactivation_requests_user_fk FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE,
  constraint reactivation_requests_decided_whole CHECK (((decision IS NULL) = (decided_at IS NULL))),
  constraint reactivation_requests_reason_length CHECK ((length(reason) <= 1000))
);
alter table app.reactivation_requests owner to app_owner;
CREATE UNIQUE INDEX reactivation_requests_one_open ON app.reactivation_requests USING btree (tenant_id, user_id) WHERE (decision IS NULL);
CREATE INDEX reactivation_requests_user ON app.reactivation_requests USING btree (tenant_id, user_id, id);
CREATE INDEX reactivation_requests_waiting ON app.reactivation_requests USING btree (tenant_id, id) WHERE (decision IS NULL);
alter table app.reactivation_requests enable row level security;
alter table app.reactivation_requests force row level security;
create policy tenant on app.reactivation_requests to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.reactivation_requests to app_tenant;

create table app.saml_keys (
  tenant_id uuid not null default app.tenant_id(),
  id uuid not null default uuidv7(),
  application_id uuid not null,
  state app.key_state not null,
  sealed_key bytea,
  certificate text not null,
  expires_at timestamp with time zone not null,
  created_at timestamp with time zone not null default now(),
  retired_at timestamp with time zone,
  told_days smallint,
  is_news boolean not null default false,
  constraint saml_keys_pkey PRIMARY KEY (tenant_id, id),
  constraint saml_keys_application_fk FOREIGN KEY (tenant_id, application_id) REFERENCES app.applications(tenant_id, id) ON DELETE CASCADE,
  constraint saml_keys_erased CHECK (((state = 'retired'::app.key_state) = (sealed_key IS NULL))),
  constraint saml_keys_retired CHECK (((state = 'retired'::app.key_state) = (retired_at IS NOT NULL)))
);
alter table app.saml_keys owner to app_owner;
CREATE INDEX saml_keys_ending ON app.saml_keys USING btree (tenant_id, expires_at) WHERE (state = 'active'::app.key_state);
CREATE UNIQUE INDEX saml_keys_one_of_each ON app.saml_keys USING btree (tenant_id, application_id, state) WHERE (state <> 'retired'::app.key_state);
alter table app.saml_keys enable row level security;
alter table app.saml_keys force row level security;
create policy tenant on app.saml_keys to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.saml_keys to app_tenant;

create table app.saml_persistent_ids (
  tenant_id uuid not null default app.tenant_id(),
  application_id uuid not null,
  user_id uuid not null,
  name_id text not null,
  created_at timestamp with time zone not null default now(),
  constraint saml_persistent_ids_pkey PRIMARY KEY (tenant_id, application_id, user_id),
  constraint saml_persistent_ids_unique UNIQUE (tenant_id, application_id, name_id),
  constraint saml_persistent_ids_application_fk FOREIGN KEY (tenant_id, application_id) REFERENCES app.applications(tenant_id, id) ON DELETE CASCADE,
  constraint saml_persistent_ids_user_fk FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE
);
alter table app.saml_persistent_ids owner to app_owner;
alter table app.saml_persistent_ids enable row level security;
alter table app.saml_persistent_ids force row level security;
create policy tenant on app.saml_persistent_ids to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.saml_persistent_ids to app_tenant;

create table app.saml_service_providers (
  tenant_id uuid not null default app.tenant_id(),
  application_id uuid not null,
  entity_id text not null,
  acs jsonb not null,
  signing_certificates text[] not null default '{}'::text[],
  signs_requests boolean not null default false,
  name_id_format text not null,
  metadata_url text,
  updated_at timestamp with time zone not null default now(),
  slo jsonb not null default '[]'::jsonb,
  sent_attributes jsonb not null default '{"email": "email", "groups": "groups", "lastName": "lastName", "firstName": "firstName", "displayName": "displayName"}'::jsonb,
  requested_attributes jsonb not null default '[]'::jsonb,
  constraint saml_service_providers_pkey PRIMARY KEY (tenant_id, application_id),
  constraint saml_entity_id_unique UNIQUE (tenant_id, entity_id),
  constraint saml_service_providers_application_fk FOREIGN KEY (tenant_id, application_id) REFERENCES app.applications(tenant_id, id) ON DELETE CASCADE,
  constraint saml_entity_id_length CHECK (((length(entity_id) >= 1) AND (length(entity_id) <= 1024))),
  constraint saml_service_providers_requested_attributes CHECK ((jsonb_typeof(requested_attributes) = 'array'::text)),
  constraint saml_service_providers_sent_attributes CHECK ((jsonb_typeof(sent_attributes) = 'object'::text))
);
alter table app.saml_service_providers owner to app_owner;
alter table app.saml_service_providers enable row level security;
alter table app.saml_service_providers force row level security;
create policy tenant on app.saml_service_providers to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.saml_service_providers to app_tenant;

create table app.saml_session_participants (
  tenant_id uuid not null default app.tenant_id(),
  session_id uuid not null,
  application_id uuid not null,
  name_id text not null,
  name_id_format text not null,
  name_qualifier text,
  sp_name_qualifier text,
  session_index text not null,
  issued_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  logout_id uuid,
  logout_message_id text,
  asked_at timestamp with time zone,
  outcome text,
  constraint saml_session_participants_pkey PRIMARY KEY (tenant_id, session_id, application_id, name_id),
  constraint saml_session_participants_application_fk FOREIGN KEY (tenant_id, application_id) REFERENCES app.applications(tenant_id, id) ON DELETE CASCADE,
  constraint saml_session_participants_logout_fk FOREIGN KEY (tenant_id, logout_id) REFERENCES app.logouts(tenant_id, id) ON DELETE SET NULL (logout_id),
  constraint saml_session_participants_session_fk FOREIGN KEY (tenant_id, session_id) REFERENCES app.sessions(tenant_id, id) ON DELETE CASCADE,
  constraint saml_session_participants_asked CHECK (((asked_at IS NULL) = (logout_message_id IS NULL))),
  constraint saml_session_participants_name_length CHECK (((length(name_id) >= 1) AND (length(name_id) <= 1024))),
  constraint saml_session_participants_outcome CHECK ((outcome = ANY (ARRAY['signed_out'::text, 'partly'::text, 'failed'::text, 'unconfirmed'::text])))
);
alter table app.saml_session_participants owner to app_owner;
CREATE INDEX saml_session_participants_expired ON app.saml_session_participants USING btree (tenant_id, expires_at);
CREATE INDEX saml_session_participants_index ON app.saml_session_participants USING btree (tenant_id, application_id, session_index);
CREATE INDEX saml_session_participants_logout ON app.saml_session_participants USING btree (tenant_id, logout_id) WHERE (logout_id IS NOT NULL);
CREATE UNIQUE INDEX saml_session_participants_message ON app.saml_session_participants USING btree (tenant_id, logout_message_id) WHERE (logout_message_id IS NOT NULL);
CREATE INDEX saml_session_participants_name ON app.saml_session_participants USING btree (tenant_id, application_id, name_id);
alter table app.saml_session_participants enable row level security;
alter table app.saml_session_participants force row level security;
create policy tenant on app.saml_session_participants to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.saml_session_participants to app_tenant;

create table app.schedule_runs (
  name text not null,
  due_at timestamp with time zone not null,
  worker text not null,
  started_at timestamp with time zone not null default now(),
  finished_at timestamp with time zone,
  error text,
  constraint schedule_runs_pkey PRIMARY KEY (name, due_at)
);
alter table app.schedule_runs owner to app_owner;
alter table app.schedule_runs enable row level security;
alter table app.schedule_runs force row level security;
create policy worker on app.schedule_runs to app_system using (true) with check (true);
grant delete, insert, select, update on app.schedule_runs to app_system;

create table app.sessions (
  tenant_id uuid not null default app.tenant_id(),
  id uuid not null default uuidv7(),
  user_id uuid not null,
  token_hash bytea not null,
  methods text[] not null,
  authenticated_at timestamp with time zone not null,
  created_at timestamp with time zone not null default now(),
  last_seen_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  ip text not null,
  user_agent text not null,
  ended_at timestamp with time zone,
  end_reason text,
  is_kept boolean not null default true,
  device_id uuid,
  identity_provider_id uuid,
  provider_name_id text,
  provider_name_id_format text,
  provider_session_index text,
  provider_name_qualifier text,
  provider_sp_name_qualifier text,
  sealed_totp bytea,
  totp_until timestamp with time zone,
  constraint sessions_pkey PRIMARY KEY (tenant_id, id),
  constraint sessions_token_unique UNIQUE (tenant_id, token_hash),
  constraint sessions_device_fk FOREIGN KEY (tenant_id, device_id) REFERENCES app.devices(tenant_id, id) ON DELETE SET NULL (device_id),
  constraint sessions_provider_fk FOREIGN KEY (tenant_id, identity_provider_id) REFERENCES app.identity_providers(tenant_id, id) ON DELETE SET NULL (identity_provider_id),
  constraint sessions_user_fk FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE,
  constraint sessions_end_whole CHECK (((ended_at IS NULL) = (end_reason IS NULL)))
);
alter table app.sessions owner to app_owner;
CREATE INDEX sessions_device ON app.sessions USING btree (tenant_id, device_id) WHERE (device_id IS NOT NULL);
CREATE INDEX sessions_expired ON app.sessions USING btree (tenant_id, expires_at);
CREATE INDEX sessions_provider ON app.sessions USING btree (tenant_id, identity_provider_id) WHERE (identity_provider_id IS NOT NULL);
CREATE INDEX sessions_provider_name ON app.sessions USING btree (tenant_id, identity_provider_id, provider_name_id) WHERE (identity_provider_id IS NOT NULL);
CREATE INDEX sessions_user ON app.sessions USING btree (tenant_id, user_id, id DESC) WHERE (ended_at IS NULL);
alter table app.sessions enable row level security;
alter table app.sessions force row level security;
create policy tenant on app.sessions to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.sessions to app_tenant;

create table app.sign_in_policies (
  tenant_id uuid not null default app.tenant_id(),
  password_min_length smallint not null default 15,
  password_min_score smallint not null default 3,
  email_proof_first boolean not null default false,
  strength app.strength not null default 'baseline'::app.strength,
  grace_days smallint not null default 7,
  remember_device_days smallint not null default 0,
  passkey_aaguids uuid[],
  session_idle_seconds integer default 86400,
  session_absolute_seconds integer not null default 1209600,
  keep_signed_in boolean not null default true,
  reset_needs_two_admins boolean not null default false,
  inactive_after_days smallint,
  people_edit_names boolean not null default true,
  version integer not null default 0,
  updated_at timestamp with time zone not null default now(),
  default_identity_provider_id uuid,
  constraint sign_in_policies_pkey PRIMARY KEY (tenant_id),
  constraint sign_in_policies_default_provider_fk FOREIGN KEY (tenant_id, default_identity_provider_id) REFERENCES app.identity_providers(tenant_id, id) ON DELETE SET NULL (default_identity_provider_id),
  constraint sign_in_policies_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE,
  constraint sign_in_policies_absolute CHECK (((session_absolute_seconds >= 900) AND (session_absolute_seconds <= 2592000))),
  constraint sign_in_policies_alone CHECK (((remember_device_days = 0) OR (password_min_length >= 15))),
  constraint sign_in_policies_grace CHECK (((grace_days >= 0) AND (grace_days <= 90))),
  constraint sign_in_policies_idle CHECK (((session_idle_seconds >= 300) AND (session_idle_seconds <= 2592000))),
  constraint sign_in_policies_inactive CHECK ((inactive_after_days = ANY (ARRAY[14, 30, 60, 90, 180, 365]))),
  constraint sign_in_policies_length CHECK (((password_min_length >= 8) AND (password_min_length <= 64))),
  constraint sign_in_policies_remember CHECK (((remember_device_days >= 0) AND (remember_device_days <= 90))),
  constraint sign_in_policies_score CHECK ((password_min_score = ANY (ARRAY[3, 4])))
);
alter table app.sign_in_policies owner to app_owner;
CREATE INDEX sign_in_policies_default_provider ON app.sign_in_policies USING btree (tenant_id, default_identity_provider_id);
alter table app.sign_in_policies enable row level security;
alter table app.sign_in_policies force row level security;
create policy tenant on app.sign_in_policies to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.sign_in_policies to app_tenant;

create table app.sign_ins (
  tenant_id uuid not null default app.tenant_id(),
  id uuid not null default uuidv7(),
  token_hash bytea not null,
  state app.sign_in_state not null,
  email text not null,
  user_id uuid,
  link_purpose app.user_token_purpose,
  methods text[] not null default '{}'::text[],
  return_to text not null default '/'::text,
  code_hash bytea,
  code_expires_at timestamp with time zone,
  code_tries smallint not null default 0,
  code_sends smallint not null default 0,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  reset_cause app.password_reset_cause,
  trial_id uuid,
  keep_signed_in boolean not null default true,
  reauthenticate boolean not null default false,
  sealed_totp bytea,
  identity_provider_id uuid,
  federated jsonb,
  mailbox_proven boolean not null default false,
  constraint sign_ins_pkey PRIMARY KEY (tenant_id, id),
  constraint sign_ins_token_unique UNIQUE (tenant_id, token_hash),
  constraint sign_ins_provider_fk FOREIGN KEY (tenant_id, identity_provider_id) REFERENCES app.identity_providers(tenant_id, id) ON DELETE SET NULL (identity_provider_id),
  constraint sign_ins_trial_fk FOREIGN KEY (tenant_id, trial_id) REFERENCES app.policy_trials(tenant_id, id) ON DELETE SET NULL (trial_id),
  constraint sign_ins_user_fk FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE,
  constraint sign_ins_link_whole CHECK ((((state)::text = 'new_password'::text) = (num_nonnulls(link_purpose, reset_cause) = 1))),
  constraint sign_ins_person_known CHECK ((((state)::text = ANY (ARRAY['email_proof'::text, 'password'::text, 'provider'::text])) OR (user_id IS NOT NULL)))
);
alter table app.sign_ins owner to app_owner;
CREATE INDEX sign_ins_expired ON app.sign_ins USING btree (tenant_id, expires_at);
CREATE INDEX sign_ins_provider ON app.sign_ins USING btree (tenant_id, identity_provider_id) WHERE (identity_provider_id IS NOT NULL);
CREATE INDEX sign_ins_user ON app.sign_ins USING btree (tenant_id, user_id);
alter table app.sign_ins enable row level security;
alter table app.sign_ins force row level security;
create policy tenant on app.sign_ins to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.sign_ins to app_tenant;

create table app.sso_requests (
  tenant_id uuid not null default app.tenant_id(),
  id uuid not null default uuidv7(),
  application_id uuid not null,
  message_id text,
  relay_state text,
  acs_url text not null,
  name_id_format text not null,
  may_create_id boolean not null default true,
  subject text,
  force_authn boolean not null default false,
  is_passive boolean not null default false,
  authn_context jsonb,
  failure text,
  browser_hash bytea not null,
  received_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  consumed_at timestamp with time zone,
  subject_format text,
  reloadable_until timestamp with time zone,
  counted_network text,
  constraint sso_requests_pkey PRIMARY KEY (tenant_id, id),
  constraint sso_requests_message_unique UNIQUE (tenant_id, application_id, message_id),
  constraint sso_requests_application_fk FOREIGN KEY (tenant_id, application_id) REFERENCES app.applications(tenant_id, id) ON DELETE CASCADE
);
alter table app.sso_requests owner to app_owner;
CREATE INDEX sso_requests_expired ON app.sso_requests USING btree (tenant_id, expires_at);
alter table app.sso_requests enable row level security;
alter table app.sso_requests force row level security;
create policy tenant on app.sso_requests to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.sso_requests to app_tenant;

create table app.tenants (
  id uuid not null default uuidv7(),
  subdomain text not null,
  name text not null,
  state app.tenant_state not null default 'active'::app.tenant_state,
  created_at timestamp with time zone not null default now(),
  constraint tenants_pkey PRIMARY KEY (id),
  constraint tenants_subdomain_unique UNIQUE (subdomain),
  constraint tenants_name_length CHECK (((length(name) >= 1) AND (length(name) <= 80))),
  constraint tenants_subdomain_shape CHECK ((subdomain ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text))
);
alter table app.tenants owner to app_owner;
alter table app.tenants enable row level security;
alter table app.tenants force row level security;
create policy owner on app.tenants to app_owner using (true) with check (true);
create policy tenant on app.tenants to app_tenant using ((id = ( SELECT app.tenant_id() AS tenant_id))) with check ((id = ( SELECT app.tenant_id() AS tenant_id)));
grant select, update (name) on app.tenants to app_tenant;

create table app.totp_authenticators (
  tenant_id uuid not null default app.tenant_id(),
  user_id uuid not null,
  sealed_secret bytea,
  sealed_pending bytea,
  pending_until timestamp with time zone,
  last_step bigint,
  confirmed_at timestamp with time zone,
  constraint totp_authenticators_pkey PRIMARY KEY (tenant_id, user_id),
  constraint totp_user_fk FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE,
  constraint totp_confirmed_whole CHECK (((sealed_secret IS NULL) = (confirmed_at IS NULL))),
  constraint totp_pending_whole CHECK (((sealed_pending IS NULL) = (pending_until IS NULL)))
);
alter table app.totp_authenticators owner to app_owner;
alter table app.totp_authenticators enable row level security;
alter table app.totp_authenticators force row level security;
create policy tenant on app.totp_authenticators to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.totp_authenticators to app_tenant;

create table app.used_assertions (
  tenant_id uuid not null default app.tenant_id(),
  identity_provider_id uuid not null,
  assertion_id text not null,
  expires_at timestamp with time zone not null,
  constraint used_assertions_pkey PRIMARY KEY (tenant_id, identity_provider_id, assertion_id),
  constraint used_assertions_provider_fk FOREIGN KEY (tenant_id, identity_provider_id) REFERENCES app.identity_providers(tenant_id, id) ON DELETE CASCADE
);
alter table app.used_assertions owner to app_owner;
CREATE INDEX used_assertions_expired ON app.used_assertions USING btree (tenant_id, expires_at);
alter table app.used_assertions enable row level security;
alter table app.used_assertions force row level security;
create policy tenant on app.used_assertions to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.used_assertions to app_tenant;

create table app.user_attributes (
  tenant_id uuid not null default app.tenant_id(),
  user_id uuid not null,
  key text not null,
  value text not null,
  source app.attribute_source not null,
  identity_provider_id uuid,
  updated_at timestamp with time zone not null default now(),
  updated_by uuid,
  constraint user_attributes_pkey PRIMARY KEY (tenant_id, user_id, key),
  constraint user_attributes_author_fk FOREIGN KEY (tenant_id, updated_by) REFERENCES app.users(tenant_id, id) ON DELETE SET NULL (updated_by),
  constraint user_attributes_provider_fk FOREIGN KEY (tenant_id, identity_provider_id) REFERENCES app.identity_providers(tenant_id, id) ON DELETE SET NULL (identity_provider_id),
  constraint user_attributes_user_fk FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE,
  constraint user_attributes_key_shape CHECK ((key ~ '^[a-z][a-z0-9_]{0,49}$'::text)),
  constraint user_attributes_provider_source CHECK (((identity_provider_id IS NULL) OR (source = 'idp'::app.attribute_source))),
  constraint user_attributes_value_length CHECK (((length(value) >= 1) AND (length(value) <= 2000)))
);
alter table app.user_attributes owner to app_owner;
CREATE INDEX user_attributes_author ON app.user_attributes USING btree (tenant_id, updated_by) WHERE (updated_by IS NOT NULL);
CREATE INDEX user_attributes_provider ON app.user_attributes USING btree (tenant_id, identity_provider_id) WHERE (identity_provider_id IS NOT NULL);
alter table app.user_attributes enable row level security;
alter table app.user_attributes force row level security;
create policy tenant on app.user_attributes to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.user_attributes to app_tenant;

create table app.user_emails (
  tenant_id uuid not null default app.tenant_id(),
  id uuid not null default uuidv7(),
  user_id uuid not null,
  email text not null,
  is_primary boolean not null,
  verified_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  domain text generated always as (split_part(email, '@'::text, '-1'::integer)) stored,
  by_domain boolean not null default false,
  constraint user_emails_pkey PRIMARY KEY (tenant_id, id),
  constraint user_emails_unique UNIQUE (tenant_id, email),
  constraint user_emails_user_fk FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE,
  constraint user_emails_by_domain CHECK (((NOT by_domain) OR (verified_at IS NOT NULL))),
  constraint user_emails_shape CHECK (((email = lower(email)) AND ((length(email) >= 3) AND (length(email) <= 320))))
);
alter table app.user_emails owner to app_owner;
CREATE INDEX user_emails_domain ON app.user_emails USING btree (tenant_id, domain) WHERE (verified_at IS NOT NULL);
CREATE UNIQUE INDEX user_emails_primary ON app.user_emails USING btree (tenant_id, user_id) WHERE is_primary;
CREATE INDEX user_emails_user ON app.user_emails USING btree (tenant_id, user_id);
alter table app.user_emails enable row level security;
alter table app.user_emails force row level security;
create policy owner on app.user_emails for select to app_owner using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
create policy tenant on app.user_emails to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.user_emails to app_tenant;

create table app.user_provider_attributes (
  tenant_id uuid not null default app.tenant_id(),
  user_id uuid not null,
  identity_provider_id uuid not null,
  key text not null,
  value text not null,
  said_at timestamp with time zone not null default now(),
  constraint user_provider_attributes_pkey PRIMARY KEY (tenant_id, user_id, identity_provider_id, key),
  constraint user_provider_attributes_provider_fk FOREIGN KEY (tenant_id, identity_provider_id) REFERENCES app.identity_providers(tenant_id, id) ON DELETE CASCADE,
  constraint user_provider_attributes_user_fk FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE,
  constraint user_provider_attributes_key_shape CHECK ((key ~ '^[a-z][a-z0-9_]{0,49}$'::text)),
  constraint user_provider_attributes_value_length CHECK (((length(value) >= 1) AND (length(value) <= 2000)))
);
alter table app.user_provider_attributes owner to app_owner;
CREATE INDEX user_provider_attributes_provider ON app.user_provider_attributes USING btree (tenant_id, identity_provider_id);
alter table app.user_provider_attributes enable row level security;
alter table app.user_provider_attributes force row level security;
create policy tenant on app.user_provider_attributes to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.user_provider_attributes to app_tenant;

create table app.user_tokens (
  tenant_id uuid not null default app.tenant_id(),
  id uuid not null default uuidv7(),
  user_id uuid not null,
  purpose app.user_token_purpose not null,
  email text not null,
  token_hash bytea not null,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  by_operator boolean not null default false,
  constraint user_tokens_pkey PRIMARY KEY (tenant_id, id),
  constraint user_tokens_hash_unique UNIQUE (tenant_id, token_hash),
  constraint user_tokens_user_fk FOREIGN KEY (tenant_id, user_id) REFERENCES app.users(tenant_id, id) ON DELETE CASCADE
);
alter table app.user_tokens owner to app_owner;
CREATE INDEX user_tokens_user ON app.user_tokens USING btree (tenant_id, user_id, purpose);
alter table app.user_tokens enable row level security;
alter table app.user_tokens force row level security;
create policy tenant on app.user_tokens to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
grant delete, insert, select, update on app.user_tokens to app_tenant;

create table app.users (
  tenant_id uuid not null default app.tenant_id(),
  id uuid not null default uuidv7(),
  first_name text not null,
  last_name text not null,
  name_key text collate "C" not null generated always as (app.fold(((first_name || ' '::text) || last_name))) stored,
  role app.role not null default 'member'::app.role,
  state app.user_state not null default 'invited'::app.user_state,
  password_hash text,
  password_changed_at timestamp with time zone,
  second_step app.second_step not null default 'email'::app.second_step,
  time_zone text not null default 'UTC'::text,
  theme app.theme not null default 'system'::app.theme,
  last_sign_in_at timestamp with time zone,
  deactivated_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  password_reset_cause app.password_reset_cause,
  password_length smallint,
  password_score smallint,
  sealed_breach_prefix bytea,
  breach_mac bytea,
  breach_checked_at timestamp with time zone,
  strength_asked_at timestamp with time zone,
  reactivated_at timestamp with time zone,
  inactivity_warned_at timestamp with time zone,
  inactivity_warned_days smallint,
  anonymised_at timestamp with time zone,
  last_seen_at timestamp with time zone,
  password_reset_told_at timestamp with time zone,
  time_zone_chosen_at timestamp with time zone,
  profile_asked_at timestamp with time zone,
  constraint users_pkey PRIMARY KEY (tenant_id, id),
  constraint users_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES app.tenants(id) ON DELETE CASCADE,
  constraint users_anonymised CHECK (((anonymised_at IS NULL) OR ((state = 'deactivated'::app.user_state) AND (role = 'member'::app.role) AND (first_name = 'Anonymised'::text) AND (last_name = 'person'::text) AND (num_nonnulls(password_hash, password_changed_at, password_reset_cause, password_length, password_score, sealed_breach_prefix, breach_mac, last_sign_in_at, last_seen_at, strength_asked_at, reactivated_at) = 0)))),
  constraint users_breach_whole CHECK (((sealed_breach_prefix IS NULL) = (breach_mac IS NULL))),
  constraint users_deactivated_when CHECK (((state = 'deactivated'::app.user_state) = (deactivated_at IS NOT NULL))),
  constraint users_first_name_length CHECK (((length(first_name) >= 1) AND (length(first_name) <= 200))),
  constraint users_inactivity_whole CHECK (((inactivity_warned_at IS NULL) = (inactivity_warned_days IS NULL))),
  constraint users_last_name_length CHECK (((length(last_name) >= 1) AND (length(last_name) <= 200)))
);
alter table app.users owner to app_owner;
CREATE INDEX users_by_name ON app.users USING btree (tenant_id, name_key, id);
CREATE INDEX users_profile_asked ON app.users USING btree (tenant_id) WHERE (profile_asked_at IS NOT NULL);
CREATE INDEX users_super_admins ON app.users USING btree (tenant_id, id) WHERE ((role = 'super_admin'::app.role) AND (state = 'active'::app.user_state));
CREATE INDEX users_to_tell ON app.users USING btree (tenant_id, id) WHERE ((password_reset_cause = 'policy'::app.password_reset_cause) AND (password_reset_told_at IS NULL));
alter table app.users enable row level security;
alter table app.users force row level security;
create policy owner on app.users for select to app_owner using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
create policy tenant on app.users to app_tenant using ((tenant_id = ( SELECT app.tenant_id() AS tenant_id))) with check ((tenant_id = ( SELECT app.tenant_id() AS tenant_id)));
CREATE TRIGGER users_stay_anonymised BEFORE UPDATE ON app.users FOR EACH ROW WHEN (((old.anonymised_at IS NOT NULL) AND (new.anonymised_at IS DISTINCT FROM old.anonymised_at))) EXECUTE FUNCTION app.stay_anonymised();
grant delete, insert, select, update on app.users to app_tenant;

create table app.workers (
  id text not null,
  started_at timestamp with time zone not null default now(),
  seen_at timestamp with time zone not null default now(),
  constraint workers_pkey PRIMARY KEY (id)
);
alter table app.workers owner to app_owner;
alter table app.workers enable row level security;
alter table app.workers force row level security;
create policy worker on app.workers to app_system using (true) with check (true);
grant delete, insert, select, update on app.workers to app_system;

create table public.schema_migration_log (
  id bigint not null generated always as identity,
  version text not null,
  status text not null,
  started_at timestamp with time zone not null,
  completed_at timestamp with time zone not null,
  checksum text not null,
  duration_ms integer not null,
  app_version text not null,
  error text,
  compatible_from text,
  constraint schema_migration_log_pkey PRIMARY KEY (id),
  constraint schema_migration_log_error CHECK (((status = 'failed'::text) = (error IS NOT NULL))),
  constraint schema_migration_log_status CHECK ((status = ANY (ARRAY['success'::text, 'failed'::text])))
);
alter table public.schema_migration_log owner to postgres;
CREATE UNIQUE INDEX schema_migration_log_success ON public.schema_migration_log USING btree (version) WHERE (status = 'success'::text);
grant select (checksum), select (compatible_from), select (status), select (version) on public.schema_migration_log to app_system;

CREATE OR REPLACE FUNCTION app.create_tenant(label text, title text, OUT tenant app.tenants, OUT created boolean)
 RETURNS record
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'app', 'pg_temp'
AS $function$
begin
  insert into app.tenants (subdomain, name) values (label, title)
    on conflict on constraint tenants_subdomain_unique do nothing
    returning * into tenant;
  created := found;
  if not created then
    select * into tenant from app.tenants t where t.subdomain = label;
  end if;
end $function$;
alter function app.create_tenant(text,text) owner to app_owner;
grant execute on function app.create_tenant(text,text) to app_system;

CREATE OR REPLACE FUNCTION app.find_tenant(label text)
 RETURNS SETOF app.tenants
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'app', 'pg_temp'
AS $function$ select * from app.tenants where subdomain = label $function$;
alter function app.find_tenant(text) owner to app_owner;
grant execute on function app.find_tenant(text) to app_system;

CREATE OR REPLACE FUNCTION app.fold(value text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN (casefold((regexp_replace(NORMALIZE(value, NFKD), '[\u0300-\u036F]'::text, ''::text, 'g'::text) COLLATE pg_unicode_fast)) COLLATE "C");
alter function app.fold(text) owner to app_owner;
grant execute on function app.fold(text) to app_tenant;

CREATE OR REPLACE PROCEDURE app.isolate(IN target regclass)
 LANGUAGE plpgsql
AS $procedure$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('create policy tenant on %s to app_tenant
                    using (tenant_id = (select app.tenant_id()))
                    with check (tenant_id = (select app.tenant_id()))', target);
  execute format('grant select, insert, update, delete on %s to app_tenant', target);
end $procedure$;
alter procedure app.isolate(regclass) owner to app_owner;

CREATE OR REPLACE FUNCTION app.list_tenants(after text, most integer)
 RETURNS SETOF app.tenants
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO 'app', 'pg_temp'
AS $function$ select * from app.tenants where subdomain > after order by subdomain limit least(most, 1000) $function$;
alter function app.list_tenants(text,integer) owner to app_owner;
grant execute on function app.list_tenants(text,integer) to app_system;

CREATE OR REPLACE FUNCTION app.redact_events(person uuid, addresses text[], personal jsonb)
 RETURNS integer
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'app', 'pg_temp'
AS $function$
declare
  erased constant jsonb := '"[erased]"';
  former text[];
  requests text[];
  changed integer;
begin
  if not exists (
    select from app.users where tenant_id = app.tenant_id() and id = person and anonymised_at is not null
  ) then
    raise exception 'only events of an anonymised person are redacted' using errcode = 'insufficient_privilege';
  end if;
  select coalesce(array_agg(a), '{}') into former from unnest(addresses) as a
    where not exists (select from app.user_emails as e where e.tenant_id = app.tenant_id() and e.email = a);
  -- A limit is counted before anybody knows whose address was typed: the same request says it.
  select coalesce(array_agg(distinct actor #>> '{origin,requestId}'), '{}') into requests from app.audit_events
    where tenant_id = app.tenant_id() and subject_id = person and actor_kind = 'visitor';
  with met as (
    select id, subject_id = person as is_about from app.audit_events
      where tenant_id = app.tenant_id() and subject_id = person
    union
    select id, false from app.audit_events where tenant_id = app.tenant_id() and actor_id = person
    union
    select id, false from app.audit_events
      where tenant_id = app.tenant_id() and subject_id is null and actor_kind = 'visitor'
        and (actor ->> 'userId' = person::text or actor #>> '{origin,requestId}' = any (requests))
    union
    select e.id, e.subject_id is null from app.audit_events as e
      where e.tenant_id = app.tenant_id() and former <> '{}'
        and e.name = any (array(select jsonb_object_keys(personal)))
        and exists (
          select from jsonb_array_elements_text(personal -> e.name) as f
          where split_part(lower(e.data ->> f), ' ', 1) = any (former))
  ), events as (
    select id, bool_or(is_about) as is_about from met group by id
  )
  update app.audit_events as e
    set data = e.data || (
          select coalesce(jsonb_object_agg(f, erased), '{}')
          from jsonb_array_elements_text(personal -> e.name) as f
          where (m.is_about and jsonb_typeof(e.data -> f) <> 'null')
            or split_part(lower(e.data ->> f), ' ', 1) = any (former)),
        actor = case when e.actor -> 'origin' is null then e.actor
          when e.actor_id = person or (e.actor_kind = 'visitor' and (
            e.subject_id = person or e.actor ->> 'userId' = person::text or e.subject_id is null))
            then jsonb_set(e.actor, '{origin}', (e.actor -> 'origin') || jsonb_build_object('ip', erased, 'userAgent', erased))
          else e.actor end
    from events as m
    where e.tenant_id = app.tenant_id() and e.id = m.id;
  get diagnostics changed = row_count;
  return changed;
end $function$;
alter function app.redact_events(uuid,text[],jsonb) owner to app_owner;
grant execute on function app.redact_events(uuid,text[],jsonb) to app_tenant;

CREATE OR REPLACE FUNCTION app.set_tenant_state(label text, wanted app.tenant_state)
 RETURNS SETOF app.tenants
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'app', 'pg_temp'
AS $function$ update app.tenants set state = wanted where subdomain = label returning * $function$;
alter function app.set_tenant_state(text,app.tenant_state) owner to app_owner;
grant execute on function app.set_tenant_state(text,app.tenant_state) to app_system;

CREATE OR REPLACE FUNCTION app.stay_anonymised()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'app', 'pg_temp'
AS $function$
begin
  raise exception 'an anonymised person stays one' using errcode = 'check_violation', constraint = 'users_stay_anonymised';
end $function$;
alter function app.stay_anonymised() owner to app_owner;

CREATE OR REPLACE FUNCTION app.tenant_id()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
 SET search_path TO ''
RETURN (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid;
alter function app.tenant_id() owner to app_owner;
grant execute on function app.tenant_id() to app_system;
grant execute on function app.tenant_id() to app_tenant;

CREATE OR REPLACE FUNCTION app.two_people()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'app', 'pg_temp'
AS $function$
begin
  raise exception 'nobody agrees to their own request' using errcode = 'check_violation', constraint = 'factor_resets_two_people';
end $function$;
alter function app.two_people() owner to app_owner;
