// Whom a change of the policy would keep out: what people have enrolled, or their identity provider names, against what the tenant and their
// groups ask of them, now and before. Those who cannot sign in either way are told apart: they are not the change's doing.
import { type RawBuilder, sql } from "kysely";
import { z } from "zod";
import { graceUntil, type Policy, provenMost, type Strength } from "#features/policy/index.ts";
import { isAfter, primaryEmail } from "#features/users/index.ts";
import { secondsLater } from "#platform/clock.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { decodeCursor, toPage } from "#platform/http/input.ts";
import { UserId } from "#src/ids.ts";
import type { AffectedFilter, AffectedPerson } from "./schema.ts";

const daySeconds = 86_400;

type Asked = Pick<Policy, "defaultIdentityProviderId">;

/**
 * Whether the person `u` came by an identity provider and has nothing else, no address of theirs leads to one that they come by (as
 * `routeOf` decides it, in SQL), and none of those is offered to everybody, nor one
 * whose link an administrator has had mailed to them.
 */
const isStranded = ({ defaultIdentityProviderId }: Asked): RawBuilder<boolean> => sql<boolean>`(
  u.password_hash is null
  and not exists (select from passkeys as p where p.user_id = u.id and p.suspended_at is null)
  and exists (select from federated_identities as f where f.user_id = u.id)
  and not exists (select from federated_identities as f join identity_providers as p on p.id = f.identity_provider_id
    where f.user_id = u.id and p.state = 'enabled' and p.is_offered)
  and not exists (select from provider_assignments as a join identity_providers as p on p.id = a.identity_provider_id
    where a.user_id = u.id and p.state = 'enabled')
  and not exists (
    select from user_emails as e
    left join lateral (
      select d.identity_provider_id from identity_provider_domains as d
      join identity_providers as p on p.id = d.identity_provider_id and p.state = 'enabled'
      where d.domain = substring(e.email from '[^@]*$')) as bound on true
    join federated_identities as f on f.user_id = u.id
      and f.identity_provider_id = coalesce(bound.identity_provider_id, ${defaultIdentityProviderId}::uuid)
    where e.user_id = u.id and e.verified_at is not null))`;

/** What a change goes from and to. */
export type Change = Readonly<Record<"previous" | "proposed", Policy>>;

/** A part of a statement about active people as `u`, in one pass with look-ups by index, and what it can ask of each of them. */
interface Measured {
  readonly people: RawBuilder<unknown>;
  readonly required: RawBuilder<Strength>;
  /** They could not sign in with what they have, once the change is made. */
  readonly isOut: RawBuilder<boolean>;
  /** And that is the change's doing: they could before, or had longer to set it up. */
  readonly isByChange: RawBuilder<boolean>;
}

function measured({ previous, proposed }: Change, now: Date): Measured {
  const isElsewhere = previous.defaultIdentityProviderId !== proposed.defaultIdentityProviderId;
  const required = sql<Strength>`greatest(${proposed.strength}::strength, x.demanded)`;
  const before = sql<Strength>`greatest(${previous.strength}::strength, x.demanded)`;
  return {
    // Offset 0: each person is looked up once, however often the rest of the statement asks.
    people: sql`users as u cross join lateral (
      select ${isStranded(proposed)} as is_stranded, ${provenMost} as has,
        ${isElsewhere ? isStranded(previous) : sql`null::boolean`} as was_stranded,
        (select max(g.strength) from group_members as m join groups as g on g.id = m.group_id
          where m.user_id = u.id) as demanded
      offset 0) as x`,
    required,
    isOut: sql<boolean>`(x.has < ${required} or x.is_stranded)`,
    // Where addresses lead as before, whoever has no way in had none.
    isByChange: sql<boolean>`(case
      when ${isElsewhere ? sql`x.was_stranded` : sql`x.is_stranded`} then false
      when x.is_stranded then true
      else x.has < ${required} and (x.has >= ${before} or ${losesTime({ previous, proposed }, now)})
    end)`,
  };
}

/** Whether the person `u` has less time than before to set up what they lack. */
function losesTime({ previous, proposed }: Change, now: Date): RawBuilder<boolean> {
  if (proposed.graceDays >= previous.graceDays) return sql<boolean>`false`;
  const askedLately = secondsLater(now, -previous.graceDays * daySeconds);
  return sql<boolean>`(u.strength_asked_at is null or u.strength_asked_at > ${askedLately})`;
}

/** Active people who could not sign in once a change is made. */
export interface Affected {
  /** Because of the change. */
  readonly count: number;
  /** By what was asked before, too: change or not. */
  readonly alreadyCount: number;
  /** Super administrators who could. */
  readonly superAdminsLeft: number;
}

/** One statement. */
export async function countAffected(db: TenantDb, change: Change, now: Date): Promise<Affected> {
  const { people, isOut, isByChange } = measured(change, now);
  const { rows } = await sql<Affected>`
    select (count(*) filter (where ${isOut} and ${isByChange}))::integer as count,
      (count(*) filter (where ${isOut} and not ${isByChange}))::integer as "alreadyCount",
      (count(*) filter (where not ${isOut} and u.role = 'super_admin'))::integer as "superAdminsLeft"
    from ${people} where u.state = 'active'`.execute(db);
  return rows[0] ?? { count: 0, alreadyCount: 0, superAdminsLeft: 0 };
}

interface Row {
  id: UserId;
  firstName: string;
  lastName: string;
  email: string;
  key: string;
  has: Strength;
  required: Strength;
  isStranded: boolean;
  askedAt: Date | null;
}
const Cursor = z.tuple([z.string(), UserId]);

/** Those people by name: whom the change keeps out, or, `already`, the others. One statement. */
export async function listAffected(
  db: TenantDb,
  change: Change,
  { limit, cursor, already, now }: AffectedFilter & { now: Date },
): Promise<{ items: AffectedPerson[]; next: string | null }> {
  const after = cursor === undefined ? sql`true` : isAfter(decodeCursor(Cursor, cursor));
  const { people, required, isOut, isByChange } = measured(change, now);
  const { rows } = await sql<Row>`
    select u.id, u.first_name as "firstName", u.last_name as "lastName", ${primaryEmail} as email,
      u.name_key as key, x.has, ${required} as required, x.is_stranded as "isStranded",
      u.strength_asked_at as "askedAt"
    from ${people}
    where u.state = 'active' and ${isOut} and ${isByChange} = ${!already} and ${after}
    order by u.name_key, u.id limit ${limit + 1}`.execute(db);
  const page = toPage(rows, limit, ({ key, id }) => [key, id]);
  const items = page.items.map((row) => ({
    ...row,
    ...graceOf(row.askedAt, change.proposed.graceDays, now),
  }));
  return { items, next: page.next };
}

function graceOf(askedAt: Date | null, graceDays: number, now: Date) {
  if (askedAt === null) return { deadline: null, graceDays };
  const deadline = graceUntil({ graceDays }, { askedAt, now });
  return deadline === null
    ? { deadline: null, graceDays: 0 }
    : { deadline: deadline.toISOString(), graceDays };
}
