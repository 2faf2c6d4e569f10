// Refusals where a signed-in person changes how they prove who they are.
import { defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

export const proofWrong = defineError("authenticators.proof_wrong", {
  status: 422,
  title: texts.proofWrong,
});
export const proofLimited = defineError("authenticators.too_many_tries", {
  status: 429,
  title: texts.tooManyTries,
});
export const newPasswordRefused = defineError("authenticators.new_password_refused", {
  status: 422,
  title: texts.newPasswordRefused,
});
export const totpNotPending = defineError("authenticators.totp_not_pending", {
  status: 409,
  title: texts.totpNotPending,
});
export const totpCodeWrong = defineError("authenticators.totp_code_wrong", {
  status: 422,
  title: texts.totpCodeWrong,
});
export const factorNeeded = defineError("authenticators.factor_needed", {
  status: 409,
  title: texts.factorNeeded,
});
export const suspendedInTheWay = defineError("authenticators.suspended_in_the_way", {
  status: 409,
  title: texts.suspendedInTheWay,
});
export const passkeyNotAdded = defineError("authenticators.passkey_not_added", {
  status: 422,
  title: texts.passkeyNotAdded,
});
export const noTotp = defineError("authenticators.no_totp", { status: 409, title: texts.noTotp });
