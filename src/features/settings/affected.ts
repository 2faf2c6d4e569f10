// Whom a policy would keep out: what people have enrolled, or their identity provider names, against what the tenant and their groups ask of them.
import { type RawBuilder, sql } from "kysely";
import { z } from "zod";
import { type Policy, provenMost, type Strength } from "#features/policy/index.ts";
import { isAfter, primaryEmail } from "#features/users/index.ts";
import { secondsLater } from "#platform/clock.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { decodeCursor, type Paging, toPage } from "#platform/http/input.ts";
import { UserId } from "#src/ids.ts";
import type { AffectedPerson } from "./schema.ts";

type Asked = Pick<Policy, "strength" | "defaultIdentityProviderId">;

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

/** Active people with what they have enrolled and what is asked of them. One pass over a tenant's people, look-ups by index. */
const measured = (asked: Asked): RawBuilder<unknown> => sql`(
  select u.id, u.first_name, u.last_name, u.name_key, u.role, u.strength_asked_at,
    ${isStranded(asked)} as is_stranded,
    greatest(${asked.strength}::strength, (
      select max(g.strength) from group_members as m join groups as g on g.id = m.group_id
      where m.user_id = u.id)) as required,
    ${provenMost} as has
  from users as u where u.state = 'active') as u`;

/** How many people a policy would keep out until they set up more, and how many super administrators it would not. */
export async function countAffected(
  db: TenantDb,
  policy: Policy,
): Promise<{ count: number; superAdminsLeft: number }> {
  const { rows } = await sql<{ count: number; left: number }>`
    select (count(*) filter (where has < required or is_stranded))::integer as count,
      (count(*) filter (where has >= required and not is_stranded and role = 'super_admin'))::integer as left
    from ${measured(policy)}`.execute(db);
  return { count: rows[0]?.count ?? 0, superAdminsLeft: rows[0]?.left ?? 0 };
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

/** Those people by name. */
export async function listAffected(
  db: TenantDb,
  policy: Policy,
  { limit, cursor, now }: Paging & { now: Date },
): Promise<{ items: AffectedPerson[]; next: string | null }> {
  const after = cursor === undefined ? sql`true` : isAfter(decodeCursor(Cursor, cursor));
  const { rows } = await sql<Row>`
    select u.id, u.first_name as "firstName", u.last_name as "lastName", ${primaryEmail} as email,
      u.name_key as key, u.has, u.required, u.is_stranded as "isStranded",
      u.strength_asked_at as "askedAt"
    from ${measured(policy)} where (u.has < u.required or u.is_stranded) and ${after}
    order by u.name_key, u.id limit ${limit + 1}`.execute(db);
  const page = toPage(rows, limit, ({ key, id }) => [key, id]);
  const items = page.items.map((row) => ({
    ...row,
    ...graceOf(row.askedAt, policy.graceDays, now),
  }));
  return { items, next: page.next };
}

function graceOf(askedAt: Date | null, graceDays: number, now: Date) {
  const deadline = askedAt && secondsLater(askedAt, graceDays * 86_400);
  if (deadline === null) return { deadline: null, graceDays };
  return deadline > now
    ? { deadline: deadline.toISOString(), graceDays }
    : { deadline: null, graceDays: 0 };
}
