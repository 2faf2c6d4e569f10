-- 0017_bound_secrets_and_client_scopes.sql
-- The secret of an authenticator app being set up belongs to the session that asked for it. API clients: who made them, and what of their
-- role's rights they may use. Time zones that a person chose themselves.
-- Locks: the altered tables for a moment each (columns without a rewrite). Deploy: before the release that uses it.
-- Serves: 0012 and later
set local role app_owner;
set local search_path = app, pg_temp;

-- `totp_authenticators.sealed_pending` is no more used: it was the person's, so that two sessions saw each other's secret.
alter table app.sessions
  add column sealed_totp bytea,
  add column totp_until  timestamptz;

create type app.api_access as enum ('read', 'write');
alter table app.api_clients
  -- A client acts with no more than the role that its maker has now, and not at all without one.
  add column created_by     uuid,
  -- Whether a person made it: true with `created_by` null is a person who is gone.
  add column made_by_person boolean not null default false,
  add column access         app.api_access not null default 'write',
  -- What it may touch, by the first word of the permissions; null: all of it.
  add column areas          text[],
  add constraint api_clients_creator_fk foreign key (tenant_id, created_by) references app.users on delete set null (created_by);
create index api_clients_creator on app.api_clients (tenant_id, created_by);

alter table app.users
  -- Null: never chosen, so that the browser's may be taken at a sign-in.
  add column time_zone_chosen_at timestamptz;

-- The network whose limit a request counts against, until somebody who is signed in stands behind it.
alter table app.sso_requests
  add column counted_network text;
