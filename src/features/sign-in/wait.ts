// How long to wait, in words, and the refusal that says so.
import type { DomainError } from "#platform/errors.ts";
import { tooManyTries } from "./errors.ts";
import { texts } from "./texts.ts";

/** "12 minutes": rounded up, so that nobody comes back too early. */
export function waitText(seconds: number): string {
  if (seconds < 60) return texts.seconds(seconds);
  if (seconds < 2 * 60 * 60) return texts.minutes(Math.ceil(seconds / 60));
  return texts.hours(Math.ceil(seconds / 3_600));
}

/** The refusal of a try beyond a limit, with Retry-After. */
export const waitFor = (seconds: number): DomainError =>
  tooManyTries({
    retryAfterSeconds: seconds,
    errors: { "": texts.tryAgainIn(waitText(seconds)) },
  });
