// A browser becomes known by a finished sign-in; what it stands for ends with what was proven in it.
import { record } from "#platform/audit/record.ts";
import { secondsLater } from "#platform/clock.ts";
import { hashToken, randomToken } from "#platform/crypto/token.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Actor, Origin } from "#src/actor.ts";
import type { DeviceId, UserId } from "#src/ids.ts";
import { deviceNotRemembered } from "./errors.ts";
import { deviceForgotten, deviceRemembered } from "./events.ts";
import { findDevice } from "./queries.ts";
import { daySeconds, devicesMost, knownDays } from "./schema.ts";

interface Arrival {
  readonly userId: UserId;
  /** What the browser's cookie says, if it has one. */
  readonly token: string | undefined;
  readonly origin: Origin;
  readonly now: Date;
  /** Days for which it stands for the second step from now on; null: as before. */
  readonly rememberDays: number | null;
}

export interface Welcome {
  /** The value for the browser's cookie: another one after every sign-in, so that a copied cookie grows stale. */
  readonly token: string;
  readonly deviceId: DeviceId;
  /** Nobody has signed in to this account with this browser before. */
  readonly isNew: boolean;
}

/** Makes a browser known to the person who has just signed in with it. Other people of the same browser stay known to it. */
export async function welcomeDevice(
  db: TenantDb,
  actor: Actor,
  { userId, token: former, origin, now, rememberDays }: Arrival,
): Promise<Welcome> {
  const known = await findDevice(db, { userId, token: former, now });
  const { token, hash } = randomToken();
  if (former !== undefined) {
    await db
      .updateTable("devices")
      .set({ token_hash: hash })
      .where("token_hash", "=", hashToken(former))
      .execute();
  }
  const until = rememberDays === null ? null : secondsLater(now, rememberDays * daySeconds);
  const seen = {
    user_agent: origin.userAgent,
    ip: origin.ip,
    last_used_at: now,
    expires_at: secondsLater(now, knownDays * daySeconds),
    ...(until === null ? {} : { remembered_until: until }),
  };
  const { id: deviceId } = await db
    .insertInto("devices")
    .values({ user_id: userId, token_hash: hash, created_at: now, ...seen })
    .onConflict((on) => on.constraint("devices_token_unique").doUpdateSet(seen))
    .returning("id")
    .executeTakeFirstOrThrow();
  if (known === null) await dropOldest(db, userId);
  if (until !== null) {
    await record(db, actor, deviceRemembered, { userId, deviceId, until: until.toISOString() });
  }
  return { token, deviceId, isNew: known === null };
}

/** Ends what one browser stands for, on its owner's word. @throws {deviceNotRemembered} */
export async function forgetDevice(
  db: TenantDb,
  actor: Actor,
  { userId, deviceId }: { userId: UserId; deviceId: DeviceId },
): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable("devices")
    .set({ remembered_until: null })
    .where("id", "=", deviceId)
    // By owner too: another person's device is not there.
    .where("user_id", "=", userId)
    .where("remembered_until", "is not", null)
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) throw deviceNotRemembered();
  await record(db, actor, deviceForgotten, { userId, deviceId });
}

/** No browser of this person is known any more, `except` one: after a recovery, a deactivation, or when they send everybody away. */
export async function forgetDevices(
  db: TenantDb,
  userId: UserId,
  except: DeviceId | null = null,
): Promise<void> {
  await db
    .deleteFrom("devices")
    .where("user_id", "=", userId)
    .$if(except !== null, (query) => query.where("id", "<>", except))
    .execute();
}

/** One browser of a person is not known to them any more. */
export async function dropDevice(
  db: TenantDb,
  { userId, deviceId }: { userId: UserId; deviceId: DeviceId },
): Promise<void> {
  await db.deleteFrom("devices").where("id", "=", deviceId).where("user_id", "=", userId).execute();
}

/** No browser of this person stands for the second step any more, `except` one: password or second step is another one now. */
export async function endRemembering(
  db: TenantDb,
  userId: UserId,
  except: DeviceId | null = null,
): Promise<void> {
  await db
    .updateTable("devices")
    .set({ remembered_until: null })
    .where("user_id", "=", userId)
    .where("remembered_until", "is not", null)
    .$if(except !== null, (query) => query.where("id", "<>", except))
    .execute();
}

/** No browser of anybody stands for the second step any more, `except` one. */
export async function endAllRemembering(db: TenantDb, except: DeviceId | null): Promise<void> {
  await db
    .updateTable("devices")
    .set({ remembered_until: null })
    .where("remembered_until", "is not", null)
    .$if(except !== null, (query) => query.where("id", "<>", except))
    .execute();
}

async function dropOldest(db: TenantDb, userId: UserId): Promise<void> {
  await db
    .deleteFrom("devices")
    .where("id", "in", (query) =>
      query
        .selectFrom("devices")
        .select("id")
        .where("user_id", "=", userId)
        .orderBy("last_used_at", "desc")
        .offset(devicesMost)
        .limit(1_000),
    )
    .execute();
}
