-- 0010_sign_on_and_key_rollover.sql
-- Keys that are taken out of use leave later; a sign-on whose page is loaded again answers again; a named subject is told by its format.
-- Locks: short ones, no table is rewritten. Deploy: before the release that writes these columns.
set local role app_owner;
set local search_path = app, pg_temp;

-- When a key stopped signing. Its private half is erased with it, for nobody needs it any more but a forger; the certificate stays some
-- time, so that it can be recognised where it is still configured.
alter table app.saml_keys
  add column retired_at timestamptz,
  alter column sealed_key drop not null,
  add constraint saml_keys_retired check ((state = 'retired') = (retired_at is not null)),
  add constraint saml_keys_erased check ((state = 'retired') = (sealed_key is null));

-- The format of `subject`: an address and a persistent identifier are looked up in different places (SAML Core §3.4.1.4).
-- `reloadable_until`: an answer that was given by showing a page may be given again until then, in the same browser.
alter table app.sso_requests
  add column subject_format text,
  add column reloadable_until timestamptz;
