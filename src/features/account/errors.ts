import { defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

export const namesLocked = defineError("account.names_locked", {
  status: 409,
  title: texts.namesLocked,
});
export const peopleOnly = defineError("account.people_only", {
  status: 403,
  title: texts.peopleOnly,
});
