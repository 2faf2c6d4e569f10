-- 0027_domain_records.sql
-- Whether the record that proved a domain is still there: since when it is not found, and when super administrators were told.
-- Locks: organisation_domains for a moment (columns without a default). Deploy: before the release that uses it.
-- Serves: 0012 and later
set local role app_owner;
set local search_path = app, pg_temp;

alter table app.organisation_domains
  -- The first look in a row that did not find it; null: the last one did, or nobody has looked since the proof.
  add column missing_since timestamptz,
  add column missing_told_at timestamptz
    constraint organisation_domains_missing check (coalesce(missing_since <= missing_told_at, missing_told_at is null));
