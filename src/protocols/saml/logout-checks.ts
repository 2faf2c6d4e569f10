// Checks of a verified logout message against what we know: our address and the clock (Core §3.2.1, §3.7.1). Each is one line of the list
// that the door reads from top to bottom.

import { checkDestination, checkFreshness } from "./authn-request-checks.ts";
import { SamlError } from "./errors.ts";
import type { LogoutMessage, LogoutRequest } from "./logout-messages.ts";
import { nameIdFormats } from "./name-id.ts";
import type { NameId } from "./values.ts";

/** Differences between two clocks that are nobody's fault. */
const skewSeconds = 120;

/**
 * Signed by who it says it is from, for this address, now.
 * @throws {SamlError} issuer_mismatch, destination_mismatch, request_expired, request_not_yet_valid
 */
export function checkLogoutMessage(
  message: LogoutMessage,
  { issuer, url, now }: { issuer: string; url: string; now: Date },
): void {
  // The key of one does not speak for another.
  if (message.issuer !== issuer) throw new SamlError("issuer_mismatch", "the issuer is another");
  checkDestination(message, { url, isSigned: true });
  checkFreshness(message, now);
  if (message.kind === "request") checkNotOnOrAfter(message, now);
}

function checkNotOnOrAfter({ notOnOrAfter }: LogoutRequest, now: Date): void {
  if (notOnOrAfter === undefined) return;
  const lateSeconds = (now.getTime() - notOnOrAfter.getTime()) / 1_000;
  if (lateSeconds >= skewSeconds) throw new SamlError("request_expired", "NotOnOrAfter has passed");
}

/**
 * Whether a request means the identifier that we know (Core §3.3.4, strongly matching): the same value, and nothing that it says about
 * the format or the parties differs. What it leaves out, it leaves open.
 */
export function meansSame(asked: NameId, known: NameId): boolean {
  const isFormat =
    asked.format === nameIdFormats.unspecified ||
    known.format === nameIdFormats.unspecified ||
    asked.format === known.format;
  const same = (theirs: string | undefined, ours: string | undefined) =>
    theirs === undefined || ours === undefined || theirs === ours;
  return (
    asked.value === known.value &&
    isFormat &&
    same(asked.nameQualifier, known.nameQualifier) &&
    same(asked.spNameQualifier, known.spNameQualifier)
  );
}
