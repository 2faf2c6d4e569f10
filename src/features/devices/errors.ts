import { defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

export const deviceNotRemembered = defineError("devices.not_remembered", {
  status: 404,
  title: texts.notRemembered,
});
