// Each question for a passkey keeps a challenge for five minutes: a page that loops must not fill the table.
import { proofLimited, waitText } from "#features/authenticators/index.ts";
import type { Handling } from "#platform/http/context.ts";
import { defineLimit, hitNoted } from "#platform/limits.ts";
import type { UserId } from "#src/ids.ts";
import { texts } from "./texts.ts";

const proofOptions = defineLimit("security.passkey_questions", { most: 30, windowSeconds: 5 * 60 });

/** @throws {proofLimited} */
export async function countProofOptions({
  tenant,
  userId,
  viewer,
  now,
}: Pick<Handling<unknown, unknown>, "tenant" | "viewer" | "now"> & {
  userId: UserId;
}): Promise<void> {
  const counter = { limit: proofOptions, key: userId, about: viewer?.email ?? userId };
  const { allowed, retryAfterSeconds } = await tenant.write((db) => hitNoted(db, counter, now));
  if (allowed) return;
  const wait = texts.passkeyTooMany(waitText(retryAfterSeconds));
  throw proofLimited({ retryAfterSeconds, errors: { "": wait } });
}
