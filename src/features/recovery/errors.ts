import { defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

export const nothingToReset = defineError("recovery.nothing_to_reset", {
  status: 409,
  title: texts.nothingToReset,
});
export const ownSecondSteps = defineError("recovery.own_second_steps", {
  status: 409,
  title: texts.ownSecondSteps,
});
export const resetWaits = defineError("recovery.reset_waits", {
  status: 409,
  title: texts.resetWaits,
});
export const nobodyToApprove = defineError("recovery.nobody_to_approve", {
  status: 409,
  title: texts.nobodyToApprove,
});
export const needsPerson = defineError("recovery.needs_person", {
  status: 403,
  title: texts.needsPerson,
});
export const ownRequest = defineError("recovery.own_request", {
  status: 409,
  title: texts.ownRequest,
});
export const requestNotFound = defineError("recovery.request_not_found", {
  status: 404,
  title: texts.requestNotFound,
});
export const alreadyDecided = defineError("recovery.already_decided", {
  status: 409,
  title: texts.alreadyDecided,
});
export const requestOver = defineError("recovery.request_over", {
  status: 409,
  title: texts.requestOver,
});
export const recoveryNotPossible = defineError("recovery.never_signed_in", {
  status: 409,
  title: texts.neverSignedIn,
});
export const comesByItsProvider = defineError("recovery.comes_by_provider", {
  status: 409,
  title: texts.comesByItsProvider,
});
export const addressNotVerified = defineError("recovery.address_not_verified", {
  status: 409,
  title: texts.addressNotVerified,
});
