// How long sessions live, as a part of the statement that reads them: a change of the policy acts on every process at once.
import { type RawBuilder, sql } from "kysely";
import { defaultPolicy } from "./schema.ts";

/** The one row of `sessionLimits`. */
export interface SessionLimits {
  /** Null: no limit but the absolute one. */
  readonly idle_seconds: number | null;
  readonly absolute_seconds: number;
  readonly keep_signed_in: boolean;
  /** Not a limit, but of the same row: whether people edit their own profile. */
  readonly people_edit_names: boolean;
}

/**
 * The limits in force at `now` as a table of exactly one row, to be joined. Like `findPolicy`, a trial that ran out counts as taken back.
 */
export const sessionLimits = (now: Date): RawBuilder<SessionLimits> => sql<SessionLimits>`(
  select
    case
      when t.id is not null then (t.previous ->> 'sessionIdleSeconds')::integer
      when p.tenant_id is null then ${defaultPolicy.sessionIdleSeconds}::integer
      else p.session_idle_seconds
    end as idle_seconds,
    coalesce(
      (t.previous ->> 'sessionAbsoluteSeconds')::integer,
      p.session_absolute_seconds,
      ${defaultPolicy.sessionAbsoluteSeconds}::integer
    ) as absolute_seconds,
    coalesce(
      (t.previous ->> 'keepSignedIn')::boolean,
      p.keep_signed_in,
      ${defaultPolicy.keepSignedIn}::boolean
    ) as keep_signed_in,
    coalesce(
      (t.previous ->> 'peopleEditNames')::boolean,
      p.people_edit_names,
      ${defaultPolicy.peopleEditNames}::boolean
    ) as people_edit_names
  from (values (1)) as one (row)
  left join sign_in_policies p on true
  left join policy_trials t on t.ended_at is null and t.revert_at <= ${now}
)`;
