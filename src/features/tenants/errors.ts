import { defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

export const tenantNotFound = defineError("tenants.not_found", {
  status: 404,
  title: texts.notFound,
});
