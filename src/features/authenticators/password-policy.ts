// Which passwords are accepted: long enough, hard to guess for someone who knows the person, not common, not in a known breach.
import type { PasswordProblem } from "#platform/passwords/strength.ts";
import { assessPassword, type PasswordPolicy, problemText } from "#platform/passwords/strength.ts";
import { breached } from "#platform/passwords/breached.ts";
import { texts as passwordTexts } from "#platform/passwords/texts.ts";
import type { Services } from "#platform/services.ts";
import {
  passwordMinLength,
  passwordMinScore,
  type PasswordRating,
  type PersonFacts,
} from "./schema.ts";
import { texts } from "./texts.ts";

interface Candidate {
  readonly password: string;
  readonly person: PersonFacts;
  /** The tenant's name. */
  readonly organisation: string;
}

function policyFor({ person, organisation }: Candidate): PasswordPolicy {
  return {
    minLength: passwordMinLength,
    minScore: passwordMinScore,
    inputs: [
      person.firstName,
      person.lastName,
      `${person.firstName}${person.lastName}`,
      person.email,
      organisation,
    ],
  };
}

/** The sentence that says why a new password is refused, or null. Asks the breach service last; when it cannot be reached, that check is left out. */
export async function newPasswordProblem(
  { outbound }: Pick<Services, "outbound">,
  candidate: Candidate,
  signal: AbortSignal,
): Promise<string | null> {
  const policy = policyFor(candidate);
  const { problems } = await assessPassword(candidate.password, policy);
  const [worst] = problems.toSorted((a, b) => order.indexOf(a) - order.indexOf(b));
  if (worst !== undefined) return problemText(worst, policy);
  const isBreached = (await breached(outbound, candidate.password, { signal })) === "yes";
  return isBreached ? passwordTexts.breached : null;
}

const justNotAccepted = 2;

/** What helps the person most comes first. */
const order: readonly PasswordProblem[] = ["too_long", "common", "too_short", "too_weak"];

/** How good a password is that is still being typed; asks nobody outside. */
export async function ratePassword(candidate: Candidate): Promise<PasswordRating> {
  if (candidate.password === "") return { score: null, advice: null };
  const policy = policyFor(candidate);
  const { ok, score, problems, warning, suggestions } = await assessPassword(
    candidate.password,
    policy,
  );
  if (ok) return { score, advice: texts.passwordGoodEnough };
  // A score that is not accepted must not look like one that is.
  const shown = score < passwordMinScore ? score : justNotAccepted;
  const [worst] = problems.toSorted((a, b) => order.indexOf(a) - order.indexOf(b));
  const isTooWeak = worst === undefined || worst === "too_weak";
  const advice = isTooWeak
    ? (warning ?? suggestions[0] ?? texts.passwordAddWords)
    : problemText(worst, policy);
  return { score: shown, advice };
}
