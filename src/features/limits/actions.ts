// Releasing limits: the counters begin anew.
import { sql } from "kysely";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { type Actor, roleOf } from "#src/actor.ts";
import type { UserId } from "#src/ids.ts";
import { outranks } from "#src/permissions.ts";
import { limitAboveRole, limitNotFound, limitPersonNotFound } from "./errors.ts";
import { limitReleased } from "./events.ts";
import { isOf, personBehind } from "./queries.ts";
import { type LimitParams, readLimitId } from "./schema.ts";

/**
 * Releases one counter. Not that of somebody above the actor: each release is another round of guesses at their password.
 * @throws {limitNotFound} @throws {limitAboveRole}
 */
export async function releaseLimit(
  db: TenantDb,
  actor: Actor,
  { limitId }: LimitParams,
): Promise<void> {
  const { name, key } = readLimitId(limitId);
  const row = await db
    .selectFrom("limits")
    .select("about")
    .where("name", "=", name)
    .where("key", "=", key)
    .where("about", "is not", null)
    .orderBy("window_at", "desc")
    .limit(1)
    .executeTakeFirst();
  const about = row?.about ?? null;
  if (about === null) throw limitNotFound();
  const person = await personBehind(db, { about, key });
  if (person !== null && !outranks(roleOf(actor), person.role)) throw limitAboveRole();
  const { numDeletedRows } = await db
    .deleteFrom("limits")
    .where("name", "=", name)
    .where("key", "=", key)
    .executeTakeFirst();
  // Somebody else was quicker.
  if (numDeletedRows === 0n) throw limitNotFound();
  await record(db, actor, limitReleased, { limit: name, about, userId: person?.userId ?? null });
}

/** Releases everything that slows one person down; answers how many counters. @throws {limitPersonNotFound} @throws {limitAboveRole} */
export async function releaseLimitsOf(db: TenantDb, actor: Actor, userId: UserId): Promise<number> {
  const { role } = await db
    .selectFrom("users")
    .select("role")
    .where("id", "=", userId)
    .executeTakeFirstOrThrow(() => limitPersonNotFound());
  if (!outranks(roleOf(actor), role)) throw limitAboveRole();
  const { rows } = await sql<{ name: string; about: string }>`
    with full_ones as (
      select name, key, max(about) as about from limits as l
      where about is not null and ${isOf(sql`l`, userId)} group by name, key
    ), gone as (
      delete from limits as l using full_ones as f where l.name = f.name and l.key = f.key
    )
    select name, about from full_ones order by name`.execute(db);
  for (const { name, about } of rows)
    await record(db, actor, limitReleased, { limit: name, about, userId });
  return rows.length;
}
