// The refusal of a try beyond a limit.
import { waitText } from "#features/authenticators/index.ts";
import type { DomainError } from "#platform/errors.ts";
import { tooManyTries } from "./errors.ts";
import { texts } from "./texts.ts";

/** Says how long to wait, in words and as Retry-After. */
export const waitFor = (seconds: number): DomainError =>
  tooManyTries({
    retryAfterSeconds: seconds,
    errors: { "": texts.tryAgainIn(waitText(seconds)) },
  });
