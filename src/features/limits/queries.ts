// Which limits are reached now. A counter says whom it stops from the moment it is full; whether it is still full is a matter of time.
import { type RawBuilder, sql, type SqlBool } from "kysely";
import { z } from "zod";
import type { TenantDb } from "#platform/db/database.ts";
import { decodeCursor, toPage } from "#platform/http/input.ts";
import { declaredLimits, hashKey, stateAt } from "#platform/limits.ts";
import { secondsLater } from "#platform/clock.ts";
import type { UserId } from "#src/ids.ts";
import type { Role } from "#src/permissions.ts";
import { limitNotFound, limitPersonNotFound } from "./errors.ts";
import {
  limitId,
  readLimitId,
  type LimitFilter,
  type LimitParams,
  type Person,
  type ReachedLimit,
  type ReachedLimitList,
} from "./schema.ts";
import { limitTexts } from "./texts.ts";

interface Row {
  readonly name: string;
  readonly key: Buffer;
  readonly about: string;
  readonly since: Date | null;
  readonly expiresAt: Date;
  readonly hits: number;
  readonly former: number;
}

/**
 * Counters that let nothing through at `now`, each once: by the window that says whom it is about, the present one before the one that
 * fades. Reads what is marked as reached (an index of its own) and one more row for each.
 */
const reached = (now: Date): RawBuilder<unknown> => {
  const limits = [...declaredLimits().values()];
  const list = (values: readonly (string | number)[], type: "text" | "int") =>
    sql`${values}::${sql.raw(type)}[]`;
  return sql`(
    select l.name, l.key, l.about, l.expires_at,
      case when l.window_at = w.present or o.about is null then l.reached_at
        else coalesce(o.reached_at, l.reached_at) end as since,
      case when l.window_at = w.present then l.hits else coalesce(o.hits, 0) end as hits,
      case when l.window_at = w.present then coalesce(o.hits, 0) else l.hits end as former,
      d.most, w.share
    from limits as l
    join unnest(
      ${list(
        limits.map(({ name }) => name),
        "text",
      )},
      ${list(
        limits.map(({ most }) => most),
        "int",
      )},
      ${list(
        limits.map(({ windowSeconds }) => windowSeconds),
        "int",
      )}
    ) as d (name, most, seconds) on d.name = l.name
    cross join lateral (
      select floor(extract(epoch from ${now}::timestamptz) / d.seconds) * d.seconds as began
    ) as b
    cross join lateral (
      select to_timestamp(b.began) as present,
        1 - (extract(epoch from ${now}::timestamptz) - b.began)::float8 / d.seconds as share
    ) as w
    left join limits as o on o.name = l.name and o.key = l.key and o.window_at =
      case when l.window_at = w.present then w.present - make_interval(secs => d.seconds) else w.present end
    where l.about is not null and l.expires_at > ${now} and (l.window_at = w.present or o.about is null)
  ) as r`;
};
const isFull = sql<SqlBool>`r.hits + 1 + r.former * r.share > r.most`;
const columns = sql`r.name, r.key, r.about, r.since, r.expires_at as "expiresAt", r.hits, r.former`;

const Cursor = z.tuple([z.iso.datetime(), z.string(), z.string()]);

/** Reached limits, those that last longest first. */
export async function listReached(
  db: TenantDb,
  { q, limit, cursor }: LimitFilter,
  now: Date,
): Promise<ReachedLimitList> {
  const after = cursor === undefined ? sql`true` : isAfter(decodeCursor(Cursor, cursor));
  const found = q === "" ? sql`true` : sql`strpos(lower(r.about), ${q.toLowerCase()}) > 0`;
  const { rows } = await sql<Row>`
    select ${columns} from ${reached(now)}
    where ${isFull} and ${found} and ${after}
    order by r.expires_at desc, r.name, r.key limit ${limit + 1}`.execute(db);
  const page = toPage(rows, limit, ({ expiresAt, name, key }) => [
    expiresAt.toISOString(),
    name,
    key.toString("base64url"),
  ]);
  return { items: page.items.map((row) => toLimit(row, now)), next: page.next };
}

const isAfter = ([expiresAt, name, key]: z.infer<typeof Cursor>) =>
  sql`(r.expires_at < ${expiresAt}::timestamptz or (r.expires_at = ${expiresAt}::timestamptz
    and (r.name, r.key) > (${name}, ${Buffer.from(key, "base64url")}::bytea)))`;

/** One of them. @throws {limitNotFound} */
export async function getReached(
  db: TenantDb,
  params: LimitParams,
  now: Date,
): Promise<ReachedLimit> {
  const { name, key } = readLimitId(params.limitId);
  const { rows } = await sql<Row>`
    select ${columns} from ${reached(now)}
    where ${isFull} and r.name = ${name} and r.key = ${key}`.execute(db);
  const [row] = rows;
  if (!row) throw limitNotFound();
  return toLimit(row, now);
}

/** How many of one person's are told: more of them say nothing more. */
const ofPersonMost = 20;

/** What slows a person down, by any of their addresses, the longest first. */
export async function limitsOf(db: TenantDb, userId: UserId, now: Date): Promise<ReachedLimit[]> {
  const { rows } = await sql<Row>`
    select ${columns} from ${reached(now)}
    where ${isFull} and ${isOf(sql`r`, userId)}
    order by r.expires_at desc, r.name, r.key limit ${ofPersonMost}`.execute(db);
  return rows.map((row) => toLimit(row, now));
}

/**
 * Whether a counter is of this person: it is counted by person, or by a device of theirs, or, where it is counted by nobody else and no
 * device of theirs, its words begin with an address of theirs (there are no spaces in one). What was noted under an address that is another
 * one's by now goes on counting for whom it was noted, and an administrator of that one must not release it.
 */
export const isOf = (counter: RawBuilder<unknown>, userId: UserId): RawBuilder<SqlBool> =>
  sql`(${counter}.key = ${hashKey(userId)}
    or ${counter}.key = any (array(select ${hashOf(sql`id`)} from devices where user_id = ${userId}))
    or (split_part(${counter}.about, ' ', 1) = any (array(select email from user_emails where user_id = ${userId}))
      and not exists (select from users where ${hashOf(sql`id`)} = ${counter}.key)
      and not exists (select from devices where ${hashOf(sql`id`)} = ${counter}.key)))`;

/** What `hashKey` makes of an id. */
const hashOf = (id: RawBuilder<unknown>) => sql`sha256(convert_to(${id}::text, 'UTF8'))`;

function toLimit({ name, key, about, since, hits, former }: Row, now: Date): ReachedLimit {
  const limit = declaredLimits().get(name);
  const seconds = limit ? stateAt(limit, now, { hits, former }).retryAfterSeconds : 0;
  return {
    id: limitId(name, key),
    name,
    says: limitTexts[name] ?? name,
    about,
    since: since?.toISOString() ?? null,
    until: secondsLater(now, seconds).toISOString(),
  };
}

/** Who is counted by a counter, for themselves or by a device of theirs, or else whose address it is about, if anybody's here. */
export async function personBehind(
  db: TenantDb,
  { about, key }: { about: string; key: Buffer },
): Promise<{ userId: UserId; role: Role } | null> {
  const counted = await db
    .selectFrom("users")
    .select(["id as userId", "role"])
    .where(
      sql<SqlBool>`${hashOf(sql`id`)} = ${key} or id = (
        select user_id from devices where ${hashOf(sql`id`)} = ${key})`,
    )
    .executeTakeFirst();
  if (counted) return counted;
  const row = await db
    .selectFrom("user_emails as e")
    .innerJoin("users as u", "u.id", "e.user_id")
    .select(["u.id as userId", "u.role"])
    .where("e.email", "=", about.split(" ", 1)[0] ?? "")
    .executeTakeFirst();
  return row ?? null;
}

/** @throws {limitPersonNotFound} */
export async function getPerson(db: TenantDb, userId: UserId): Promise<Person> {
  const { firstName, lastName } = await db
    .selectFrom("users")
    .select(["first_name as firstName", "last_name as lastName"])
    .where("id", "=", userId)
    .executeTakeFirstOrThrow(() => limitPersonNotFound());
  return { userId, name: `${firstName} ${lastName}` };
}
