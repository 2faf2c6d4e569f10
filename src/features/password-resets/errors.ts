import { defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

export const noPassword = defineError("password_resets.no_password", {
  status: 409,
  title: texts.noPassword,
});
export const ownPassword = defineError("password_resets.own_password", {
  status: 409,
  title: texts.ownPassword,
});
export const cannotLift = defineError("password_resets.cannot_lift", {
  status: 409,
  title: texts.cannotLift,
});
