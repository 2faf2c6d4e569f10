-- 0019_domains.sql
-- Domains that a tenant has proved to be its own, and the groups that people with an address there get.
-- Locks: user_emails until the end: a column that is computed is written for each of its rows, a second for some hundred thousand.
-- Serves: 0012 and later
set local role app_owner;
set local search_path = app, pg_temp;

create type app.domain_proof as enum ('dns', 'operator');
create type app.domain_check as enum ('proved', 'nothing', 'other', 'unreachable');

create table app.organisation_domains (
  tenant_id     uuid not null default app.tenant_id() references app.tenants on delete cascade,
  id            uuid not null default uuidv7(),
  -- Lower case, ASCII (IDNA): as addresses are stored.
  domain        text not null constraint organisation_domains_shape
    check (domain = lower(domain) and length(domain) between 3 and 253),
  -- What the domain's owner publishes. Of each tenant its own: one's record proves nothing for another.
  proof_token   text not null constraint organisation_domains_token check (length(proof_token) >= 32),
  proved_at     timestamptz,
  proved_how    app.domain_proof,
  added_by      uuid,
  created_at    timestamptz not null default now(),
  -- The last look, and what stood there instead.
  checked_at    timestamptz,
  check_outcome app.domain_check,
  check_found   text[] not null default '{}',
  primary key (tenant_id, id),
  constraint organisation_domains_domain_unique unique (tenant_id, domain),
  constraint organisation_domains_proof check ((proved_at is null) = (proved_how is null)),
  constraint organisation_domains_adder_fk foreign key (tenant_id, added_by)
    references app.users on delete set null (added_by)
);
call app.isolate('app.organisation_domains');
create index organisation_domains_adder on app.organisation_domains (tenant_id, added_by) where added_by is not null;

create table app.organisation_domain_groups (
  tenant_id uuid not null default app.tenant_id(),
  domain_id uuid not null,
  group_id  uuid not null,
  linked_at timestamptz not null default now(),
  primary key (tenant_id, domain_id, group_id),
  constraint organisation_domain_groups_domain_fk foreign key (tenant_id, domain_id)
    references app.organisation_domains on delete cascade,
  constraint organisation_domain_groups_group_fk foreign key (tenant_id, group_id) references app.groups on delete cascade
);
call app.isolate('app.organisation_domain_groups');
create index organisation_domain_groups_group on app.organisation_domain_groups (tenant_id, group_id);

-- Who has an address at a domain. A column, because under row-level security an index is not read by an expression.
alter table app.user_emails
  add column domain text generated always as (split_part(email, '@', -1)) stored;
create index user_emails_domain on app.user_emails (tenant_id, domain) where verified_at is not null;
