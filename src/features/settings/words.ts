// The policy in words: for the page, for mails, and for whoever is told what changed meanwhile.
import { changesOf, type Policy, type PolicyField, strengthText } from "#features/policy/index.ts";
import { texts } from "./texts.ts";

const yesNo = (value: boolean) => (value ? texts.yes : texts.no);

/** "24 hours": in the largest unit that leaves no rest; a single day is hours, as people say it. */
export function durationText(seconds: number): string {
  if (seconds % 86_400 === 0 && seconds > 86_400) return texts.days(seconds / 86_400);
  if (seconds % 3_600 === 0) return texts.hours(seconds / 3_600);
  return seconds % 60 === 0 ? texts.minutes(seconds / 60) : texts.seconds(seconds);
}

/** Identity providers by id, as people call them. */
export type ProviderNames = ReadonlyMap<string, string>;

/** A setting's value as people say it. */
export const valueText: Readonly<
  Record<PolicyField, (policy: Policy, providers: ProviderNames) => string>
> = {
  passwordMinLength: (policy) => texts.characters(policy.passwordMinLength),
  passwordMinScore: (policy) => (policy.passwordMinScore === 3 ? texts.score3 : texts.score4),
  emailProofFirst: (policy) => yesNo(policy.emailProofFirst),
  strength: (policy) => strengthText[policy.strength],
  graceDays: ({ graceDays }) => (graceDays === 0 ? texts.atOnce : texts.days(graceDays)),
  rememberDeviceDays: ({ rememberDeviceDays: days }) =>
    days === 0 ? texts.never : texts.days(days),
  passkeyAaguids: ({ passkeyAaguids: models }) =>
    models === null ? texts.anyModel : texts.models(models.length),
  sessionIdleSeconds: ({ sessionIdleSeconds: seconds }) =>
    seconds === null ? texts.noLimit : durationText(seconds),
  sessionAbsoluteSeconds: (policy) => durationText(policy.sessionAbsoluteSeconds),
  keepSignedIn: (policy) => yesNo(policy.keepSignedIn),
  resetNeedsTwoAdmins: (policy) => yesNo(policy.resetNeedsTwoAdmins),
  inactiveAfterDays: ({ inactiveAfterDays: days }) =>
    days === null ? texts.never : texts.days(days),
  peopleEditNames: (policy) => yesNo(policy.peopleEditNames),
  defaultIdentityProviderId: ({ defaultIdentityProviderId: id }, providers) =>
    id === null ? texts.noProvider : (providers.get(id) ?? texts.aProvider),
};

/** One line for each setting that differs: "Password length: At least 15 characters → At least 16 characters". */
export const wordsOf = (previous: Policy, policy: Policy, providers: ProviderNames): string[] =>
  changesOf(previous, policy).map(({ field }) =>
    texts.fromTo(
      texts[field],
      valueText[field](previous, providers),
      valueText[field](policy, providers),
    ),
  );
