import { defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

export const eventNotFound = defineError("audit_log.not_found", {
  status: 404,
  title: texts.notFound,
});
