import { defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

export const logoNotFound = defineError("branding.logo_not_found", {
  status: 404,
  title: texts.logoNotFound,
});
