// What a reset of somebody's second steps would do, for the page that asks.
import { readSecondSteps } from "./actions/second-steps.ts";
import { findPolicy, requiredStrength } from "#features/policy/index.ts";
import { sessionsOf } from "#features/sessions/index.ts";
import { assertMayManage, emailsOf, fullName, getUser } from "#features/users/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { UserId } from "#src/ids.ts";
import { ownSecondSteps } from "./errors.ts";
import { personOf } from "./people.ts";
import { openResetOf, type Reading } from "./queries.ts";
import type { ResetPreview } from "./schema.ts";

/** @throws {userNotFound} @throws {aboveRole} @throws {ownSecondSteps} */
export async function previewReset(reading: Reading, userId: UserId): Promise<ResetPreview> {
  const { db, actor, now } = reading;
  const user = await getUser(db, userId);
  assertMayManage(actor, user);
  if (personOf(actor) === userId) throw ownSecondSteps();
  const policy = await findPolicy(db, now);
  const required = await requiredStrength(db, { userId, policy });
  const addresses = await emailsOf(db, userId);
  const waiting = await openResetOf(reading, userId);
  const { id, email, role, state } = user;
  return {
    user: { id, name: fullName(user), email, role, state },
    ...(await readSecondSteps(db, userId)),
    sessions: (await sessionsOf(db, userId, now)).length,
    knownDevices: await countDevices(db, userId),
    told: addresses.filter(({ verifiedAt }) => verifiedAt !== null).map((one) => one.email),
    toSetUp: required === "baseline" ? null : required,
    needsTwo: policy.resetNeedsTwoAdmins,
    waiting: waiting?.state === "waiting" ? waiting : null,
  };
}

async function countDevices(db: TenantDb, userId: UserId): Promise<number> {
  const { count } = await db
    .selectFrom("devices")
    .select(({ fn }) => fn.countAll<string>().as("count"))
    .where("user_id", "=", userId)
    .executeTakeFirstOrThrow();
  return Number(count);
}
