// What people change about their own account.
import { setNames } from "#features/users/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Actor } from "#src/actor.ts";
import { peopleOnly } from "./errors.ts";
import { profileChanged } from "./events.ts";
import { getProfile } from "./queries.ts";
import type { Profile, ProfileChanges } from "./schema.ts";

/** Changes the actor's own names, time zone and theme, as far as they differ. @throws {peopleOnly} */
export async function changeProfile(
  db: TenantDb,
  actor: Actor,
  changes: ProfileChanges,
): Promise<Profile> {
  if (actor.kind !== "user") throw peopleOnly();
  const { userId } = actor;
  const before = await getProfile(db, userId);
  const { firstName = before.firstName, lastName = before.lastName } = changes;
  await setNames(db, actor, { userId, firstName, lastName });
  const { timeZone = before.timeZone, theme = before.theme } = changes;
  if (timeZone !== before.timeZone || theme !== before.theme) {
    await db
      .updateTable("users")
      .set({ time_zone: timeZone, theme })
      .where("id", "=", userId)
      .execute();
    await record(db, actor, profileChanged, {
      userId,
      ...(timeZone === before.timeZone ? {} : { timeZone }),
      ...(theme === before.theme ? {} : { theme }),
    });
  }
  return getProfile(db, userId);
}
