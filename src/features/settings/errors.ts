import { defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

export const settingsChanged = defineError("settings.changed_meanwhile", {
  status: 409,
  title: texts.changedMeanwhile,
});
export const trialNeeded = defineError("settings.trial_needed", {
  status: 409,
  title: texts.trialNeeded,
});
export const trialIsOpen = defineError("settings.trial_open", {
  status: 409,
  title: texts.trialIsOpen,
});
export const nothingToTry = defineError("settings.nothing_to_try", {
  status: 422,
  title: texts.nothingToTry,
});
export const tooFewAdmins = defineError("settings.too_few_admins", {
  status: 422,
  title: texts.tooFewAdmins,
});
export const trialNotFound = defineError("settings.trial_not_found", {
  status: 404,
  title: texts.trialNotFound,
});
export const trialOver = defineError("settings.trial_over", {
  status: 409,
  title: texts.trialOver,
});
export const trialNotTested = defineError("settings.trial_not_tested", {
  status: 409,
  title: texts.trialNotTested,
});
export const trialNotApplied = defineError("settings.trial_not_applied", {
  status: 409,
  title: texts.trialNotApplied,
});
export const proofTooOld = defineError("settings.proof_too_old", {
  status: 409,
  title: texts.proofTooOld,
});
export const defaultUnknown = defineError("settings.default_provider_unknown", {
  status: 422,
  title: texts.defaultUnknown,
});
