-- 0002_platform.sql
-- What every capability uses: the audit trail, jobs and schedules, outgoing mail, limits.
-- Locks: none, everything is new. Deploy: with 0001.
set local role app_owner;
set local search_path = app, pg_temp;

-- One row a write, in that write's transaction. Append-only: no role of the runtime may change or remove a row.
create table app.audit_events (
  tenant_id  uuid not null default app.tenant_id() references app.tenants on delete cascade,
  id         uuid not null default uuidv7(),
  at         timestamptz not null default now(),
  name       text not null,
  actor_kind text not null,
  actor_id   uuid,
  actor      jsonb not null,
  subject_id uuid,
  data       jsonb not null,
  primary key (tenant_id, id)
);
call app.isolate('app.audit_events');
revoke update, delete on app.audit_events from app_tenant;
create index audit_events_name on app.audit_events (tenant_id, name, id desc);
create index audit_events_actor on app.audit_events (tenant_id, actor_id, id desc);
create index audit_events_subject on app.audit_events (tenant_id, subject_id, id desc);

-- Work to be done after a commit. A claimed row carries a lease; a lease that runs out gives the row to another worker.
create table app.jobs (
  tenant_id    uuid not null default app.tenant_id() references app.tenants on delete cascade,
  id           uuid not null default uuidv7(),
  name         text not null,
  payload      jsonb not null,
  key          text,
  lane         text,
  priority     smallint not null default 0,
  run_at       timestamptz not null default now(),
  attempts     smallint not null default 0,
  leased_until timestamptz,
  leased_by    text,
  last_error   text,
  dead_at      timestamptz,
  created_at   timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint jobs_lease_whole check ((leased_until is null) = (leased_by is null)),
  constraint jobs_dead_idle check (dead_at is null or leased_until is null)
);
call app.isolate('app.jobs');
create policy worker on app.jobs to app_system using (true) with check (true);
grant select, update, delete on app.jobs to app_system;
create unique index jobs_key_pending on app.jobs (tenant_id, key) where leased_until is null and dead_at is null;
-- A queue is one lane of a tenant, or what it has without a lane: a claim steps from queue to queue along this index.
create index jobs_due on app.jobs (tenant_id, coalesce(lane, ''), priority desc, run_at, id)
  where leased_until is null and dead_at is null;
create index jobs_leased on app.jobs (leased_until) where leased_until is not null;
-- Unique: two workers that claim at the same instant cannot both hold a job of one lane.
create unique index jobs_lane_leased on app.jobs (tenant_id, lane) where leased_until is not null;

-- One row for each time a schedule was due: the unique key makes it run once, however many workers there are.
create table app.schedule_runs (
  name        text not null,
  due_at      timestamptz not null,
  worker      text not null,
  started_at  timestamptz not null default now(),
  finished_at timestamptz,
  error       text,
  primary key (name, due_at)
);
alter table app.schedule_runs enable row level security;
alter table app.schedule_runs force row level security;
create policy worker on app.schedule_runs to app_system using (true) with check (true);
grant select, insert, update, delete on app.schedule_runs to app_system;

create table app.workers (
  id         text primary key,
  started_at timestamptz not null default now(),
  seen_at    timestamptz not null default now()
);
alter table app.workers enable row level security;
alter table app.workers force row level security;
create policy worker on app.workers to app_system using (true) with check (true);
grant select, insert, update, delete on app.workers to app_system;

-- A message until it is delivered. The sealed body leaves the row with the delivery; who got which message when stays.
create type app.mail_state as enum ('queued', 'sent', 'failed');
create table app.mails (
  tenant_id  uuid not null default app.tenant_id() references app.tenants on delete cascade,
  id         uuid not null default uuidv7(),
  template   text not null,
  user_id    uuid,
  sealed     bytea,
  state      app.mail_state not null default 'queued',
  error      text,
  created_at timestamptz not null default now(),
  sent_at    timestamptz,
  primary key (tenant_id, id),
  constraint mails_sealed_until_sent check (state = 'queued' or sealed is null)
);
call app.isolate('app.mails');
create index mails_user on app.mails (tenant_id, user_id, id desc);

-- Counters of attempts in fixed windows; two neighbouring windows make a sliding one (platform/limits).
create table app.limits (
  tenant_id  uuid not null default app.tenant_id() references app.tenants on delete cascade,
  name       text not null,
  key        bytea not null,
  window_at  timestamptz not null,
  hits       integer not null,
  expires_at timestamptz not null,
  primary key (tenant_id, name, key, window_at)
);
call app.isolate('app.limits');
create index limits_expired on app.limits (tenant_id, expires_at);
