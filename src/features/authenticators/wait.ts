// How long to wait, in words.
import { texts } from "./texts.ts";

/** "12 minutes": rounded up, so that nobody comes back too early. */
export function waitText(seconds: number): string {
  if (seconds < 60) return texts.seconds(Math.ceil(seconds));
  if (seconds < 2 * 60 * 60) return texts.minutes(Math.ceil(seconds / 60));
  if (seconds < 2 * 24 * 60 * 60) return texts.hours(Math.ceil(seconds / 3_600));
  return texts.days(Math.ceil(seconds / 86_400));
}
