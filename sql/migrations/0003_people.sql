-- 0003_people.sql
-- People, their addresses, authenticators, sessions, sign-ins in progress and one-time links.
-- Addresses are lower-case text, not citext: its operators are not leakproof, so row-level security would keep them from the index.
-- Locks: none, everything is new. Deploy: with 0002.
set local role app_owner;
set local search_path = app, pg_temp;

create type app.role as enum ('member', 'admin', 'super_admin');
create type app.user_state as enum ('invited', 'active', 'deactivated');
create type app.theme as enum ('system', 'light', 'dark');
create type app.second_step as enum ('email', 'totp');

-- A text as people compare names: without case and accents ("Zoë" = "ZOE"), in the order of code points on every platform.
create function app.fold(value text) returns text
  language sql immutable parallel safe strict
  return casefold(regexp_replace(normalize(value, NFKD), '[\u0300-\u036F]', '', 'g') collate "pg_unicode_fast") collate "C";
revoke all on function app.fold(text) from public;
grant execute on function app.fold(text) to app_tenant;

create table app.users (
  tenant_id           uuid not null default app.tenant_id() references app.tenants on delete cascade,
  id                  uuid not null default uuidv7(),
  first_name          text not null constraint users_first_name_length check (length(first_name) between 1 and 200),
  last_name           text not null constraint users_last_name_length check (length(last_name) between 1 and 200),
  name_key            text collate "C" not null generated always as (app.fold(first_name || ' ' || last_name)) stored,
  role                app.role not null default 'member',
  state               app.user_state not null default 'invited',
  password_hash       text,
  password_changed_at timestamptz,
  second_step         app.second_step not null default 'email',
  time_zone           text not null default 'UTC',
  theme               app.theme not null default 'system',
  last_sign_in_at     timestamptz,
  deactivated_at      timestamptz,
  created_at          timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint users_active_has_password check (state <> 'active' or password_hash is not null),
  constraint users_deactivated_when check ((state = 'deactivated') = (deactivated_at is not null))
);
call app.isolate('app.users');
create index users_by_name on app.users (tenant_id, name_key, id);
-- Comparing enums is not leakproof either: a partial index is how row-level security lets a query find the few.
create index users_super_admins on app.users (tenant_id, id) where role = 'super_admin' and state = 'active';

create table app.user_emails (
  tenant_id   uuid not null default app.tenant_id(),
  id          uuid not null default uuidv7(),
  user_id     uuid not null,
  email       text not null constraint user_emails_shape check (email = lower(email) and length(email) between 3 and 320),
  is_primary  boolean not null,
  verified_at timestamptz,
  created_at  timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint user_emails_unique unique (tenant_id, email),
  constraint user_emails_user_fk foreign key (tenant_id, user_id) references app.users on delete cascade
);
call app.isolate('app.user_emails');
create unique index user_emails_primary on app.user_emails (tenant_id, user_id) where is_primary;
create index user_emails_user on app.user_emails (tenant_id, user_id);

-- Links sent by mail: only the SHA-256 of the secret is kept, a GET never uses one up.
create type app.user_token_purpose as enum ('invitation', 'password_reset');
create table app.user_tokens (
  tenant_id  uuid not null default app.tenant_id(),
  id         uuid not null default uuidv7(),
  user_id    uuid not null,
  purpose    app.user_token_purpose not null,
  email      text not null,
  token_hash bytea not null,
  expires_at timestamptz not null,
  used_at    timestamptz,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint user_tokens_hash_unique unique (tenant_id, token_hash),
  constraint user_tokens_user_fk foreign key (tenant_id, user_id) references app.users on delete cascade
);
call app.isolate('app.user_tokens');
create index user_tokens_user on app.user_tokens (tenant_id, user_id, purpose);

create table app.totp_authenticators (
  tenant_id      uuid not null default app.tenant_id(),
  user_id        uuid not null,
  sealed_secret  bytea,
  sealed_pending bytea,
  pending_until  timestamptz,
  last_step      bigint,
  confirmed_at   timestamptz,
  primary key (tenant_id, user_id),
  constraint totp_user_fk foreign key (tenant_id, user_id) references app.users on delete cascade,
  constraint totp_confirmed_whole check ((sealed_secret is null) = (confirmed_at is null)),
  constraint totp_pending_whole check ((sealed_pending is null) = (pending_until is null))
);
call app.isolate('app.totp_authenticators');

create table app.backup_codes (
  tenant_id  uuid not null default app.tenant_id(),
  user_id    uuid not null,
  code_hash  bytea not null,
  used_at    timestamptz,
  created_at timestamptz not null default now(),
  primary key (tenant_id, user_id, code_hash),
  constraint backup_codes_user_fk foreign key (tenant_id, user_id) references app.users on delete cascade
);
call app.isolate('app.backup_codes');

create table app.sessions (
  tenant_id        uuid not null default app.tenant_id(),
  id               uuid not null default uuidv7(),
  user_id          uuid not null,
  token_hash       bytea not null,
  methods          text[] not null,
  authenticated_at timestamptz not null,
  created_at       timestamptz not null default now(),
  last_seen_at     timestamptz not null default now(),
  expires_at       timestamptz not null,
  ip               text not null,
  user_agent       text not null,
  ended_at         timestamptz,
  end_reason       text,
  primary key (tenant_id, id),
  constraint sessions_token_unique unique (tenant_id, token_hash),
  constraint sessions_user_fk foreign key (tenant_id, user_id) references app.users on delete cascade,
  constraint sessions_end_whole check ((ended_at is null) = (end_reason is null))
);
call app.isolate('app.sessions');
create index sessions_user on app.sessions (tenant_id, user_id, id desc) where ended_at is null;
create index sessions_expired on app.sessions (tenant_id, expires_at);

-- A sign-in in progress: its state is this row, the browser holds only a random handle (features/sign-in/README.md has the table).
create type app.sign_in_state as enum ('password', 'new_password', 'email_code', 'totp', 'done');
create table app.sign_ins (
  tenant_id       uuid not null default app.tenant_id(),
  id              uuid not null default uuidv7(),
  token_hash      bytea not null,
  state           app.sign_in_state not null,
  email           text not null,
  user_id         uuid,
  link_purpose    app.user_token_purpose,
  methods         text[] not null default '{}',
  return_to       text not null default '/',
  code_hash       bytea,
  code_expires_at timestamptz,
  code_tries      smallint not null default 0,
  code_sends      smallint not null default 0,
  created_at      timestamptz not null default now(),
  expires_at      timestamptz not null,
  primary key (tenant_id, id),
  constraint sign_ins_token_unique unique (tenant_id, token_hash),
  constraint sign_ins_user_fk foreign key (tenant_id, user_id) references app.users on delete cascade,
  constraint sign_ins_person_known check (state = 'password' or user_id is not null),
  constraint sign_ins_link_whole check ((state = 'new_password') = (link_purpose is not null))
);
call app.isolate('app.sign_ins');
create index sign_ins_expired on app.sign_ins (tenant_id, expires_at);
create index sign_ins_user on app.sign_ins (tenant_id, user_id);
