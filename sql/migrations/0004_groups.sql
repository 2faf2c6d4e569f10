-- 0004_groups.sql
-- Flat groups and direct membership.
-- Locks: none, everything is new. Deploy: with 0003.
set local role app_owner;
set local search_path = app, pg_temp;

create table app.groups (
  tenant_id   uuid not null default app.tenant_id() references app.tenants on delete cascade,
  id          uuid not null default uuidv7(),
  name        text not null constraint groups_name_length check (length(name) between 1 and 200),
  name_key    text collate "C" not null generated always as (app.fold(name)) stored,
  description text not null default '' constraint groups_description_length check (length(description) <= 2000),
  created_at  timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint groups_name_unique unique (tenant_id, name_key)
);
call app.isolate('app.groups');

create table app.group_members (
  tenant_id uuid not null default app.tenant_id(),
  group_id  uuid not null,
  user_id   uuid not null,
  added_at  timestamptz not null default now(),
  primary key (tenant_id, group_id, user_id),
  constraint group_members_group_fk foreign key (tenant_id, group_id) references app.groups on delete cascade,
  constraint group_members_user_fk foreign key (tenant_id, user_id) references app.users on delete cascade
);
call app.isolate('app.group_members');
create index group_members_user on app.group_members (tenant_id, user_id);
