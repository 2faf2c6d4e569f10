-- 0006_api_clients.sql
-- Scripts: clients with a secret, and the bearer tokens they obtain (RFC 6749 §4.4). Both are kept as SHA-256.
-- Locks: none, everything is new. Deploy: with 0005.
set local role app_owner;
set local search_path = app, pg_temp;

create table app.api_clients (
  tenant_id    uuid not null default app.tenant_id() references app.tenants on delete cascade,
  id           uuid not null default uuidv7(),
  name         text not null constraint api_clients_name_length check (length(name) between 1 and 100),
  role         app.role not null,
  secret_hash  bytea not null,
  created_at   timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at   timestamptz,
  primary key (tenant_id, id)
);
call app.isolate('app.api_clients');

create table app.api_tokens (
  tenant_id  uuid not null default app.tenant_id(),
  token_hash bytea not null,
  client_id  uuid not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, token_hash),
  constraint api_tokens_client_fk foreign key (tenant_id, client_id) references app.api_clients on delete cascade
);
call app.isolate('app.api_tokens');
create index api_tokens_expired on app.api_tokens (tenant_id, expires_at);
create index api_tokens_client on app.api_tokens (tenant_id, client_id);
