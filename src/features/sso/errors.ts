// Refusals that are shown to the person, because there is no application that could be trusted with an answer.
import { defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

export const requestInvalid = defineError("sso.request_invalid", {
  status: 400,
  title: texts.requestInvalid,
});
export const unknownApplication = defineError("sso.unknown_application", {
  status: 400,
  title: texts.unknownApplication,
});
export const applicationDisabled = defineError("sso.application_disabled", {
  status: 403,
  title: texts.applicationDisabled,
});
export const signatureRefused = defineError("sso.signature_refused", {
  status: 400,
  title: texts.signatureRefused,
});
export const wrongDestination = defineError("sso.wrong_destination", {
  status: 400,
  title: texts.wrongDestination,
});
export const staleRequest = defineError("sso.stale_request", {
  status: 400,
  title: texts.staleRequest,
});
export const acsRefused = defineError("sso.acs_refused", { status: 400, title: texts.acsRefused });
export const requestReplayed = defineError("sso.request_replayed", {
  status: 400,
  title: texts.replayed,
});
export const tooManyRequests = defineError("sso.too_many_requests", {
  status: 429,
  title: texts.tooMany,
});
export const requestGone = defineError("sso.request_gone", {
  status: 410,
  title: texts.requestGone,
});
export const otherBrowser = defineError("sso.other_browser", {
  status: 403,
  title: texts.otherBrowser,
});
export const launchDenied = defineError("sso.launch_denied", {
  status: 403,
  title: texts.deniedLaunch,
});
export const personUnknown = defineError("sso.person_unknown", {
  status: 422,
  title: texts.personUnknown,
});
