// Each question for a passkey keeps a challenge for five minutes: a page that loops must not fill the table.
import { proofLimited, waitText } from "#features/authenticators/index.ts";
import type { TenantScope } from "#platform/db/database.ts";
import { defineLimit, hit } from "#platform/limits.ts";
import type { UserId } from "#src/ids.ts";
import { texts } from "./texts.ts";

const proofOptions = defineLimit("security.passkey_questions", { most: 30, windowSeconds: 5 * 60 });

/** @throws {proofLimited} */
export async function countProofOptions(
  tenant: TenantScope,
  userId: UserId,
  now: Date,
): Promise<void> {
  const { allowed, retryAfterSeconds } = await tenant.write((db) =>
    hit(db, proofOptions, userId, now),
  );
  if (allowed) return;
  const wait = texts.passkeyTooMany(waitText(retryAfterSeconds));
  throw proofLimited({ retryAfterSeconds, errors: { "": wait } });
}
