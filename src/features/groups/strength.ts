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

/** Active members who have nothing yet that satisfies a demand: how many, and the first by name. */
export async function listLacking(
  db: TenantDb,
  { groupId, strength }: { groupId: GroupId; strength: Strength },
): Promise<{ count: number; names: string[] }> {
  const { rows } = await sql<{ name: string; count: number }>`
    select u.first_name || ' ' || u.last_name as name, count(*) over ()::integer as count
    from group_members as m join users as u on u.id = m.user_id
    where m.group_id = ${groupId} and u.state = 'active' and ${provenMost} < ${strength}::strength
    order by u.name_key, u.id limit ${namedMost}`.execute(db);
  return { count: rows[0]?.count ?? 0, names: rows.map(({ name }) => name) };
}
