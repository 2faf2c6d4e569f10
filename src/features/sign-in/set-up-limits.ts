// How often somebody in a sign-in may try what they choose or set up there: each costs a hash, a question to the breach list or a row. One count
// a person, whatever way the sign-in came to it.
import type { TenantDb } from "#platform/db/database.ts";
import { defineLimit, hitNoted, type LimitDefinition } from "#platform/limits.ts";
import type { Wait } from "./limits.ts";

export const newPasswords = defineLimit("sign_in.new_passwords", {
  most: 20,
  windowSeconds: 15 * 60,
});
export const passkeySetUps = defineLimit("sign_in.passkey_set_ups", {
  most: 30,
  windowSeconds: 5 * 60,
});
export const firstCodes = defineLimit("sign_in.first_codes", { most: 5, windowSeconds: 5 * 60 });

/** Counts one try. In a transaction that ends well: what is thrown takes the count back. */
export async function countSetUp(
  db: TenantDb,
  limit: LimitDefinition,
  { userId, email, now }: { userId: string; email: string; now: Date },
): Promise<Wait> {
  const { allowed, retryAfterSeconds } = await hitNoted(
    db,
    { limit, key: userId, about: email },
    now,
  );
  return allowed ? null : retryAfterSeconds;
}
