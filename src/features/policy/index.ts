export {
  asksMoreOfPasswords,
  changesOf,
  mustGoThrough,
  type PolicyChange,
  riskyFields,
} from "./changes.ts";
export { graceUntil } from "./grace.ts";
export { provenMost } from "./proven.ts";
export { findPolicy, groupDemands, requiredStrength } from "./queries.ts";
export {
  contradictions,
  defaultPolicy,
  Method,
  OwnStrength,
  passwordAloneMinLength,
  Policy,
  type PolicyField,
  policyFields,
  Strength,
} from "./schema.ts";
export { type SessionLimits, sessionLimits } from "./session-limits.ts";
export { methodsText, strengthText, worthText } from "./words.ts";
export { meets, strengthOf, strictest } from "./strength.ts";
export {
  findPolicyState,
  findTrial,
  insertTrial,
  lockPolicyState,
  markApplied,
  markEnded,
  type PolicyState,
  type PolicyTrial,
  storePolicy,
  trialAppliedSeconds,
  trialOpenSeconds,
} from "./trials.ts";
