-- 0024_ways_back.sql
-- What a one-time link proves beyond its purpose. One that the operator made on the server and handed over stands once for the code by
-- e-mail, so that somebody gets in whose mail does not arrive. One that was mailed has proven the mailbox: the sign-in after it needs not
-- prove it again before the password is judged.
-- Locks: user_tokens and sign_ins for a moment (a column with a constant default each). Deploy: before the release that uses it.
-- Serves: 0017 and later
set local role app_owner;
set local search_path = app, pg_temp;

alter table app.user_tokens add column by_operator boolean not null default false;
alter table app.sign_ins add column mailbox_proven boolean not null default false;
