import { defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

export const stillMissing = defineError("person_attributes.still_missing", {
  status: 422,
  title: texts.stillMissing,
});
export const notTheirs = defineError("person_attributes.not_theirs", {
  status: 409,
  title: texts.notTheirs,
});
