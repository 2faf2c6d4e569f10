-- 0014_lifecycle.sql
-- The end of people: anonymised ones, of whom only ids stay, and the one way to take a name out of the audit trail. When a person was last
-- seen, kept beside them, because sessions go. Whether somebody was told that their password is less than a new policy asks for.
-- Locks: users and sessions until the end, while "last seen" is filled in: about a second for 100,000 people.
-- Serves: 0012 and later
set local role app_owner;
set local search_path = app, pg_temp;

-- Anonymised is the end of deactivated: whoever reads `state` alone keeps the person out.
alter table app.users
  add column anonymised_at          timestamptz,
  add column last_seen_at           timestamptz,
  add column password_reset_told_at timestamptz;

alter table app.users add constraint users_anonymised check (anonymised_at is null or (
  state = 'deactivated' and role = 'member' and first_name = 'Anonymised' and last_name = 'person'
  and num_nonnulls(password_hash, password_changed_at, password_reset_cause, password_length, password_score,
    sealed_breach_prefix, breach_mac, last_sign_in_at, last_seen_at, strength_asked_at, reactivated_at) = 0));

-- Nothing brings an anonymised person back.
create function app.stay_anonymised() returns trigger
  language plpgsql set search_path = app, pg_temp
as $$
begin
  raise exception 'an anonymised person stays one' using errcode = 'check_violation', constraint = 'users_stay_anonymised';
end $$;
revoke all on function app.stay_anonymised() from public;

create trigger users_stay_anonymised before update on app.users
  for each row when (old.anonymised_at is not null and new.anonymised_at is distinct from old.anonymised_at)
  execute function app.stay_anonymised();

-- Who is still to be told.
create index users_to_tell on app.users (tenant_id, id)
  where password_reset_cause = 'policy' and password_reset_told_at is null;

-- Row-level security binds the owner too, but where it is not forced; forced again below, in the same transaction.
alter table app.users    no force row level security;
alter table app.sessions no force row level security;
update app.users as u
  set last_seen_at = greatest(u.last_sign_in_at, s.seen_at)
  from (select tenant_id, user_id, max(last_seen_at) as seen_at from app.sessions group by tenant_id, user_id) as s
  where s.tenant_id = u.tenant_id and s.user_id = u.id;
update app.users set last_seen_at = last_sign_in_at where last_seen_at is null and last_sign_in_at is not null;
alter table app.users    force row level security;
alter table app.sessions force row level security;

-- A denial keeps nobody from asking who was let in since.
alter table app.reactivation_requests add column lifted_at timestamptz;

-- Whoever asks and whoever agrees are two people. A check would go on to ask so when both are gone, and both references empty: nobody who
-- decided with somebody deleted could be deleted. So it is asked where somebody is written down.
alter table app.factor_resets drop constraint factor_resets_two_people;

create function app.two_people() returns trigger
  language plpgsql set search_path = app, pg_temp
as $$
begin
  raise exception 'nobody agrees to their own request' using errcode = 'check_violation', constraint = 'factor_resets_two_people';
end $$;
revoke all on function app.two_people() from public;

create trigger factor_resets_two_people before insert or update on app.factor_resets
  for each row when (new.decision = 'approved' and new.decided_by = new.requested_by)
  execute function app.two_people();

-- What the function below needs, and of the transaction's tenant only.
create policy owner on app.audit_events to app_owner
  using (tenant_id = (select app.tenant_id())) with check (tenant_id = (select app.tenant_id()));
create policy owner on app.users       for select to app_owner using (tenant_id = (select app.tenant_id()));
create policy owner on app.user_emails for select to app_owner using (tenant_id = (select app.tenant_id()));

-- Events are append-only; this is the exception, for somebody anonymised in the transaction's tenant. `addresses` were theirs: one that
-- belongs to anybody now is passed over. `personal`: event's name → the fields of its data that name a person. Overwrites those fields in
-- events about the person, and in events about nobody that hold one of the addresses in such a field; in events about somebody else, who
-- had the address before or after, that one field alone; and the network address and the program in events by the person, or by a visitor
-- about them. Answers how many events changed.
create function app.redact_events(person uuid, addresses text[], personal jsonb) returns integer
  language plpgsql security definer set search_path = app, pg_temp
as $$
declare
  erased constant jsonb := '"[erased]"';
  former text[];
  requests text[];
  changed integer;
begin
  if not exists (
    select from app.users where tenant_id = app.tenant_id() and id = person and anonymised_at is not null
  ) then
    raise exception 'only events of an anonymised person are redacted' using errcode = 'insufficient_privilege';
  end if;
  select coalesce(array_agg(a), '{}') into former from unnest(addresses) as a
    where not exists (select from app.user_emails as e where e.tenant_id = app.tenant_id() and e.email = a);
  -- A limit is counted before anybody knows whose address was typed: the same request says it.
  select coalesce(array_agg(distinct actor #>> '{origin,requestId}'), '{}') into requests from app.audit_events
    where tenant_id = app.tenant_id() and subject_id = person and actor_kind = 'visitor';
  with met as (
    select id, subject_id = person as is_about from app.audit_events
      where tenant_id = app.tenant_id() and subject_id = person
    union
    select id, false from app.audit_events where tenant_id = app.tenant_id() and actor_id = person
    union
    select id, false from app.audit_events
      where tenant_id = app.tenant_id() and subject_id is null and actor_kind = 'visitor'
        and (actor ->> 'userId' = person::text or actor #>> '{origin,requestId}' = any (requests))
    union
    select e.id, e.subject_id is null from app.audit_events as e
      where e.tenant_id = app.tenant_id() and former <> '{}'
        and e.name = any (array(select jsonb_object_keys(personal)))
        and exists (
          select from jsonb_array_elements_text(personal -> e.name) as f
          where split_part(lower(e.data ->> f), ' ', 1) = any (former))
  ), events as (
    select id, bool_or(is_about) as is_about from met group by id
  )
  update app.audit_events as e
    set data = e.data || (
          select coalesce(jsonb_object_agg(f, erased), '{}')
          from jsonb_array_elements_text(personal -> e.name) as f
          where (m.is_about and jsonb_typeof(e.data -> f) <> 'null')
            or split_part(lower(e.data ->> f), ' ', 1) = any (former)),
        actor = case when e.actor -> 'origin' is null then e.actor
          when e.actor_id = person or (e.actor_kind = 'visitor' and (
            e.subject_id = person or e.actor ->> 'userId' = person::text or e.subject_id is null))
            then jsonb_set(e.actor, '{origin}', (e.actor -> 'origin') || jsonb_build_object('ip', erased, 'userAgent', erased))
          else e.actor end
    from events as m
    where e.tenant_id = app.tenant_id() and e.id = m.id;
  get diagnostics changed = row_count;
  return changed;
end $$;
revoke all on function app.redact_events(uuid, text[], jsonb) from public;
grant execute on function app.redact_events(uuid, text[], jsonb) to app_tenant;
