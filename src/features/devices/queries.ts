// Reads of devices. A browser is known to a person, not to the tenant: its value says nothing about anybody else.
import { type RawBuilder, sql } from "kysely";
import { secondsLater } from "#platform/clock.ts";
import { hashToken } from "#platform/crypto/token.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { DeviceId, UserId } from "#src/ids.ts";
import { daySeconds, devicesMost, trustedDays } from "./schema.ts";

/** A browser in which a person has signed in before. */
export interface Device {
  readonly id: DeviceId;
  readonly userId: UserId;
  readonly rememberedUntil: Date | null;
  readonly lastUsedAt: Date;
}

export interface Presented {
  /** The browser's cookie. */
  readonly token: string | undefined;
  readonly now: Date;
}

/** That a row of `devices as d` is the browser's own, for a statement that joins it. */
export const isPresented = ({ token, now }: Presented): RawBuilder<boolean> =>
  // No device has an empty hash: a browser without the cookie is nobody's.
  sql<boolean>`d.token_hash = ${token === undefined ? Buffer.of() : hashToken(token)} and d.expires_at > ${now}`;

/** The device behind a browser's cookie, if this person has signed in there. Null for nobody: the statement is the same for everybody. */
export async function findDevice(
  db: TenantDb,
  { userId, token, now }: Presented & { userId: UserId | null },
): Promise<Device | null> {
  if (token === undefined) return null;
  const row = await db
    .selectFrom("devices")
    .select([
      "id",
      "user_id as userId",
      "remembered_until as rememberedUntil",
      "last_used_at as lastUsedAt",
    ])
    .where("token_hash", "=", hashToken(token))
    .where("user_id", "=", userId)
    .where("expires_at", ">", now)
    .executeTakeFirst();
  return row ?? null;
}

/** The browser's device of whoever an address belongs to; null: they have never signed in there, or the address is nobody's. */
export async function findDeviceByEmail(
  db: TenantDb,
  { email, token, now }: Presented & { email: string },
): Promise<Device | null> {
  if (token === undefined) return null;
  const row = await db
    .selectFrom("devices as d")
    .innerJoin("user_emails as e", "e.user_id", "d.user_id")
    .select([
      "d.id",
      "d.user_id as userId",
      "d.remembered_until as rememberedUntil",
      "d.last_used_at as lastUsedAt",
    ])
    .where("d.token_hash", "=", hashToken(token))
    .where("d.expires_at", ">", now)
    .where("e.email", "=", email)
    .where("e.verified_at", "is not", null)
    .executeTakeFirst();
  return row ?? null;
}

/** A browser in which anybody at all has signed in before: the device that has been there longest; null: in none. */
export async function findAnyDevice(
  db: TenantDb,
  { token, now }: Presented,
): Promise<DeviceId | null> {
  if (token === undefined) return null;
  const row = await db
    .selectFrom("devices")
    .select("id")
    .where("token_hash", "=", hashToken(token))
    .where("expires_at", ">", now)
    .orderBy("id")
    .limit(1)
    .executeTakeFirst();
  return row?.id ?? null;
}

/** Whether a person signed in there within the last 30 days: their mailbox need not be proven again. */
export const isTrustedDevice = (device: Device | null, now: Date): boolean =>
  device !== null && device.lastUsedAt > secondsLater(now, -trustedDays * daySeconds);

/** Whether a device still stands for the second step, for at most `days` from now: a policy that became shorter counts. */
export const isRemembered = (device: Device | null, days: number, now: Date): boolean =>
  device?.rememberedUntil !== null &&
  device?.rememberedUntil !== undefined &&
  device.rememberedUntil > now &&
  device.rememberedUntil <= secondsLater(now, days * daySeconds);

export interface RememberedDevice {
  readonly id: DeviceId;
  readonly userAgent: string;
  readonly ip: string;
  readonly lastUsedAt: Date;
  readonly rememberedUntil: Date;
}

/** Browsers that stand for a person's second step, latest first. */
export async function rememberedDevices(
  db: TenantDb,
  userId: UserId,
  now: Date,
): Promise<RememberedDevice[]> {
  const rows = await db
    .selectFrom("devices")
    .select([
      "id",
      "user_agent as userAgent",
      "ip",
      "last_used_at as lastUsedAt",
      "remembered_until as rememberedUntil",
    ])
    .where("user_id", "=", userId)
    .where("remembered_until", ">", now)
    .where("expires_at", ">", now)
    .orderBy("last_used_at", "desc")
    .limit(devicesMost)
    .execute();
  return rows.flatMap(({ rememberedUntil, ...row }) =>
    rememberedUntil === null ? [] : [{ ...row, rememberedUntil }],
  );
}
