// Who has not been seen for long. Seen is: a finished sign-in, a session in use, a chosen password. A failed try is not: an attacker
// could keep an abandoned account alive with it. It is kept beside the person, because sessions go. Whoever was added or reactivated lately has their time before them.
import { type RawBuilder, sql } from "kysely";
import { primaryEmail } from "#features/users/index.ts";
import { secondsLater } from "#platform/clock.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { UserId } from "#src/ids.ts";

/** Days before the deactivation on which people are warned, the first one first. */
export const warnings = [7, 1] as const;

export interface Absent {
  readonly id: UserId;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly lastSeenAt: Date;
}

interface Asked {
  /** Of absence until the deactivation. */
  readonly days: number;
  readonly now: Date;
}

const dayBefore = (now: Date, days: number) => secondsLater(now, -days * 86_400);

/** A warning of a setting that was changed since is none: whoever was told of tomorrow half a year ago does not expect it any more. */
const warningStandsDays = 2 * warnings[0];

const lastSeen = sql<Date>`greatest(u.created_at, u.reactivated_at, u.last_sign_in_at, u.password_changed_at,
      u.last_seen_at)`;

/** Active people not seen since an instant, with the last warning that still stands. One pass over a tenant's people. */
const absentSince = (since: Date, now: Date): RawBuilder<unknown> => sql`(
  select u.id, u.first_name, u.last_name, u.role, seen.at,
    case when u.inactivity_warned_at > greatest(seen.at, ${dayBefore(now, warningStandsDays)}::timestamptz)
      then u.inactivity_warned_days end as warned,
    u.inactivity_warned_at as warned_at
  from users as u, lateral (
    select ${lastSeen} as at) as seen
  where u.state = 'active' and u.created_at <= ${since} and seen.at <= ${since}) as u`;

/** Somebody's deactivation waits for the last warning to be a night old: nobody is surprised by a setting of today. */
const isWarned = (now: Date): RawBuilder<boolean> =>
  sql`(coalesce(warned, 99) <= ${warnings[1]} and warned_at <= ${secondsLater(now, -20 * 3_600)})`;

/** All active super administrators may be away: the one seen last stays. */
const mayGo = sql<boolean>`(role <> 'super_admin' or exists (
  select from users as o where o.role = 'super_admin' and o.state = 'active' and o.id <> u.id))`;

const person = sql`u.id, u.first_name as "firstName", u.last_name as "lastName", ${primaryEmail} as email,
  u.at as "lastSeenAt"`;

/** Who is to be deactivated now, the longest absent first. */
export async function listDue(
  db: TenantDb,
  { days, now }: Asked,
  limit: number,
): Promise<Absent[]> {
  const { rows } = await sql<Absent>`
    select ${person} from ${absentSince(dayBefore(now, days), now)}
    where ${isWarned(now)} and ${mayGo} order by u.at, u.id limit ${limit}`.execute(db);
  return rows;
}

/** Whether nobody has seen a person since they were listed: who signs in at this moment is waited for. Locked until the transaction ends. */
export async function isStillAbsent(
  db: TenantDb,
  { id, lastSeenAt }: Pick<Absent, "id" | "lastSeenAt">,
): Promise<boolean> {
  const row = await db
    .selectFrom("users as u")
    .select("u.id")
    .where("u.id", "=", id)
    // A date here has milliseconds, and the database's microseconds.
    .where(lastSeen, "<", new Date(lastSeenAt.getTime() + 1))
    .forNoKeyUpdate()
    .executeTakeFirst();
  return row !== undefined;
}

/** Who is to be told now that so many days are left, and has not been told yet. */
export async function listToWarn(
  db: TenantDb,
  { days, now }: Asked,
  { daysLeft, limit }: { daysLeft: number; limit: number },
): Promise<Absent[]> {
  const { rows } = await sql<Absent>`
    select ${person} from ${absentSince(dayBefore(now, days - daysLeft), now)}
    where coalesce(warned, 99) > ${daysLeft} and ${mayGo} order by u.at, u.id limit ${limit}`.execute(
    db,
  );
  return rows;
}

interface Named {
  readonly count: number;
  /** The first of them, the longest absent first. */
  readonly people: readonly { readonly id: UserId; readonly name: string }[];
}

export interface Inactive {
  /** Deactivated by the next run. */
  readonly tonight: Named;
  /** Absent for long enough, not warned yet: deactivated by the run after the next. */
  readonly warnedTonight: Named;
}

const namedMost = 10;

/** Whom a setting deactivates next. Two statements. */
export async function findInactive(db: TenantDb, asked: Asked): Promise<Inactive> {
  const absent = absentSince(dayBefore(asked.now, asked.days), asked.now);
  return {
    tonight: await named(db, absent, isWarned(asked.now)),
    warnedTonight: await named(db, absent, sql`not ${isWarned(asked.now)}`),
  };
}

async function named(
  db: TenantDb,
  absent: RawBuilder<unknown>,
  which: RawBuilder<unknown>,
): Promise<Named> {
  const { rows } = await sql<{ id: UserId; name: string; count: number }>`
    select u.id, u.first_name || ' ' || u.last_name as name, (count(*) over ())::integer as count
    from ${absent} where ${which} and ${mayGo} order by u.at, u.id limit ${namedMost}`.execute(db);
  return { count: rows[0]?.count ?? 0, people: rows.map(({ id, name }) => ({ id, name })) };
}
