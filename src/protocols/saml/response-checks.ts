// Checks of a Response and its assertion against what we know: who was asked, where, for what, and the clock (Profiles §4.1.4.3). Each is
// one line of the list that the door reads from top to bottom.

import { statusCodes } from "./constants.ts";
import { SamlError } from "./errors.ts";
import { nameIdFormats } from "./name-id.ts";
import type { ReadAssertion, ResponseEnvelope } from "./read-response.ts";
import type { NameId } from "./values.ts";

/** Differences between two clocks that are nobody's fault; on every instant alike. */
const skewSeconds = 120;
/** A response that was issued longer ago was kept by somebody. */
const responseMaxAgeSeconds = 600;
const bearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer";

/** The provider refuses: nothing else in the message is looked at. @throws {SamlError} status_not_success */
export function checkStatus({ status }: Pick<ResponseEnvelope, "status">): void {
  if (status.code === statusCodes.success) {
    // A second level says that something is wrong after all (Core §3.2.2.2).
    if (status.subCode === undefined) return;
  }
  const last = (code: string) => code.split(":").at(-1) ?? code;
  throw new SamlError("status_not_success", `status ${last(status.code)}`, {
    facts: {
      status: [status.code, status.subCode ?? ""].filter(Boolean).map(last).join(" "),
      ...(status.message === undefined ? {} : { message: status.message }),
    },
  });
}

/**
 * The response was meant for this address, character by character; one that is signed itself must say so (Bindings §3.5.5.2). Stops a
 * response for another service provider.
 * @throws {SamlError} destination_mismatch
 */
export function checkResponseDestination(
  { destination }: Pick<ResponseEnvelope, "destination">,
  { acsUrl, isSigned }: { acsUrl: string; isSigned: boolean },
): void {
  if (destination === undefined && !isSigned) return;
  if (destination !== acsUrl) {
    throw new SamlError("destination_mismatch", `expected "${acsUrl}"`, {
      facts: { theirs: destination ?? "", ours: acsUrl },
    });
  }
}

/** @throws {SamlError} assertion_expired or assertion_not_yet_valid */
export function checkResponseAge(
  { issueInstant }: Pick<ResponseEnvelope, "issueInstant">,
  now: Date,
): void {
  const ageSeconds = secondsBetween(issueInstant, now);
  if (ageSeconds > responseMaxAgeSeconds + skewSeconds)
    throw late("the response is old", ageSeconds - responseMaxAgeSeconds);
  if (ageSeconds < -skewSeconds) throw early("the response is from the future", -ageSeconds);
}

/**
 * Both issuers, where they are given, are the provider that was asked: the key of one does not speak for another (mix-up).
 * @throws {SamlError} issuer_mismatch
 */
export function checkIssuers(
  { issuer }: Pick<ResponseEnvelope, "issuer">,
  assertion: Pick<ReadAssertion, "issuer"> | null,
  expected: string,
): void {
  for (const theirs of [issuer, assertion?.issuer]) {
    if (theirs !== undefined && theirs !== expected) {
      throw new SamlError("issuer_mismatch", "the issuer is another", {
        facts: { theirs, ours: expected },
      });
    }
  }
}

/** Every restriction names us, and there is one (Profiles §4.1.4.2). @throws {SamlError} audience_mismatch */
export function checkAudience({ conditions }: Pick<ReadAssertion, "conditions">, ours: string) {
  const audiences = conditions?.audiences ?? [];
  if (audiences.length > 0 && audiences.every((names) => names.includes(ours))) return;
  throw new SamlError("audience_mismatch", "the assertion is for another audience", {
    facts: { theirs: audiences.flat().join(", "), ours },
  });
}

/** The window of the assertion, which must have an end. @throws {SamlError} assertion_expired or assertion_not_yet_valid */
export function checkConditions({ conditions }: Pick<ReadAssertion, "conditions">, now: Date) {
  if (!conditions) throw new SamlError("audience_mismatch", "the assertion has no Conditions");
  checkWindow(conditions, now);
}

interface Expected {
  readonly acsUrl: string;
  readonly requestId: string;
  readonly now: Date;
}

/**
 * One bearer confirmation is for this address, this request and now (Profiles §4.1.4.2): whoever brings the assertion is its person.
 * @throws {SamlError} confirmation_refused, recipient_mismatch, unknown_request, assertion_expired or assertion_not_yet_valid
 */
export function checkConfirmation(
  { confirmations }: Pick<ReadAssertion, "confirmations">,
  { acsUrl, requestId, now }: Expected,
): void {
  const [first, ...others] = confirmations.filter(({ method }) => method === bearer);
  if (!first) throw new SamlError("confirmation_refused", "no bearer confirmation");
  const problems = [first, ...others].map((confirmation) => {
    try {
      confirm(confirmation, { acsUrl, requestId, now });
      return null;
    } catch (error) {
      if (error instanceof SamlError) return error;
      throw error;
    }
  });
  const [problem] = problems;
  if (problem && !problems.includes(null)) throw problem;
}

function confirm(
  confirmation: ReadAssertion["confirmations"][number],
  { acsUrl, requestId, now }: Expected,
): void {
  const { recipient, inResponseTo, notBefore, notOnOrAfter } = confirmation;
  if (recipient !== acsUrl) {
    throw new SamlError("recipient_mismatch", "the recipient is another", {
      facts: { theirs: recipient ?? "", ours: acsUrl },
    });
  }
  // "The service provider MUST NOT accept NotBefore" on a bearer confirmation.
  if (notBefore !== undefined)
    throw new SamlError("confirmation_refused", "NotBefore on a bearer confirmation");
  if (inResponseTo !== requestId)
    throw new SamlError("unknown_request", "the confirmation answers another request");
  checkWindow({ notBefore, notOnOrAfter }, now);
}

function checkWindow(
  { notBefore, notOnOrAfter }: { notBefore: Date | undefined; notOnOrAfter: Date | undefined },
  now: Date,
): void {
  if (!notOnOrAfter) throw new SamlError("confirmation_refused", "NotOnOrAfter is absent");
  const lateSeconds = secondsBetween(notOnOrAfter, now);
  if (lateSeconds >= skewSeconds) throw late("NotOnOrAfter has passed", lateSeconds);
  const earlySeconds = notBefore ? secondsBetween(now, notBefore) : 0;
  if (earlySeconds > skewSeconds) throw early("NotBefore is in the future", earlySeconds);
}

/**
 * The person proved who they are at the provider, its session is not over, and, where everything was asked for again, the proof is newer
 * than the request (Core §3.4.1, ForceAuthn; a provider that ignores it must not pass).
 * @throws {SamlError} authn_statement_missing, authn_too_old, assertion_expired or assertion_not_yet_valid
 */
export function checkAuthn(
  { authn }: Pick<ReadAssertion, "authn">,
  { now, notBefore }: { now: Date; notBefore: Date | null },
): void {
  if (!authn) throw new SamlError("authn_statement_missing", "no AuthnStatement");
  const { sessionNotOnOrAfter, instant } = authn;
  if (sessionNotOnOrAfter) {
    const lateSeconds = secondsBetween(sessionNotOnOrAfter, now);
    if (lateSeconds >= skewSeconds) throw late("SessionNotOnOrAfter has passed", lateSeconds);
  }
  const earlySeconds = secondsBetween(now, instant);
  if (earlySeconds > skewSeconds) throw early("AuthnInstant is in the future", earlySeconds);
  if (notBefore === null) return;
  const oldSeconds = secondsBetween(instant, notBefore);
  if (oldSeconds > skewSeconds) {
    throw new SamlError("authn_too_old", "the proof is older than the request", {
      facts: { seconds: Math.round(oldSeconds) },
    });
  }
}

/**
 * A name that another authority made, or made for somebody else, means another person (Core §8.3.7).
 * @throws {SamlError} name_id_refused
 */
export function checkNameId(
  nameId: NameId | undefined,
  { theirEntityId, ourEntityId }: { theirEntityId: string; ourEntityId: string },
): void {
  if (!nameId) return;
  const { nameQualifier, spNameQualifier } = nameId;
  const isTheirs = nameQualifier === undefined || nameQualifier === theirEntityId;
  const isForUs = spNameQualifier === undefined || spNameQualifier === ourEntityId;
  if (!isTheirs || !isForUs) {
    throw new SamlError("name_id_refused", "the name is qualified by another party", {
      facts: { theirs: nameQualifier ?? spNameQualifier ?? "", ours: theirEntityId },
    });
  }
  if (nameId.format === nameIdFormats.entity)
    throw new SamlError("name_id_refused", "the subject is no person");
}

/** How long the assertion could be used again: until the latest of its ends. */
export function usableUntil({ conditions, confirmations }: ReadAssertion, now: Date): Date {
  const ends = [conditions?.notOnOrAfter, ...confirmations.map((one) => one.notOnOrAfter)];
  const latest = Math.max(now.getTime(), ...ends.map((end) => end?.getTime() ?? 0));
  return new Date(latest + skewSeconds * 1_000);
}

const secondsBetween = (from: Date, to: Date): number => (to.getTime() - from.getTime()) / 1_000;
const late = (message: string, seconds: number) =>
  new SamlError("assertion_expired", message, { facts: { seconds: Math.round(seconds) } });
const early = (message: string, seconds: number) =>
  new SamlError("assertion_not_yet_valid", message, { facts: { seconds: Math.round(seconds) } });
