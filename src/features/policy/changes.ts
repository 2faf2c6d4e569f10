// What differs between two policies, and what of it can keep people out.
import { meets } from "./strength.ts";
import { type Policy, type PolicyField, policyFields } from "./schema.ts";

export interface PolicyChange {
  readonly field: PolicyField;
  readonly from: Policy[PolicyField];
  readonly to: Policy[PolicyField];
}

/** The fields that differ, in the order of the schema. */
export function changesOf(previous: Policy, proposed: Policy): PolicyChange[] {
  return policyFields
    .filter((field) => JSON.stringify(previous[field]) !== JSON.stringify(proposed[field]))
    .map((field) => ({ field, from: previous[field], to: proposed[field] }));
}

type Risk = (from: Policy, to: Policy) => boolean;
const never: Risk = () => false;

/** Field → whether going from one policy to the other can, by this field, keep somebody out who could sign in before. */
const risks: Readonly<Record<PolicyField, Risk>> = {
  // A password that is too short or too weak still proves its person once: then they choose a better one.
  passwordMinLength: never,
  passwordMinScore: never,
  // Without mail that arrives nobody gets from a new browser to where the password is asked for.
  emailProofFirst: (from, to) => !from.emailProofFirst && to.emailProofFirst,
  // What people have enrolled may not be enough any more.
  strength: (from, to) => !meets(from.strength, to.strength),
  // Whoever counted on more days may stand before the door tomorrow.
  graceDays: (from, to) => to.graceDays < from.graceDays,
  // A second step that was saved is asked for again, and everybody has one.
  rememberDeviceDays: never,
  // Who has to set up a passkey and owns no allowed model cannot.
  passkeyAaguids: ({ passkeyAaguids: from }, { passkeyAaguids: to }) =>
    to !== null && (from === null || from.some((model) => !to.includes(model))),
  // A shorter session is followed by a sign-in.
  sessionIdleSeconds: never,
  sessionAbsoluteSeconds: never,
  keepSignedIn: never,
  // About people who are out already; that two administrators exist is checked when it is saved.
  resetNeedsTwoAdmins: never,
  // Nobody is deactivated without a warning, never the last super administrator, and an administrator lets people in again.
  inactiveAfterDays: never,
  peopleEditNames: never,
  // Addresses lead elsewhere from now on: to a provider that may not know their people, or past the one that they come by.
  defaultIdentityProviderId: (from, to) =>
    from.defaultIdentityProviderId !== to.defaultIdentityProviderId,
};

/** The fields of a change that can keep people out who can sign in now: it is tried before it stays. None: it may be saved as it is. */
export function riskyFields(previous: Policy, proposed: Policy): PolicyField[] {
  return policyFields.filter((field) => risks[field](previous, proposed));
}

/** What a sign-in has to go through to show that a change works: the mailed code at its beginning, the new default provider. */
export const mustGoThrough = (previous: Policy, proposed: Policy) => ({
  mustProveMail: proposed.emailProofFirst && !previous.emailProofFirst,
  mustComeBy:
    proposed.defaultIdentityProviderId === previous.defaultIdentityProviderId
      ? null
      : proposed.defaultIdentityProviderId,
});

/** Whether passwords that were good enough may not be any more. */
export const asksMoreOfPasswords = (previous: Policy, proposed: Policy): boolean =>
  proposed.passwordMinLength > previous.passwordMinLength ||
  proposed.passwordMinScore > previous.passwordMinScore;
