// Limits that protect credentials: counted in Postgres, so that they outlive a restart and a cache, and are never open by accident.
import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { TenantDb } from "./db/database.ts";
import { type LimitDefinition, type LimitState, stateOf, windows } from "./limits/windows.ts";

export { type LimitDefinition, type LimitState, stateAt } from "./limits/windows.ts";

const declared = new Map<string, LimitDefinition>();

/** Declares a limit. */
export function defineLimit(
  name: string,
  { most, windowSeconds }: { most: number; windowSeconds: number },
): LimitDefinition {
  if (declared.has(name)) throw new Error(`limit "${name}" is declared twice`);
  const limit = { name, most, windowSeconds };
  declared.set(name, limit);
  return limit;
}

/** Every declared limit by name. */
export function declaredLimits(): ReadonlyMap<string, LimitDefinition> {
  return declared;
}

/** A limit and what is limited by it (an account's id, an address and IP): any text; only its SHA-256 is stored. */
export type Hit = readonly [limit: LimitDefinition, key: string];

/**
 * Counts one attempt and says whether it is allowed; one that is not allowed is not counted. The row stays locked until the transaction
 * ends, so parallel attempts are exact: commit soon, and hit several limits by `hitAll`, in one order everywhere. A rolled-back
 * transaction has counted nothing: return the refusal, do not throw it.
 * @param key As in `Hit`.
 */
export async function hit(
  db: TenantDb,
  limit: LimitDefinition,
  key: string,
  now: Date,
): Promise<LimitState> {
  const [state] = await hitAll(db, [[limit, key]], now);
  if (!state) throw new Error("a limit's statement answered no row");
  return state;
}

/** One counter of an attempt, and whom it stops, in words for administrators: an account by its address, first of all words; a network. */
export interface Counter {
  readonly limit: LimitDefinition;
  /** As in `Hit`. */
  readonly key: string;
  /** What `noteReached` writes; a function, where it has to be looked up: asked once, when the limit is reached. */
  readonly about: string | (() => Promise<string>);
}

/** `hit`, and with the last one that is let through the note of whom the counter stops from then on. */
export async function hitNoted(
  db: TenantDb,
  { limit, key, about }: Counter,
  now: Date,
): Promise<LimitState> {
  const state = await hit(db, limit, key, now);
  if (!state.allowed || state.remaining > 0) return state;
  const words = typeof about === "string" ? about : await about();
  await noteReached(db, limit, { key, about: words, now });
  return state;
}

interface Counted {
  readonly counted: number | null;
  readonly seen: number;
  readonly former: number;
}

/**
 * Counts one attempt in several limits, one after the other in one statement: it goes on to the next only where the one before allows
 * it, so that an attempt which is refused for its network costs the account nothing. Rows are locked in this order: keep to one
 * order everywhere, or two transactions wait for each other.
 * @returns the states in order, up to and including the first that refuses
 */
export async function hitAll(db: TenantDb, hits: readonly Hit[], now: Date): Promise<LimitState[]> {
  const parts = hits.map((one, place) => countOne(one, place, now));
  const { rows } = await sql<Counted>`
    with ${sql.join(parts.map(({ counting }) => counting))}
    select counted, seen, former
    from (${sql.join(
      parts.map(({ telling }) => telling),
      sql` union all `,
    )}) as told
    order by place`.execute(db);
  const states: LimitState[] = [];
  for (const [place, [limit]] of hits.entries()) {
    const row = rows[place];
    if (!row) throw new Error("a limit's statement answered too few rows");
    const state = judge(limit, row, now);
    states.push(state);
    if (!state.allowed) break;
  }
  return states;
}

/**
 * The part of the statement for one limit. The former window counts for the part of it that a window ending now still covers.
 * Postgres judges `where` in the conflict on the row as the latest commit left it, after waiting for its lock.
 */
function countOne([limit, key]: Hit, place: number, now: Date) {
  const { current, previous, share, expiresAt } = windows(limit, now);
  const hash = hashKey(key);
  const [former, counted] = [sql.ref(`former_${place}`), sql.ref(`counted_${place}`)];
  // Reading what the limit before has counted is what makes this one wait for it.
  const afterwards = place === 0 ? sql`` : sql`, ${sql.ref(`counted_${place - 1}`)}`;
  const hitsAt = (window: Date) => sql`coalesce((
        select hits from limits where name = ${limit.name} and key = ${hash} and window_at = ${window}
      ), 0)`;
  return {
    counting: sql`
    ${former} as (select ${hitsAt(previous)} as hits),
    ${counted} as (
      insert into limits as l (name, key, window_at, hits, expires_at)
      select ${limit.name}, ${hash}, ${current}, 1, ${expiresAt}
      from ${former} as f ${afterwards}
      where 1 + f.hits * ${share}::float8 <= ${limit.most}::int
      on conflict (tenant_id, name, key, window_at) do update
        set hits = l.hits + 1
        where l.hits + 1 + (select hits from ${former}) * ${share}::float8 <= ${limit.most}::int
      returning hits
    )`,
    telling: sql`
      select ${place}::int as place, (select hits from ${counted}) as counted, ${hitsAt(current)} as seen, f.hits as former
      from ${former} as f`,
  };
}

function judge(limit: LimitDefinition, { counted, seen, former }: Counted, now: Date): LimitState {
  if (counted !== null) return stateOf(limit, now, counted, former, true);
  // `seen` is as old as the statement: hits that others committed while this one waited are known from the refusal alone.
  const { share } = windows(limit, now);
  const least = Math.floor(limit.most - former * share);
  return stateOf(limit, now, Math.max(seen, least), former, false);
}

/** What `hit` would say, without counting. */
export async function peek(
  db: TenantDb,
  limit: LimitDefinition,
  key: string,
  now: Date,
): Promise<LimitState> {
  const { current, previous, share } = windows(limit, now);
  const rows = await db
    .selectFrom("limits")
    .select(["window_at", "hits"])
    .where("name", "=", limit.name)
    .where("key", "=", hashKey(key))
    .where("window_at", "in", [current, previous])
    .limit(2)
    .execute();
  const hitsAt = (at: Date) =>
    rows.find((row) => row.window_at.getTime() === at.getTime())?.hits ?? 0;
  const [hits, former] = [hitsAt(current), hitsAt(previous)];
  return stateOf(limit, now, hits, former, hits + 1 + former * share <= limit.most);
}

/**
 * Notes who or what a counter is about, from the moment its limit is reached: administrators see and release it. `about` is in words for
 * them (an address, a network), never a secret. Call it with the last hit that is let through: the note goes with the window.
 */
export async function noteReached(
  db: TenantDb,
  limit: LimitDefinition,
  { key, about, now }: { key: string; about: string; now: Date },
): Promise<void> {
  await db
    .updateTable("limits")
    .set({ about, reached_at: sql<Date>`coalesce(reached_at, ${now})` })
    .where("name", "=", limit.name)
    .where("key", "=", hashKey(key))
    .where("window_at", "=", windows(limit, now).current)
    .execute();
}

/** Takes one hit back: for an attempt that turned out to be right. It clears no others, or one's own success would let one guess on. */
export const release = (db: TenantDb, limit: LimitDefinition, key: string): Promise<void> =>
  releaseAll(db, [[limit, key]]);

/** Takes one hit back from each, from the latest window that has one; locks in this order. */
export async function releaseAll(db: TenantDb, hits: readonly Hit[]): Promise<void> {
  await sql`
    with latest as materialized (
      select l.name, l.key, l.window_at
      from (${asked(hits)}) as asked (place, name, key)
      cross join lateral (
        select name, key, window_at from limits
        where name = asked.name and key = asked.key and hits > 0
        order by window_at desc limit 1
        for no key update
      ) as l
    )
    update limits as l set hits = l.hits - 1
    from latest
    where l.name = latest.name and l.key = latest.key and l.window_at = latest.window_at`.execute(
    db,
  );
}

/** Forgets every hit of a key: for an account that was recovered or unlocked. */
export const clear = (db: TenantDb, limit: LimitDefinition, key: string): Promise<void> =>
  clearAll(db, [[limit, key]]);

/** Forgets every hit of several; locks in this order. */
export async function clearAll(db: TenantDb, hits: readonly Hit[]): Promise<void> {
  await sql`
    with locked as materialized (
      select l.name, l.key, l.window_at
      from (${asked(hits)}) as asked (place, name, key)
      cross join lateral (
        select name, key, window_at from limits
        where name = asked.name and key = asked.key
        order by window_at
        for update
      ) as l
    )
    delete from limits as l using locked
    where l.name = locked.name and l.key = locked.key and l.window_at = locked.window_at`.execute(
    db,
  );
}

/** The keys as rows, in their order: a lateral join walks them so. */
const asked = (hits: readonly Hit[]) => sql`
  values ${sql.join(
    hits.map(
      ([limit, key], place) => sql`(${place}::int, ${limit.name}::text, ${hashKey(key)}::bytea)`,
    ),
  )} order by 1`;

/** One customer of a network provider: an IPv4 address, or the first 64 bits of an IPv6 address, which one customer has whole. */
export function networkOf(ip: string): string {
  if (!ip.includes(":")) return ip;
  const [head = "", tail = ""] = ip.split("::");
  const groups = [head.split(":"), tail.split(":")].map((part) =>
    part.filter((group) => group !== ""),
  );
  const [left = [], right = []] = groups;
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => "0");
  return [...left, ...zeros, ...right].slice(0, 4).join(":");
}

/** In one transaction. */
export const purgedLimitsMost = 10_000;

/** Removes windows that no longer count, at most {@link purgedLimitsMost}; answers how many. */
export async function purgeLimits(db: TenantDb, now: Date): Promise<number> {
  const { rows } = await sql<{ purged: number }>`
    with expired as (
      select ctid from limits where expires_at <= ${now} limit ${purgedLimitsMost} for update skip locked
    ), purged as (
      delete from limits where ctid in (select ctid from expired) returning 1
    )
    select count(*)::int as purged from purged`.execute(db);
  return rows[0]?.purged ?? 0;
}

/** What is stored of a key. */
export const hashKey = (key: string): Buffer => createHash("sha256").update(key).digest();
