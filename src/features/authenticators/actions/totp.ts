// The authenticator app: a pending secret until one of its codes was typed, then the confirmed one; each code counts once.
import type { Keyring, SealPlace } from "#platform/crypto/keyring.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { newTotpSecret, verifyTotp } from "#protocols/totp.ts";
import type { TenantId, UserId } from "#src/ids.ts";

/** Whose secret, and what opens it. */
export interface TotpOwner {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly keys: Keyring;
}

const placeOf = (
  { tenantId, userId }: TotpOwner,
  column: "sealed_secret" | "sealed_pending",
): SealPlace => ({
  tenantId,
  table: "totp_authenticators",
  row: userId,
  column,
});

/** Lays a new secret by, to be confirmed; a confirmed one goes on until then. */
export async function startTotp(db: TenantDb, owner: TotpOwner): Promise<void> {
  const sealed = owner.keys.seal("totp-secret", placeOf(owner, "sealed_pending"), newTotpSecret());
  await db
    .insertInto("totp_authenticators")
    .values({ user_id: owner.userId, sealed_pending: sealed })
    .onConflict((on) =>
      on.constraint("totp_authenticators_pkey").doUpdateSet({ sealed_pending: sealed }),
    )
    .execute();
}

/** The secret that waits for its first code, in Base32. */
export const openPendingTotp = (owner: TotpOwner, sealedPending: Buffer): string =>
  owner.keys.open("totp-secret", placeOf(owner, "sealed_pending"), sealedPending).toString();

/** Makes the pending secret the person's authenticator if the code is right. The code's step is used up with it. */
export async function confirmTotp(
  db: TenantDb,
  owner: TotpOwner,
  { code, now }: { code: string; now: Date },
): Promise<boolean> {
  const row = await lockTotp(db, owner.userId);
  if (!row?.sealed_pending) return false;
  const secret = openPendingTotp(owner, row.sealed_pending);
  const step = verifyTotp({ secret, code, now, lastStep: null });
  if (step === null) return false;
  await db
    .updateTable("totp_authenticators")
    .set({
      sealed_secret: owner.keys.seal("totp-secret", placeOf(owner, "sealed_secret"), secret),
      sealed_pending: null,
      last_step: step,
      confirmed_at: now,
    })
    .where("user_id", "=", owner.userId)
    .execute();
  await db
    .updateTable("users")
    .set({ second_step: "totp" })
    .where("id", "=", owner.userId)
    .execute();
  return true;
}

/** Whether a code of the confirmed secret is right and was not used before; uses it up. The row is locked: of two at once one wins. */
export async function useTotpCode(
  db: TenantDb,
  owner: TotpOwner,
  { code, now }: { code: string; now: Date },
): Promise<boolean> {
  const row = await lockTotp(db, owner.userId);
  if (!row?.sealed_secret) return false;
  const secret = owner.keys
    .open("totp-secret", placeOf(owner, "sealed_secret"), row.sealed_secret)
    .toString();
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
    .select(["sealed_secret", "sealed_pending", "last_step"])
    .where("user_id", "=", userId)
    .forUpdate()
    .executeTakeFirst();
