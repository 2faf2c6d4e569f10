// The authenticator app: a pending secret until one of its codes was typed, then the confirmed one; each code counts once.
import { secondsLater } from "#platform/clock.ts";
import type { Keyring, SealPlace } from "#platform/crypto/keyring.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { newTotpSecret, verifyTotp } from "#protocols/totp.ts";
import type { TenantId, UserId } from "#src/ids.ts";

/** Proof was given before the secret was made: whoever finds the page open much later must give it again. */
const pendingSeconds = 15 * 60;

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

/** Lays a new secret by, to be confirmed within a quarter of an hour; a confirmed one goes on until then. */
export async function startTotp(db: TenantDb, owner: TotpOwner, now: Date): Promise<void> {
  const sealed_pending = owner.keys.seal(
    "totp-secret",
    placeOf(owner, "sealed_pending"),
    newTotpSecret(),
  );
  const pending = { sealed_pending, pending_until: secondsLater(now, pendingSeconds) };
  await db
    .insertInto("totp_authenticators")
    .values({ user_id: owner.userId, ...pending })
    .onConflict((on) => on.constraint("totp_authenticators_pkey").doUpdateSet(pending))
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
  if (!row?.sealed_pending || !row.pending_until || row.pending_until <= now) return false;
  const secret = openPendingTotp(owner, row.sealed_pending);
  const step = verifyTotp({ secret, code, now, lastStep: null });
  if (step === null) return false;
  await keepTotp(db, owner, { secret, step, now });
  return true;
}

/** Makes a secret whose first code was just right the person's authenticator; the code's step is used up with it. */
export async function keepTotp(
  db: TenantDb,
  owner: TotpOwner,
  { secret, step, now }: { secret: string; step: number; now: Date },
): Promise<void> {
  const { userId: user_id, keys } = owner;
  const kept = {
    sealed_secret: keys.seal("totp-secret", placeOf(owner, "sealed_secret"), secret),
    sealed_pending: null,
    pending_until: null,
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
    .select(["sealed_secret", "sealed_pending", "pending_until", "last_step"])
    .where("user_id", "=", userId)
    .forUpdate()
    .executeTakeFirst();
