-- 0013_pending_emails.sql
-- Addresses that somebody wants to add and that the mailbox has not confirmed. Apart from user_emails, where an address is unique in its
-- tenant and may be used to sign in: here it is neither, so that nobody keeps an address from whom it belongs to.
-- Locks: none, everything is new.
-- Serves: 0012 and later
set local role app_owner;
set local search_path = app, pg_temp;

-- Of the link in the mail only the SHA-256 is kept. The row goes with the confirmation: a link works once.
create table app.pending_emails (
  tenant_id  uuid not null default app.tenant_id(),
  id         uuid not null default uuidv7(),
  user_id    uuid not null,
  email      text not null constraint pending_emails_shape check (email = lower(email) and length(email) between 3 and 320),
  token_hash bytea not null,
  asked_at   timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (tenant_id, id),
  constraint pending_emails_token_unique unique (tenant_id, token_hash),
  constraint pending_emails_user_unique unique (tenant_id, user_id, email),
  constraint pending_emails_user_fk foreign key (tenant_id, user_id) references app.users on delete cascade
);
call app.isolate('app.pending_emails');
create index pending_emails_expired on app.pending_emails (tenant_id, expires_at);
