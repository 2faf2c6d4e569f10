// Limits that protect credentials: counted in Postgres, so that they outlive a restart and a cache, and are never open by accident.
import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { TenantDb } from "./db/database.ts";

export interface LimitDefinition {
  /** `area.thing`: stored. */
  readonly name: string;
  /** How many hits are allowed in a window. At the start of one, the former still counts in part: no double measure around a border. */
  readonly most: number;
  readonly windowSeconds: number;
}

export interface LimitState {
  readonly allowed: boolean;
  /** How many more hits are allowed at this moment. */
  readonly remaining: number;
  /** How long until one more is allowed; 0 when it is now. */
  readonly retryAfterSeconds: number;
}

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

/**
 * Counts one attempt and says whether it is allowed; one that is not allowed is not counted. The row stays locked until the transaction
 * ends, so parallel attempts are exact: commit soon, and hit several limits in one order everywhere, or two transactions wait for each
 * other. A rolled-back transaction has counted nothing: return the refusal, do not throw it.
 * @param key What is limited (an account's id, an address and IP): any text; only its SHA-256 is stored.
 */
export async function hit(
  db: TenantDb,
  limit: LimitDefinition,
  key: string,
  now: Date,
): Promise<LimitState> {
  const { current, previous, share, expiresAt } = windows(limit, now);
  const hash = hashKey(key);
  // The former window counts for the part of it that a window ending now still covers. Postgres judges `where` in the conflict
  // on the row as the latest commit left it, after waiting for its lock.
  const { rows } = await sql<{ counted: number | null; seen: number; former: number }>`
    with former as (
      select coalesce((
        select hits from limits
        where name = ${limit.name} and key = ${hash} and window_at = ${previous}
      ), 0) as hits
    ), counted as (
      insert into limits as l (name, key, window_at, hits, expires_at)
      select ${limit.name}, ${hash}, ${current}, 1, ${expiresAt}
      from former
      where 1 + former.hits * ${share}::float8 <= ${limit.most}::int
      on conflict (tenant_id, name, key, window_at) do update
        set hits = l.hits + 1
        where l.hits + 1 + (select hits from former) * ${share}::float8 <= ${limit.most}::int
      returning hits
    )
    select
      (select hits from counted) as counted,
      coalesce((
        select hits from limits
        where name = ${limit.name} and key = ${hash} and window_at = ${current}
      ), 0) as seen,
      former.hits as former
    from former`.execute(db);
  const [row] = rows;
  if (!row) throw new Error("a limit's statement answered no row");
  if (row.counted !== null) return stateOf(limit, now, row.counted, row.former, true);
  // `seen` is as old as the statement: hits that others committed while this one waited are known from the refusal alone.
  const least = Math.floor(limit.most - row.former * share);
  return stateOf(limit, now, Math.max(row.seen, least), row.former, false);
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

/** Takes one hit back: for an attempt that turned out to be right. It clears no others, or one's own success would let one guess on. */
export async function release(db: TenantDb, limit: LimitDefinition, key: string): Promise<void> {
  const hash = hashKey(key);
  await db
    .updateTable("limits")
    .set((eb) => ({ hits: eb("hits", "-", 1) }))
    .where("name", "=", limit.name)
    .where("key", "=", hash)
    .where("hits", ">", 0)
    .where("window_at", "=", (eb) =>
      eb
        .selectFrom("limits as l")
        .select((inner) => inner.fn.max("l.window_at").as("at"))
        .where("l.name", "=", limit.name)
        .where("l.key", "=", hash)
        .where("l.hits", ">", 0),
    )
    .execute();
}

/** Forgets every hit of a key: for an account that was recovered or unlocked. */
export async function clear(db: TenantDb, limit: LimitDefinition, key: string): Promise<void> {
  await db
    .deleteFrom("limits")
    .where("name", "=", limit.name)
    .where("key", "=", hashKey(key))
    .execute();
}

/** Removes windows that no longer count, at most 10,000; answers how many. */
export async function purgeLimits(db: TenantDb, now: Date): Promise<number> {
  const { rows } = await sql<{ purged: number }>`
    with expired as (
      select ctid from limits where expires_at <= ${now} limit 10000 for update skip locked
    ), purged as (
      delete from limits where ctid in (select ctid from expired) returning 1
    )
    select count(*)::int as purged from purged`.execute(db);
  return rows[0]?.purged ?? 0;
}

const hashKey = (key: string): Buffer => createHash("sha256").update(key).digest();

function windows({ windowSeconds }: LimitDefinition, now: Date) {
  const windowMs = windowSeconds * 1000;
  const start = Math.floor(now.getTime() / windowMs) * windowMs;
  return {
    current: new Date(start),
    previous: new Date(start - windowMs),
    expiresAt: new Date(start + 2 * windowMs),
    /** How much of the former window still counts: 1 at the start of a window, towards 0 at its end. */
    share: 1 - (now.getTime() - start) / windowMs,
  };
}

function stateOf(
  limit: LimitDefinition,
  now: Date,
  hits: number,
  former: number,
  allowed: boolean,
): LimitState {
  const { share } = windows(limit, now);
  if (!allowed)
    return { allowed, remaining: 0, retryAfterSeconds: wait(limit, share, hits, former) };
  return {
    allowed,
    remaining: Math.max(0, Math.floor(limit.most - hits - former * share)),
    retryAfterSeconds: 0,
  };
}

/** Whole seconds until one more fits, by the time the former window, and then this one, has faded enough. */
function wait(
  { most, windowSeconds }: LimitDefinition,
  share: number,
  hits: number,
  former: number,
) {
  const fadesTo = (room: number, count: number) => (count > 0 ? Math.min(1, room / count) : 1);
  const untilNext = share * windowSeconds;
  const seconds =
    hits + 1 <= most
      ? (share - fadesTo(most - hits - 1, former)) * windowSeconds
      : untilNext + (1 - fadesTo(most - 1, hits)) * windowSeconds;
  return Math.max(1, Math.ceil(seconds));
}
