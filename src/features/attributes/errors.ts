import { defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

export const settingsChanged = defineError("attributes.settings_changed_meanwhile", {
  status: 409,
  title: texts.changedMeanwhile,
});
export const attributeNotInUse = defineError("attributes.not_in_use", {
  status: 422,
  title: texts.notInUse,
});
export const attributeLocked = defineError("attributes.locked", {
  status: 409,
  title: texts.locked,
});
