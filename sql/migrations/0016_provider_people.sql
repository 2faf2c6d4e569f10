-- 0016_provider_people.sql
-- By which identity provider an administrator wants a person to come in, providers that everybody is offered, and the groups that a
-- provider gives.
-- Locks: identity_providers and group_members for a moment each (columns without a rewrite).
-- Serves: 0012 and later
set local role app_owner;
set local search_path = app, pg_temp;

-- What becomes of the groups that a provider gave when it says nothing of groups: it may not know, or may have been told not to say.
create type app.groups_unsaid as enum ('keep', 'remove');

alter table app.identity_providers
  -- Named on the sign-in page as another way in, to everybody alike.
  add column is_offered boolean not null default false,
  -- Everybody who comes by it is in this group.
  add column base_group_id uuid,
  -- The claim that names groups; without one it gives none but the base group.
  add column groups_attribute text constraint identity_providers_groups_attribute_length check (length(groups_attribute) between 1 and 255),
  add column groups_unsaid app.groups_unsaid not null default 'keep',
  -- Groups that are mapped to none are made as they come.
  add column creates_groups boolean not null default false,
  add constraint identity_providers_base_group_fk foreign key (tenant_id, base_group_id)
    references app.groups on delete set null (base_group_id);
create index identity_providers_base_group on app.identity_providers (tenant_id, base_group_id) where base_group_id is not null;

-- An administrator's word on how somebody comes in: by this provider alone, or by none (null), whatever their address leads to. It stays
-- until another word takes its place; the link itself is made by the provider's first assertion.
create table app.provider_assignments (
  tenant_id            uuid not null default app.tenant_id(),
  user_id              uuid not null,
  identity_provider_id uuid,
  assigned_at          timestamptz not null default now(),
  primary key (tenant_id, user_id),
  constraint provider_assignments_user_fk foreign key (tenant_id, user_id) references app.users on delete cascade,
  constraint provider_assignments_provider_fk foreign key (tenant_id, identity_provider_id)
    references app.identity_providers on delete cascade
);
call app.isolate('app.provider_assignments');
create index provider_assignments_provider on app.provider_assignments (tenant_id, identity_provider_id)
  where identity_provider_id is not null;

-- Which group of ours a value of the claim stands for. `is_created`: made for the value, as it came.
create table app.provider_groups (
  tenant_id            uuid not null default app.tenant_id(),
  id                   uuid not null default uuidv7(),
  identity_provider_id uuid not null,
  value                text not null constraint provider_groups_value_length check (length(value) between 1 and 200),
  group_id             uuid not null,
  is_created           boolean not null default false,
  created_at           timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint provider_groups_value_unique unique (tenant_id, identity_provider_id, value),
  constraint provider_groups_provider_fk foreign key (tenant_id, identity_provider_id)
    references app.identity_providers on delete cascade,
  constraint provider_groups_group_fk foreign key (tenant_id, group_id) references app.groups on delete cascade
);
call app.isolate('app.provider_groups');
create index provider_groups_group on app.provider_groups (tenant_id, group_id);

-- Memberships that nobody gave by hand go when no provider gives them any more.
alter table app.group_members add column by_hand boolean not null default true;

-- Which provider gave a membership. The membership itself is the row of `group_members`, however many give it.
create table app.provider_memberships (
  tenant_id            uuid not null default app.tenant_id(),
  identity_provider_id uuid not null,
  user_id              uuid not null,
  group_id             uuid not null,
  given_at             timestamptz not null default now(),
  primary key (tenant_id, identity_provider_id, user_id, group_id),
  constraint provider_memberships_provider_fk foreign key (tenant_id, identity_provider_id)
    references app.identity_providers on delete cascade,
  constraint provider_memberships_member_fk foreign key (tenant_id, group_id, user_id)
    references app.group_members on delete cascade
);
call app.isolate('app.provider_memberships');
create index provider_memberships_member on app.provider_memberships (tenant_id, group_id, user_id);
create index provider_memberships_group on app.provider_memberships (tenant_id, identity_provider_id, group_id);
