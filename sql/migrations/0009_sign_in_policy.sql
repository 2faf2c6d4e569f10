-- 0009_sign_in_policy.sql
-- A tenant's sign-in policy and its trial, passkeys, known devices, recovery requests, and what sign-ins, sessions, people, groups,
-- applications and limits remember for them.
-- Locks: the altered tables for a moment each (columns without a rewrite). Deploy: before the release that uses it.
set local role app_owner;
set local search_path = app, pg_temp;

-- How strongly a person has proved who they are: anything with a second step; no code by e-mail; a passkey.
create type app.strength as enum ('baseline', 'strong', 'phishing_resistant');
create type app.password_reset_cause as enum ('admin', 'breach', 'policy');

-- One row a tenant; without one the column defaults hold.
create table app.sign_in_policies (
  tenant_id                uuid not null default app.tenant_id() references app.tenants on delete cascade,
  password_min_length      smallint not null default 14
                           constraint sign_in_policies_length check (password_min_length between 8 and 64),
  password_min_score       smallint not null default 3
                           constraint sign_in_policies_score check (password_min_score in (3, 4)),
  email_proof_first        boolean not null default false,
  strength                 app.strength not null default 'baseline',
  grace_days               smallint not null default 7
                           constraint sign_in_policies_grace check (grace_days between 0 and 90),
  remember_device_days     smallint not null default 0
                           constraint sign_in_policies_remember check (remember_device_days between 0 and 90),
  passkey_aaguids          uuid[],
  session_idle_seconds     integer default 86400
                           constraint sign_in_policies_idle check (session_idle_seconds between 300 and 2592000),
  session_absolute_seconds integer not null default 1209600
                           constraint sign_in_policies_absolute check (session_absolute_seconds between 900 and 2592000),
  keep_signed_in           boolean not null default true,
  reset_needs_two_admins   boolean not null default false,
  inactive_after_days      smallint
                           constraint sign_in_policies_inactive check (inactive_after_days in (14, 30, 60, 90, 180, 365)),
  people_edit_names        boolean not null default true,
  -- Counts every change: who saves says which version they read, so that two administrators do not overwrite each other.
  version                  integer not null default 0,
  updated_at               timestamptz not null default now(),
  primary key (tenant_id),
  -- A remembered device skips the second step: then the password stands alone (NIST SP 800-63B-4 §3.1.1.2: at least 15).
  constraint sign_in_policies_alone check (remember_device_days = 0 or password_min_length >= 15)
);
call app.isolate('app.sign_in_policies');

-- A change of the policy on trial: `applied` goes back to `previous` by itself at `revert_at` unless somebody confirms it.
create type app.trial_state as enum ('open', 'applied', 'confirmed', 'reverted', 'cancelled');
create table app.policy_trials (
  tenant_id  uuid not null default app.tenant_id() references app.tenants on delete cascade,
  id         uuid not null default uuidv7(),
  state      app.trial_state not null default 'open',
  proposed   jsonb not null,
  previous   jsonb not null,
  started_by uuid,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  tested_at  timestamptz,
  revert_at  timestamptz,
  ended_at   timestamptz,
  primary key (tenant_id, id),
  constraint policy_trials_user_fk foreign key (tenant_id, started_by) references app.users on delete set null (started_by),
  constraint policy_trials_applied_whole check (state <> 'applied' or revert_at is not null)
);
call app.isolate('app.policy_trials');
create unique index policy_trials_one_open on app.policy_trials (tenant_id) where ended_at is null;

create table app.passkeys (
  tenant_id       uuid not null default app.tenant_id(),
  id              uuid not null default uuidv7(),
  user_id         uuid not null,
  credential_id   bytea not null,
  public_key      bytea not null,
  sign_count      bigint not null default 0,
  aaguid          uuid not null,
  transports      text[] not null default '{}',
  backup_eligible boolean not null,
  backed_up       boolean not null,
  name            text not null constraint passkeys_name_length check (length(name) between 1 and 100),
  suspended_at    timestamptz,
  created_at      timestamptz not null default now(),
  last_used_at    timestamptz,
  primary key (tenant_id, id),
  constraint passkeys_credential_unique unique (tenant_id, credential_id),
  constraint passkeys_user_fk foreign key (tenant_id, user_id) references app.users on delete cascade
);
call app.isolate('app.passkeys');
create index passkeys_user on app.passkeys (tenant_id, user_id, id);

-- A WebAuthn challenge: used once, known to the one browser that holds the handle.
create type app.passkey_ceremony as enum ('registration', 'sign_in', 'proof');
create table app.passkey_challenges (
  tenant_id  uuid not null default app.tenant_id(),
  id         uuid not null default uuidv7(),
  ceremony   app.passkey_ceremony not null,
  token_hash bytea not null,
  challenge  bytea not null,
  user_id    uuid,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (tenant_id, id),
  constraint passkey_challenges_token_unique unique (tenant_id, token_hash),
  constraint passkey_challenges_user_fk foreign key (tenant_id, user_id) references app.users on delete cascade,
  constraint passkey_challenges_person_known check (ceremony = 'sign_in' or user_id is not null)
);
call app.isolate('app.passkey_challenges');
create index passkey_challenges_expired on app.passkey_challenges (tenant_id, expires_at);
create index passkey_challenges_user on app.passkey_challenges (tenant_id, user_id);

-- A browser in which a person has signed in before. `remembered_until`: it stands for the second step until then.
create table app.devices (
  tenant_id        uuid not null default app.tenant_id(),
  id               uuid not null default uuidv7(),
  user_id          uuid not null,
  token_hash       bytea not null,
  user_agent       text not null,
  ip               text not null,
  remembered_until timestamptz,
  created_at       timestamptz not null default now(),
  last_used_at     timestamptz not null default now(),
  expires_at       timestamptz not null,
  primary key (tenant_id, id),
  constraint devices_token_unique unique (tenant_id, token_hash, user_id),
  constraint devices_user_fk foreign key (tenant_id, user_id) references app.users on delete cascade
);
call app.isolate('app.devices');
create index devices_expired on app.devices (tenant_id, expires_at);
create index devices_user on app.devices (tenant_id, user_id, id);

-- Somebody deactivated asks to be let in again. The history stays: one undecided request a person.
create type app.decision as enum ('approved', 'denied');
create table app.reactivation_requests (
  tenant_id    uuid not null default app.tenant_id(),
  id           uuid not null default uuidv7(),
  user_id      uuid not null,
  reason       text not null default '' constraint reactivation_requests_reason_length check (length(reason) <= 1000),
  requested_at timestamptz not null default now(),
  decision     app.decision,
  decided_by   uuid,
  decided_at   timestamptz,
  primary key (tenant_id, id),
  constraint reactivation_requests_user_fk foreign key (tenant_id, user_id) references app.users on delete cascade,
  constraint reactivation_requests_decider_fk foreign key (tenant_id, decided_by) references app.users on delete set null (decided_by),
  constraint reactivation_requests_decided_whole check ((decision is null) = (decided_at is null))
);
call app.isolate('app.reactivation_requests');
create unique index reactivation_requests_one_open on app.reactivation_requests (tenant_id, user_id) where decision is null;

-- An administrator wants a person's second steps taken away; where the tenant asks for two, another one agrees first.
create table app.factor_resets (
  tenant_id    uuid not null default app.tenant_id(),
  id           uuid not null default uuidv7(),
  user_id      uuid not null,
  requested_by uuid,
  requested_at timestamptz not null default now(),
  expires_at   timestamptz not null,
  decision     app.decision,
  decided_by   uuid,
  decided_at   timestamptz,
  primary key (tenant_id, id),
  constraint factor_resets_user_fk foreign key (tenant_id, user_id) references app.users on delete cascade,
  constraint factor_resets_requester_fk foreign key (tenant_id, requested_by) references app.users on delete set null (requested_by),
  constraint factor_resets_decider_fk foreign key (tenant_id, decided_by) references app.users on delete set null (decided_by),
  constraint factor_resets_decided_whole check ((decision is null) = (decided_at is null)),
  -- Two administrators means two.
  constraint factor_resets_two_people check (decision is distinct from 'approved' or decided_by is distinct from requested_by)
);
call app.isolate('app.factor_resets');
create unique index factor_resets_one_open on app.factor_resets (tenant_id, user_id) where decision is null;

alter table app.users
  -- Why the present password opens nothing until it is replaced.
  add column password_reset_cause app.password_reset_cause,
  add column password_length      smallint,
  add column password_score       smallint,
  -- For asking the breach service again later: the first five hex digits of the password's SHA-1, and a keyed MAC of the whole.
  add column breach_prefix        text constraint users_breach_prefix_shape check (breach_prefix ~ '^[0-9A-F]{5}$'),
  add column breach_mac           bytea,
  add column breach_checked_at    timestamptz,
  -- When the person first met a policy that their second steps do not satisfy: the grace days count from here.
  add column strength_asked_at    timestamptz,
  -- Absence counts from here, too: who was let in again is not sent away the next night.
  add column reactivated_at       timestamptz,
  -- The last warning that the account is about to be deactivated, and how many days it gave; void once the person is seen again.
  add column inactivity_warned_at   timestamptz,
  add column inactivity_warned_days smallint;
alter table app.users
  add constraint users_breach_whole check ((breach_prefix is null) = (breach_mac is null)),
  add constraint users_inactivity_whole check ((inactivity_warned_at is null) = (inactivity_warned_days is null));

alter table app.groups       add column strength app.strength;
alter table app.applications add column strength app.strength;

-- Sign-ins: a code that proves the mailbox first, a passkey as second step, and setting up what the policy asks for.
alter type app.sign_in_state add value 'email_proof' before 'password';
alter type app.sign_in_state add value 'passkey' before 'done';
alter type app.sign_in_state add value 'enrol' before 'done';
alter table app.sign_ins
  add column reset_cause    app.password_reset_cause,
  add column trial_id       uuid,
  add column keep_signed_in boolean not null default true,
  -- Asked for again although there is a session: then no remembered device stands for the second step.
  add column reauthenticate boolean not null default false,
  -- The secret of an authenticator app that is being set up: this sign-in's own, so that no other one sees it.
  add column sealed_totp    bytea,
  drop constraint sign_ins_person_known,
  drop constraint sign_ins_link_whole;
alter table app.sign_ins
  add constraint sign_ins_trial_fk foreign key (tenant_id, trial_id) references app.policy_trials on delete set null (trial_id),
  -- As text: a value that was just added to an enum cannot be used in the same transaction.
  add constraint sign_ins_person_known check (state::text in ('email_proof', 'password') or user_id is not null),
  add constraint sign_ins_link_whole check ((state::text = 'new_password') = (num_nonnulls(link_purpose, reset_cause) = 1));

alter table app.sessions
  -- False: the cookie goes with the browser's window.
  add column is_kept   boolean not null default true,
  add column device_id uuid,
  add constraint sessions_device_fk foreign key (tenant_id, device_id) references app.devices on delete set null (device_id);
create index sessions_device on app.sessions (tenant_id, device_id) where device_id is not null;

-- Who or what a counter is about, in words, from the moment its limit is reached: administrators see and release it.
alter table app.limits add column about text;
create index limits_reached on app.limits (tenant_id, expires_at) where about is not null;
