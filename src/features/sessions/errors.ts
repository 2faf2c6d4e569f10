import { defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

export const sessionNotFound = defineError("sessions.not_found", {
  status: 404,
  title: texts.notFound,
});
export const sessionRenewed = defineError("sessions.renewed", {
  status: 409,
  title: texts.renewed,
});
export const sessionAboveRole = defineError("sessions.above_role", {
  status: 403,
  title: texts.aboveRole,
});
