-- 0011_recovery.sql
-- Ways back in: a link that lets somebody deactivated ask, requests that end without a decision, when administrators were told of them,
-- and since when a limit has been reached.
-- Locks: short ones, no table is rewritten. Deploy: before the release that uses it.
set local role app_owner;
set local search_path = app, pg_temp;

alter type app.user_token_purpose add value 'reactivation';

-- Nobody decided in time; or who asked may not ask any more, so that there is nothing left to agree to.
alter type app.decision add value 'expired';
alter type app.decision add value 'void';

-- Administrators are told of what is new in one message.
alter table app.reactivation_requests add column told_at timestamptz;
alter table app.factor_resets         add column told_at timestamptz;

create index reactivation_requests_waiting on app.reactivation_requests (tenant_id, id) where decision is null;
create index reactivation_requests_user    on app.reactivation_requests (tenant_id, user_id, id);
create index factor_resets_waiting         on app.factor_resets (tenant_id, id) where decision is null;
create index factor_resets_user            on app.factor_resets (tenant_id, user_id, id);

alter table app.limits add column reached_at timestamptz;
