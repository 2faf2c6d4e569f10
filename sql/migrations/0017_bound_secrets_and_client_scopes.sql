-- 0017_bound_secrets_and_client_scopes.sql
-- The secret of an authenticator app being set up belongs to the session that asked for it. API clients: who made them, and what of their
-- role's rights they may use. Time zones that a person chose themselves.
-- Locks: the altered tables for a moment each (columns without a rewrite); API clients, users and the audit trail until the end, while the
-- makers of clients are filled in: the audit trail is read once. Deploy: before the release that uses it.
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

-- Clients that are there already follow their maker, too, and so does what they made in turn: else whoever made one before and lost their
-- role would keep its rights. Row-level security binds the owner too, but where it is not forced; forced again in the same transaction.
alter table app.api_clients  no force row level security;
alter table app.audit_events no force row level security;
alter table app.users        no force row level security;
with recursive made as (
  select tenant_id, data ->> 'clientId' as client, actor_kind, actor_id
    from app.audit_events where name = 'api_client.created'
), makers as (
  select tenant_id, client, actor_id as person from made where actor_kind = 'user'
  union
  select m.tenant_id, m.client, k.person
    from made as m join makers as k on k.tenant_id = m.tenant_id and k.client = m.actor_id::text
    where m.actor_kind = 'client'
)
update app.api_clients as c
  set made_by_person = true,
      created_by = (select u.id from app.users as u where u.tenant_id = c.tenant_id and u.id = k.person)
  from makers as k
  where k.tenant_id = c.tenant_id and k.client = c.id::text;
alter table app.api_clients  force row level security;
alter table app.audit_events force row level security;
alter table app.users        force row level security;

alter table app.users
  -- Null: never chosen, so that the browser's may be taken at a sign-in.
  add column time_zone_chosen_at timestamptz;

-- The network whose limit a request counts against, until somebody who is signed in stands behind it.
alter table app.sso_requests
  add column counted_network text;
