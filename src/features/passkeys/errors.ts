import { defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

export const passkeyNotFound = defineError("passkeys.not_found", {
  status: 404,
  title: texts.notFound,
});
export const tooManyPasskeys = defineError("passkeys.too_many", {
  status: 409,
  title: texts.tooMany,
});
