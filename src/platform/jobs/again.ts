// Trying again: transactions that lost a race which another one was meant to win, and results that a database restart must not swallow.
import { createAlarm } from "./alarm.ts";
import { errorText } from "./log.ts";

const races: readonly unknown[] = ["jobs_key_pending", "jobs_lane_leased"];
const deadlock = "40P01";
const attemptsMax = 5;

const lostARace = (error: unknown): boolean =>
  error instanceof Error &&
  (("code" in error && error.code === deadlock) ||
    ("constraint" in error && races.includes(error.constraint)));

/** Runs `transaction`, again when it lost such a race, five times at most. The next time it sees what the winner wrote. */
export async function againAfterRace<T>(transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transaction();
    } catch (error) {
      if (attempt === attemptsMax || !lostARace(error)) throw error;
    }
  }
}

const delayFirstSeconds = 0.1;
const delayMaxSeconds = 5;
const giveUpSeconds = 120;

/** What `write` answers, or why it failed for the last time: after two minutes, or once `closing` aborts. Never rejects. */
export async function insist<T>(
  closing: AbortSignal,
  write: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly failure: string }> {
  const startedAt = performance.now();
  const alarm = createAlarm();
  closing.addEventListener("abort", alarm.ring);
  try {
    for (let delaySeconds = delayFirstSeconds; ; delaySeconds *= 2) {
      try {
        return { value: await write() };
      } catch (error) {
        const isLast = performance.now() - startedAt > giveUpSeconds * 1000;
        if (isLast || closing.aborted) return { failure: errorText(error) };
      }
      await alarm.wait(Math.min(delaySeconds, delayMaxSeconds));
    }
  } finally {
    closing.removeEventListener("abort", alarm.ring);
  }
}
