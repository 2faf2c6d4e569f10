// One tenant's night: people are warned, then those whose time is up are deactivated and administrators told, in one transaction each.
import { notify } from "#features/notices/index.ts";
import { deactivateAbsent, fullName } from "#features/users/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { type Post, queueMail } from "#platform/mail/queue.ts";
import type { Actor } from "#src/actor.ts";
import { absenceDigest, absenceWarning } from "./emails.tsx";
import { absenceWarned } from "./events.ts";
import { type Absent, isStillAbsent, listDue, listToWarn } from "./queries.ts";

export interface Night {
  readonly db: TenantDb;
  readonly post: Post;
  readonly actor: Actor;
  readonly days: number;
  readonly now: Date;
}

/** People of one transaction: locks stay short. */
const batchMost = 200;
const namedMost = 100;
const adminsMost = 200;

/** Deactivates people whose time is up and tells the administrators. Answers how many; as many as fit may mean more are left. */
export async function deactivateDue(night: Night): Promise<number> {
  const { db, post, actor, days, now } = night;
  const gone: Absent[] = [];
  for (const person of await listDue(db, night, batchMost)) {
    if (!(await isStillAbsent(db, person))) continue;
    const about = { userId: person.id, now, lastSeenAt: person.lastSeenAt, days };
    if (await deactivateAbsent(db, post, actor, about)) gone.push(person);
  }
  if (gone.length > 0) await tellAdmins(night, gone);
  return gone.length;
}

async function tellAdmins({ db, post, days }: Night, gone: readonly Absent[]): Promise<void> {
  const admins = await db
    .selectFrom("users as u")
    .innerJoin("user_emails as e", (join) =>
      join.onRef("e.user_id", "=", "u.id").on("e.is_primary", "=", true),
    )
    .select(["u.id as userId", "u.first_name as firstName", "e.email"])
    .where("u.role", "in", ["admin", "super_admin"])
    .where("u.state", "=", "active")
    .orderBy("u.id")
    .limit(adminsMost)
    .execute();
  const people = gone.slice(0, namedMost).map((person) => `${fullName(person)} (${person.email})`);
  for (const { userId, email, firstName } of admins) {
    const data = { firstName, days, count: gone.length, people };
    await queueMail(db, post, absenceDigest, { email, userId }, data);
  }
}

/** Warns people that so many days are left; who was told already is not told again. Answers how many. */
export async function warnAbsent(night: Night, daysLeft: number): Promise<number> {
  const { db, post, actor, days, now } = night;
  const people = await listToWarn(db, night, { daysLeft, limit: batchMost });
  for (const { id: userId, lastSeenAt } of people) {
    await db
      .updateTable("users")
      .set({ inactivity_warned_at: now, inactivity_warned_days: daysLeft })
      .where("id", "=", userId)
      .execute();
    const at = lastSeenAt.toISOString();
    await record(db, actor, absenceWarned, { userId, lastSeenAt: at, daysLeft });
    await notify(db, post, actor, {
      happening: { userId, now },
      template: absenceWarning,
      more: { days, daysLeft },
    });
  }
  return people.length;
}

export const isFull = (count: number): boolean => count === batchMost;
