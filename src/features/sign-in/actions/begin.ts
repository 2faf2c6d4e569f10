// Ways into a sign-in: an e-mail address, or a link from a mail.
import type { FoundLink } from "#features/one-time-links/index.ts";
import { secondsLater } from "#platform/clock.ts";
import { hashToken, randomToken } from "#platform/crypto/token.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { findSignIn } from "../queries.ts";
import { signInSeconds } from "../schema.ts";

interface Begun {
  readonly now: Date;
  /** The handle this browser had before: its sign-in is dropped, so that one browser has one. */
  readonly replaces: string | undefined;
}

/** Starts a sign-in for an address. It is not looked up, so known and unknown ones cannot differ here. Answers the new handle. */
export async function beginSignIn(
  db: TenantDb,
  { email, returnTo, now, replaces }: Begun & { email: string; returnTo: string },
): Promise<string> {
  if (replaces !== undefined) await dropSignIn(db, replaces);
  const { token, hash } = randomToken();
  await db
    .insertInto("sign_ins")
    .values({
      token_hash: hash,
      state: "password",
      email,
      return_to: returnTo,
      created_at: now,
      expires_at: secondsLater(now, signInSeconds),
    })
    .execute();
  return token;
}

/**
 * Starts at choosing a new password, for someone who used a link from their mail. What this browser was waiting for goes on
 * waiting: an application that sent the person here is reached in the end.
 */
export async function beginNewPassword(
  db: TenantDb,
  {
    link,
    purpose,
    now,
    replaces,
  }: Begun & { link: FoundLink; purpose: "invitation" | "password_reset" },
): Promise<string> {
  const earlier = await findSignIn(db, replaces);
  if (replaces !== undefined) await dropSignIn(db, replaces);
  const { token, hash } = randomToken();
  await db
    .insertInto("sign_ins")
    .values({
      token_hash: hash,
      state: "new_password",
      link_purpose: purpose,
      email: link.email,
      user_id: link.userId,
      return_to: earlier?.returnTo ?? "/",
      created_at: now,
      expires_at: secondsLater(now, signInSeconds),
    })
    .execute();
  return token;
}

/** Forgets a sign-in in progress. */
export async function dropSignIn(db: TenantDb, token: string): Promise<void> {
  await db.deleteFrom("sign_ins").where("token_hash", "=", hashToken(token)).execute();
}
