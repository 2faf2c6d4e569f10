import { defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

export const passkeyNeeded = defineError("security.passkey_needed", {
  status: 422,
  title: texts.stepUpPasskeyOnly,
});
export const signInNeeded = defineError("security.sign_in_needed", {
  status: 422,
  title: texts.signInNeeded,
});
