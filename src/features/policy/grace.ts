// The days of grace: for how long setting up a stronger step may wait.
import { secondsLater } from "#platform/clock.ts";
import type { Policy } from "./schema.ts";

/** The end of the days that began when more was asked for first; null: none are left. */
export function graceUntil(
  { graceDays }: Pick<Policy, "graceDays">,
  { askedAt, now }: { askedAt: Date; now: Date },
): Date | null {
  const until = secondsLater(askedAt, graceDays * 24 * 60 * 60);
  return until > now ? until : null;
}
