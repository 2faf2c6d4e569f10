// Hits that were counted in this process (`tally.ts`), added to what Postgres has counted.
import { sql } from "kysely";
import type { TenantDb } from "../db/database.ts";
import { type Counter, hashKey } from "../limits.ts";
import { windows } from "./windows.ts";

/** Hits of one key that were counted elsewhere, at a time in their window; none, where only an answer is wanted. */
export interface CountedElsewhere extends Pick<Counter, "limit" | "key"> {
  readonly hits: number;
  readonly now: Date;
}

/**
 * Adds hits that were counted elsewhere, whatever the limits say, and answers in the same order what all have counted in each one's window and
 * in the one before. One statement for all of them, which must be of different keys or windows; rows are locked in the order of their keys.
 */
export async function addHits(
  db: TenantDb,
  counted: readonly CountedElsewhere[],
): Promise<{ hits: number; former: number }[]> {
  const given = counted.map(({ limit, key, hits, now }) => ({
    ...windows(limit, now),
    name: limit.name,
    key: hashKey(key),
    hits,
  }));
  const column = (
    of: (one: (typeof given)[number]) => unknown,
    type: "text" | "bytea" | "timestamptz" | "int",
  ) => sql`${given.map(of)}::${sql.raw(type)}[]`;
  const { rows } = await sql<{ hits: number; former: number }>`
    with given as materialized (
      select * from unnest(
        ${column(({ name }) => name, "text")}, ${column(({ key }) => key, "bytea")},
        ${column(({ current }) => current, "timestamptz")}, ${column(({ previous }) => previous, "timestamptz")},
        ${column(({ expiresAt }) => expiresAt, "timestamptz")}, ${column(({ hits }) => hits, "int")}
      ) with ordinality as g (name, key, window_at, former_at, expires_at, hits, place)
    ), added as (
      insert into limits as l (name, key, window_at, hits, expires_at)
      select name, key, window_at, hits, expires_at from given where hits > 0 order by name, key, window_at
      on conflict (tenant_id, name, key, window_at) do update set hits = l.hits + excluded.hits
      returning name, key, window_at, hits
    )
    select coalesce(a.hits, l.hits, 0) as hits, coalesce(b.hits, f.hits, 0) as former
    from given as g
    left join added as a on a.name = g.name and a.key = g.key and a.window_at = g.window_at
    left join added as b on b.name = g.name and b.key = g.key and b.window_at = g.former_at
    left join limits as l on l.name = g.name and l.key = g.key and l.window_at = g.window_at
    left join limits as f on f.name = g.name and f.key = g.key and f.window_at = g.former_at
    order by g.place`.execute(db);
  return rows;
}
