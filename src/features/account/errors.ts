import { defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

export const peopleOnly = defineError("account.people_only", {
  status: 403,
  title: texts.peopleOnly,
});
