import { defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

export const apiClientNotFound = defineError("api_clients.not_found", {
  status: 404,
  title: texts.notFound,
});
export const roleTooHigh = defineError("api_clients.role_too_high", {
  status: 403,
  title: texts.roleTooHigh,
});
export const badToken = defineError("api_clients.bad_token", {
  status: 401,
  title: texts.badToken,
});
export const scopeTooWide = defineError("api_clients.scope_too_wide", {
  status: 403,
  title: texts.scopeTooWide,
});
export const apiClientRevokedAlready = defineError("api_clients.revoked", {
  status: 409,
  title: texts.revokedAlready,
});
