// What a group asks of its members at sign-in: whether a change asks less, and who has nothing yet that is enough.
import { sql } from "kysely";
import { findPolicy, meets, provenMost, type Strength, strictest } from "#features/policy/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { GroupId } from "#src/ids.ts";

/**
 * Whether people of a group are asked for less when it asks for `to` instead of `from`; null: for nothing of its own. Other groups of theirs
 * are not looked at: two changes at once, each counting on the group of the other, would together take away what neither may.
 */
export async function asksLess(
  db: TenantDb,
  { from, to, now }: { from: Strength | null; to: Strength | null; now: Date },
): Promise<boolean> {
  const { strength } = await findPolicy(db, now);
  return !meets(strictest(strength, to), strictest(strength, from));
}

const namedMost = 20;

export interface Lacking {
  /** Members of whom the demand asks more than they have, and who have what was asked of them so far. */
  readonly count: number;
  /** The first of those by name. */
  readonly names: readonly string[];
  /** Members who have less than that already: by what everybody is asked, by another group, by this one until now. */
  readonly alreadyCount: number;
}

/** Active members who have nothing yet that satisfies a demand which the group does not make yet. */
export async function listLacking(
  db: TenantDb,
  { groupId, strength, everybody }: { groupId: GroupId; strength: Strength; everybody: Strength },
): Promise<Lacking> {
  const { rows } = await sql<{ name: string; isNew: boolean; count: number; already: number }>`
    select name, is_new as "isNew", (count(*) filter (where is_new) over ())::integer as count,
      (count(*) filter (where not is_new) over ())::integer as already
    from (
      select u.id, u.name_key, u.first_name || ' ' || u.last_name as name,
        x.has >= greatest(${everybody}::strength, (
          select max(g.strength) from group_members as o join groups as g on g.id = o.group_id
          where o.user_id = u.id)) as is_new
      from group_members as m
      join users as u on u.id = m.user_id
      cross join lateral (select ${provenMost} as has offset 0) as x
      where m.group_id = ${groupId} and u.state = 'active' and x.has < ${strength}::strength
    ) as lacking
    order by is_new desc, name_key, id limit ${namedMost}`.execute(db);
  return {
    count: rows[0]?.count ?? 0,
    names: rows.filter(({ isNew }) => isNew).map(({ name }) => name),
    alreadyCount: rows[0]?.already ?? 0,
  };
}
