// Challenges: 32 random bytes that one browser may answer once within five minutes.
import { randomBytes } from "node:crypto";
import { secondsLater } from "#platform/clock.ts";
import { randomToken } from "#platform/crypto/token.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { ceremonySeconds } from "#protocols/webauthn/options.ts";
import type { UserId } from "#src/ids.ts";
import { hashesOf } from "./handle.ts";
import type { Ceremony } from "./schema.ts";

export interface Purpose {
  readonly ceremony: Ceremony;
  /** Whom it is for; null: whoever can answer it. */
  readonly userId: UserId | null;
}

/** A new challenge, and the handle that only the browser gets. */
export async function issueChallenge(
  db: TenantDb,
  { ceremony, userId }: Purpose,
  now: Date,
): Promise<{ challenge: Buffer; handle: string }> {
  const challenge = randomBytes(32);
  const { token, hash } = randomToken();
  await db
    .insertInto("passkey_challenges")
    .values({
      ceremony,
      user_id: userId,
      challenge,
      token_hash: hash,
      created_at: now,
      expires_at: secondsLater(now, ceremonySeconds),
    })
    .execute();
  return { challenge, handle: token };
}

/** Uses a challenge up: it is gone, whatever comes of it. One statement: of two answers at once one wins. Null when it is not there. */
export async function consumeChallenge(
  db: TenantDb,
  {
    handle,
    challenge,
    ceremony,
  }: { handle: string | undefined; challenge: Buffer | null; ceremony: Ceremony },
) {
  const hashes = hashesOf(handle);
  if (challenge === null || hashes.length === 0) return null;
  const row = await db
    .deleteFrom("passkey_challenges")
    .where("token_hash", "in", hashes)
    .where("challenge", "=", challenge)
    .where("ceremony", "=", ceremony)
    .returning(["user_id as userId", "challenge", "expires_at as expiresAt"])
    .executeTakeFirst();
  return row ?? null;
}

/** This browser's newest challenge for a registration of this person that can still be answered. */
export async function findRegistrationChallenge(
  db: TenantDb,
  { handle, userId, now }: { handle: string | undefined; userId: UserId; now: Date },
): Promise<Buffer | null> {
  const hashes = hashesOf(handle);
  if (hashes.length === 0) return null;
  const row = await db
    .selectFrom("passkey_challenges")
    .select("challenge")
    .where("token_hash", "in", hashes)
    .where("ceremony", "=", "registration")
    .where("user_id", "=", userId)
    .where("expires_at", ">", now)
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.challenge ?? null;
}
