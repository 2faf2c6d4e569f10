// Refusals at the door. Whatever may reveal an account has one text, whatever the cause.
import { defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

export const signInRefused = defineError("sign_in.refused", { status: 422, title: texts.refused });
export const codeRefused = defineError("sign_in.code_refused", {
  status: 422,
  title: texts.codeWrong,
});
export const tooManyTries = defineError("sign_in.too_many_tries", {
  status: 429,
  title: texts.tooMany,
});
export const newPasswordRefused = defineError("sign_in.new_password_refused", {
  status: 422,
  title: texts.newPasswordRefused,
});
export const signInExpired = defineError("sign_in.expired", {
  status: 410,
  title: texts.expiredTitle,
});
export const passkeyRefused = defineError("sign_in.passkey_refused", {
  status: 422,
  title: texts.passkeyRefused,
});
export const enrolmentRefused = defineError("sign_in.enrolment_refused", {
  status: 422,
  title: texts.enrolRefused,
});
