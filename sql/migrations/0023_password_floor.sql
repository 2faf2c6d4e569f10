-- 0023_password_floor.sql
-- A code by e-mail is no second factor (NIST SP 800-63B-4 §3.1.3.1): passwords of fewer than 15 characters are for tenants that ask for
-- more than it, of everybody and at once. Whoever has a shorter password keeps it until they choose another one. The rule is the
-- application's (features/policy/schema.ts): a constraint would refuse what the release before may write.
-- Locks: sign_in_policies for a moment (a row a tenant). Deploy: before the release that uses it.
-- Serves: 0012 and later
set local role app_owner;
set local search_path = app, pg_temp;

alter table app.sign_in_policies alter column password_min_length set default 15;

-- Row-level security binds the owner too, but where it is not forced; forced again below, in the same transaction.
alter table app.sign_in_policies no force row level security;
update app.sign_in_policies
  set password_min_length = 15, version = version + 1, updated_at = now()
  where password_min_length < 15 and (strength = 'baseline' or grace_days > 0);
alter table app.sign_in_policies force row level security;
