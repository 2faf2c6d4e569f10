-- 0015_single_logout.sql
-- SAML single logout: where to send its messages, which applications a session has signed in to and by which names, and sign-outs that are
-- on their way through a browser.
-- Locks: the altered tables for a moment each (columns with constant defaults, no rewrite); an index on sessions, built while writes wait.
-- Serves: 0012 and later
set local role app_owner;
set local search_path = app, pg_temp;

-- Arrays of {binding, url, responseUrl}, those by HTTP-Redirect and HTTP-POST; empty: the other side takes no part.
alter table app.saml_service_providers add column slo jsonb not null default '[]';
-- Whether who signs out here is taken on to the provider.
create type app.provider_logout as enum ('always', 'offer', 'never');
alter table app.identity_providers
  add column slo jsonb not null default '[]',
  add column logout app.provider_logout not null default 'offer';

-- As the provider qualified the name: a request to end the session there must say the same.
alter table app.sessions
  add column provider_name_qualifier    text,
  add column provider_sp_name_qualifier text;
-- A provider names whom it signs out.
create index sessions_provider_name on app.sessions (tenant_id, identity_provider_id, provider_name_id)
  where identity_provider_id is not null;

-- A sign-out on its way. The sessions have ended when the row is made: it only remembers whom to tell, and whom to answer. Who asked is an
-- application, a provider, or neither: the person here. `message_id` is unique for each sender: the same LogoutRequest is taken once.
create table app.logouts (
  tenant_id            uuid not null default app.tenant_id(),
  id                   uuid not null default uuidv7(),
  session_ids          uuid[] not null default '{}',
  application_id       uuid,
  identity_provider_id uuid,
  message_id           text,
  relay_state          text,
  -- Binds a sign-out here to its browser; others are bound by the token of the session that ended.
  browser_hash         bytea,
  -- The provider that the session came from, and how it was told: `told_at` where the browser was sent there without being asked.
  told_provider_id     uuid,
  told_message_id      text,
  told_at              timestamptz,
  told_outcome         text constraint logouts_told_outcome check (told_outcome in ('signed_out', 'partly', 'failed', 'unconfirmed')),
  created_at           timestamptz not null default now(),
  expires_at           timestamptz not null,
  primary key (tenant_id, id),
  constraint logouts_application_message unique (tenant_id, application_id, message_id),
  constraint logouts_provider_message unique (tenant_id, identity_provider_id, message_id),
  constraint logouts_application_fk foreign key (tenant_id, application_id) references app.applications on delete cascade,
  constraint logouts_provider_fk foreign key (tenant_id, identity_provider_id) references app.identity_providers on delete cascade,
  constraint logouts_told_provider_fk foreign key (tenant_id, told_provider_id) references app.identity_providers on delete cascade,
  constraint logouts_asked_by_one check (num_nonnulls(application_id, identity_provider_id) <= 1),
  constraint logouts_told_whole check ((told_provider_id is null) = (told_message_id is null))
);
call app.isolate('app.logouts');
create index logouts_expired on app.logouts (tenant_id, expires_at);
create unique index logouts_told on app.logouts (tenant_id, told_message_id) where told_message_id is not null;
create index logouts_told_provider on app.logouts (tenant_id, told_provider_id) where told_provider_id is not null;

-- What an application was told: it ends its session by these and no other words. A transient name has a row each time, with the same index.
-- `session_index` is random, so that nobody who knows ids can name a session. The last four are how the application was told of the end.
create table app.saml_session_participants (
  tenant_id         uuid not null default app.tenant_id(),
  session_id        uuid not null,
  application_id    uuid not null,
  name_id           text not null constraint saml_session_participants_name_length check (length(name_id) between 1 and 1024),
  name_id_format    text not null,
  name_qualifier    text,
  sp_name_qualifier text,
  session_index     text not null,
  issued_at         timestamptz not null,
  expires_at        timestamptz not null,
  logout_id         uuid,
  logout_message_id text,
  asked_at          timestamptz,
  outcome           text constraint saml_session_participants_outcome
    check (outcome in ('signed_out', 'partly', 'failed', 'unconfirmed')),
  primary key (tenant_id, session_id, application_id, name_id),
  constraint saml_session_participants_session_fk foreign key (tenant_id, session_id)
    references app.sessions on delete cascade,
  constraint saml_session_participants_application_fk foreign key (tenant_id, application_id)
    references app.applications on delete cascade,
  constraint saml_session_participants_logout_fk foreign key (tenant_id, logout_id)
    references app.logouts on delete set null (logout_id),
  constraint saml_session_participants_asked check ((asked_at is null) = (logout_message_id is null))
);
call app.isolate('app.saml_session_participants');
create index saml_session_participants_index
  on app.saml_session_participants (tenant_id, application_id, session_index);
create index saml_session_participants_name on app.saml_session_participants (tenant_id, application_id, name_id);
create index saml_session_participants_expired on app.saml_session_participants (tenant_id, expires_at);
create index saml_session_participants_logout
  on app.saml_session_participants (tenant_id, logout_id) where logout_id is not null;
create unique index saml_session_participants_message
  on app.saml_session_participants (tenant_id, logout_message_id) where logout_message_id is not null;
