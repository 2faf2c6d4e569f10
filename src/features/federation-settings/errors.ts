import { defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

export const federationSettingsChanged = defineError("federation_settings.changed_meanwhile", {
  status: 409,
  title: texts.changedMeanwhile,
});
