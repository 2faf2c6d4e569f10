// Telling super administrators which connections' certificates come to their end: once a day at most, and of each stage once.
import { findFederationSettings } from "#features/federation/index.ts";
import { activeSuperAdmins } from "#features/notices/index.ts";
import { secondsLater } from "#platform/clock.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { type Post, queueMail } from "#platform/mail/queue.ts";
import { keysEndingMail } from "./emails.tsx";
import { findEnding, markTold, stages, untold } from "./ending.ts";

/** Keys of one mail; more wait for the next day. */
const toldMost = 500;
const namedMost = 50;
/** A little less than a day: a run may begin earlier than the one of the day before. */
const quietSeconds = 20 * 3_600;

/** Mails every active super administrator what they were not told yet, and marks it; of disabled connections nothing. */
export async function tellSuperAdmins(db: TenantDb, post: Post, now: Date): Promise<void> {
  const { rotationWindowDays } = await findFederationSettings(db);
  const until = secondsLater(now, Math.max(rotationWindowDays, stages[0]) * 86_400);
  const news = () => findEnding(db, { until, limit: toldMost, inUse: true, where: untold(now) });
  if ((await news()).length === 0 || !(await takeTurn(db, now))) return;
  // Looked at again, now that no other run can be telling the same.
  const found = await news();
  await markTold(db, found, now);
  const items = found.slice(0, namedMost).map(({ kind, id, name, expiresAt, preparedAt }) => ({
    kind,
    id,
    name,
    endsAt: expiresAt.toISOString(),
    daysLeft: Math.max(0, Math.ceil((expiresAt.getTime() - now.getTime()) / 86_400_000)),
    isPrepared: preparedAt !== null,
  }));
  for (const { userId, email, firstName } of await activeSuperAdmins(db)) {
    const data = { firstName, count: found.length, items };
    await queueMail(db, post, keysEndingMail, { email, userId }, data);
  }
}

/** Whether this run may write today's mail: the row's lock lets one of several through. */
async function takeTurn(db: TenantDb, now: Date): Promise<boolean> {
  await db
    .insertInto("federation_settings")
    .defaultValues()
    .onConflict((on) => on.doNothing())
    .execute();
  const { numUpdatedRows } = await db
    .updateTable("federation_settings")
    .set({ told_at: now })
    .where(({ or, eb }) =>
      or([eb("told_at", "is", null), eb("told_at", "<=", secondsLater(now, -quietSeconds))]),
    )
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}
