// The authenticator app, once one of its codes was typed (pending-totp.ts is before that); each code counts once.
import type { Keyring, SealPlace } from "#platform/crypto/keyring.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { verifyTotp } from "#protocols/totp.ts";
import type { TenantId, UserId } from "#src/ids.ts";

/** Whose secret, and what opens it. */
export interface TotpOwner {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly keys: Keyring;
}

const placeOf = ({ tenantId, userId }: TotpOwner): SealPlace => ({
  tenantId,
  table: "totp_authenticators",
  row: userId,
  column: "sealed_secret",
});

/** Makes a secret whose first code was just right the person's authenticator; the code's step is used up with it. */
export async function keepTotp(
  db: TenantDb,
  owner: TotpOwner,
  { secret, step, now }: { secret: string; step: number; now: Date },
): Promise<void> {
  const { userId: user_id, keys } = owner;
  const kept = {
    sealed_secret: keys.seal("totp-secret", placeOf(owner), secret),
    last_step: step,
    confirmed_at: now,
  };
  await db
    .insertInto("totp_authenticators")
    .values({ user_id, ...kept })
    .onConflict((on) => on.constraint("totp_authenticators_pkey").doUpdateSet(kept))
    .execute();
  await db.updateTable("users").set({ second_step: "totp" }).where("id", "=", user_id).execute();
}

/** Whether a code of the confirmed secret is right and was not used before; uses it up. The row is locked: of two at once one wins. */
export async function useTotpCode(
  db: TenantDb,
  owner: TotpOwner,
  { code, now }: { code: string; now: Date },
): Promise<boolean> {
  const row = await lockTotp(db, owner.userId);
  if (!row?.sealed_secret) return false;
  const secret = owner.keys.open("totp-secret", placeOf(owner), row.sealed_secret).toString();
  const lastStep = row.last_step === null ? null : Number(row.last_step);
  const step = verifyTotp({ secret, code, now, lastStep });
  if (step === null) return false;
  await db
    .updateTable("totp_authenticators")
    .set({ last_step: step })
    .where("user_id", "=", owner.userId)
    .execute();
  return true;
}

/** Takes the authenticator app away: codes by e-mail are the second step again. */
export async function dropTotp(db: TenantDb, userId: UserId): Promise<void> {
  await db.deleteFrom("totp_authenticators").where("user_id", "=", userId).execute();
  await db.updateTable("users").set({ second_step: "email" }).where("id", "=", userId).execute();
}

const lockTotp = (db: TenantDb, userId: UserId) =>
  db
    .selectFrom("totp_authenticators")
    .select(["sealed_secret", "last_step"])
    .where("user_id", "=", userId)
    .forUpdate()
    .executeTakeFirst();
