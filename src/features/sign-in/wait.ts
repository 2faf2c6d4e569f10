// The refusal of a try beyond a limit.
import { waitText } from "#features/authenticators/index.ts";
import type { DomainError } from "#platform/errors.ts";
import { tooManyTries } from "./errors.ts";
import { texts } from "./texts.ts";

/** Nobody waits longer than this who could ask somebody. */
const longSeconds = 24 * 60 * 60;

/** Says how long to wait, in words and as Retry-After. */
export const waitFor = (seconds: number): DomainError =>
  refusal(seconds, seconds > longSeconds ? texts.tryAgainOrAsk : texts.tryAgainIn);

/** The same where a link to a new password is a way on: at the password, and where the mailbox is to be proven before it. */
export const waitForPassword = (seconds: number): DomainError =>
  refusal(seconds, texts.tryAgainOrReset);

const refusal = (seconds: number, say: (wait: string) => string): DomainError =>
  tooManyTries({
    retryAfterSeconds: seconds,
    errors: { "": say(waitText(seconds)) },
  });
