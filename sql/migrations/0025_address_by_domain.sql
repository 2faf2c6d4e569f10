-- 0025_address_by_domain.sql
-- Addresses that are verified by their domain alone, because that is proved to be the organisation's: nobody's mailbox has confirmed them, so a
-- provider's word about one links nobody, and nobody is given a higher role with one. What was given before counts as confirmed.
-- Locks: user_emails for a moment (a column with a constant default). Deploy: before the release that uses it.
-- Serves: 0012 and later
set local role app_owner;
set local search_path = app, pg_temp;

alter table app.user_emails
  add column by_domain boolean not null default false
    constraint user_emails_by_domain check (not by_domain or verified_at is not null);
