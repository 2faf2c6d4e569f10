import { defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

export const limitNotFound = defineError("limits.not_found", {
  status: 404,
  title: texts.notFound,
});
export const limitPersonNotFound = defineError("limits.person_not_found", {
  status: 404,
  title: texts.personNotFound,
});
export const limitAboveRole = defineError("limits.above_role", {
  status: 403,
  title: texts.aboveRole,
});
