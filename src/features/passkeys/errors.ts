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
export const ownerNotFound = defineError("passkeys.owner_not_found", {
  status: 404,
  title: texts.ownerNotFound,
});
export const passkeyAboveRole = defineError("passkeys.above_role", {
  status: 403,
  title: texts.aboveRole,
});
export const ownPasskey = defineError("passkeys.own", { status: 409, title: texts.own });
export const lastSecondStep = defineError("passkeys.last_second_step", {
  status: 409,
  title: texts.lastSecondStep,
});
