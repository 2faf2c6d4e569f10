// An authenticator app being set up: its secret belongs to the session that asked for it. Whoever has another session of the same person,
// a thief's too, neither sees it nor puts one of their own in its place.
import { secondsLater } from "#platform/clock.ts";
import type { SealPlace } from "#platform/crypto/keyring.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { newTotpSecret, verifyTotp } from "#protocols/totp.ts";
import type { SessionId } from "#src/ids.ts";
import { keepTotp, type TotpOwner } from "./totp.ts";

/** Proof was given before the secret was made: whoever finds the page open much later must give it again. */
const pendingSeconds = 10 * 60;

export interface PendingOwner extends TotpOwner {
  readonly sessionId: SessionId;
}

const placeOf = ({ tenantId, sessionId }: PendingOwner): SealPlace => ({
  tenantId,
  table: "sessions",
  row: sessionId,
  column: "sealed_totp",
});

/** Lays a new secret by, to be confirmed within ten minutes; a confirmed one goes on until then. */
export async function startTotp(db: TenantDb, owner: PendingOwner, now: Date): Promise<void> {
  const sealed = owner.keys.seal("totp-secret", placeOf(owner), newTotpSecret());
  await db
    .updateTable("sessions")
    .set({ sealed_totp: sealed, totp_until: secondsLater(now, pendingSeconds) })
    .where("id", "=", owner.sessionId)
    .where("user_id", "=", owner.userId)
    .execute();
}

const pending = (db: TenantDb, { sessionId, userId }: PendingOwner, now: Date) =>
  db
    .selectFrom("sessions")
    .select("sealed_totp as sealed")
    .where("id", "=", sessionId)
    .where("user_id", "=", userId)
    .where("totp_until", ">", now);

/** The secret that waits for its first code in this session, in Base32; null when none does. */
export async function findPendingTotp(
  db: TenantDb,
  owner: PendingOwner,
  now: Date,
): Promise<string | null> {
  const row = await pending(db, owner, now).executeTakeFirst();
  return row?.sealed ? open(owner, row.sealed) : null;
}

const open = (owner: PendingOwner, sealed: Buffer): string =>
  owner.keys.open("totp-secret", placeOf(owner), sealed).toString();

/**
 * Makes this session's pending secret the person's authenticator if the code is right; the code's step is used up with it. "gone": none is
 * pending.
 */
export async function confirmTotp(
  db: TenantDb,
  owner: PendingOwner,
  { code, now }: { code: string; now: Date },
): Promise<"confirmed" | "wrong" | "gone"> {
  const row = await pending(db, owner, now).forUpdate().executeTakeFirst();
  if (!row?.sealed) return "gone";
  const secret = open(owner, row.sealed);
  const step = verifyTotp({ secret, code, now, lastStep: null });
  if (step === null) return "wrong";
  await keepTotp(db, owner, { secret, step, now });
  await db
    .updateTable("sessions")
    .set({ sealed_totp: null, totp_until: null })
    .where("id", "=", owner.sessionId)
    .execute();
  return "confirmed";
}
