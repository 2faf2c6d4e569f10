-- 0007_files.sql
-- Files whose contents are kept outside of the database, and what a tenant looks like: its logo and accent colour.
-- Locks: none, everything is new. Deploy: before the release that writes it.
set local role app_owner;
set local search_path = app, pg_temp;

create type app.storage_backend as enum ('local', 'spaces');
create type app.file_state as enum ('pending', 'kept', 'discarded');

-- The row comes before its object and goes after it, so that no object is ever unknown: `pending` before the object is whole,
-- `kept` in the transaction that refers to it, `discarded` until the object is removed. Only a kept file is read.
-- Objects do not go with their tenant: whoever deletes a tenant discards its files first.
create table app.files (
  tenant_id  uuid not null default app.tenant_id() references app.tenants on delete cascade,
  id         uuid not null default uuidv7(),
  backend    app.storage_backend not null,
  -- Begins with the tenant: no row can name the object of another.
  key        text not null constraint files_key_shape check (key ~ '^[0-9a-f-]{36}/[0-9a-f-]{36}$' and starts_with(key, tenant_id::text)),
  state      app.file_state not null default 'pending',
  purpose    text not null,
  media_type text not null,
  sha256     bytea constraint files_sha256_length check (length(sha256) = 32),
  size_bytes bigint constraint files_size_positive check (size_bytes >= 0),
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint files_object_unique unique (tenant_id, backend, key),
  constraint files_kept_whole check (state <> 'kept' or (sha256 is not null and size_bytes is not null))
);
call app.isolate('app.files');
create index files_leftover on app.files (tenant_id, created_at) where state <> 'kept';
create index files_kept on app.files (tenant_id, backend, id) where state = 'kept';

create table app.branding (
  tenant_id    uuid not null default app.tenant_id() references app.tenants on delete cascade,
  accent       text constraint branding_accent_shape check (accent ~ '^#[0-9a-f]{6}$'),
  logo_id      uuid,
  -- The same picture, small enough to travel with every message.
  mail_logo_id uuid,
  updated_at   timestamptz not null default now(),
  primary key (tenant_id),
  constraint branding_logo_fk foreign key (tenant_id, logo_id) references app.files on delete set null (logo_id),
  constraint branding_mail_logo_fk foreign key (tenant_id, mail_logo_id) references app.files on delete set null (mail_logo_id)
);
call app.isolate('app.branding');
