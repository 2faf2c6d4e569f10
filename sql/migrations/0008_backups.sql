-- 0008_backups.sql
-- When a backup was made, restored or rehearsed, and how it went: written by weft backup, restore and restore-drill, as the
-- superuser. The runtime reads it, for the operator's checks and the figures.
-- Locks: none, everything is new.
-- Serves: 0006 and later
set local role app_owner;
set local search_path = app, pg_temp;

create type app.backup_run_kind as enum ('backup', 'restore', 'drill');
create table app.backup_runs (
  id            uuid primary key default uuidv7(),
  kind          app.backup_run_kind not null,
  archive       text not null,
  place         text not null,
  -- The instant that the backup shows; null where the archive could not be read.
  taken_at      timestamptz,
  archive_bytes bigint,
  started_at    timestamptz not null,
  finished_at   timestamptz not null,
  succeeded     boolean not null,
  detail        jsonb not null default '{}'
);
alter table app.backup_runs enable row level security;
alter table app.backup_runs force row level security;
create policy worker on app.backup_runs to app_system using (true) with check (true);
grant select on app.backup_runs to app_system;
create index backup_runs_newest on app.backup_runs (kind, succeeded, finished_at desc);
