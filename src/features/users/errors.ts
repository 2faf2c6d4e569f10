import { defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

export const userNotFound = defineError("users.not_found", { status: 404, title: texts.notFound });
export const emailTaken = defineError("users.email_taken", {
  status: 409,
  title: texts.emailTaken,
});
export const aboveRole = defineError("users.above_role", { status: 403, title: texts.aboveRole });
export const roleAboveOwn = defineError("users.role_above_own", {
  status: 403,
  title: texts.roleAboveOwn,
});
export const roleNeedsPermission = defineError("users.role_needs_permission", {
  status: 403,
  title: texts.roleNeedsPermission,
});
export const ownRole = defineError("users.own_role", { status: 409, title: texts.ownRole });
export const ownAccount = defineError("users.own_account", {
  status: 409,
  title: texts.ownAccount,
});
export const lastSuperAdmin = defineError("users.last_super_admin", {
  status: 409,
  title: texts.lastSuperAdmin,
});
export const addressesUnconfirmed = defineError("users.addresses_unconfirmed", {
  status: 409,
  title: texts.addressesUnconfirmed,
});
export const isAnonymised = defineError("users.is_anonymised", {
  status: 409,
  title: texts.isAnonymised,
});
export const notForRole = defineError("users.not_for_role", {
  status: 403,
  title: texts.notForRole,
});
export const notInvited = defineError("users.not_invited", {
  status: 409,
  title: texts.notInvited,
});
export const hasBeenHere = defineError("users.has_been_here", {
  status: 409,
  title: texts.hasBeenHere,
});
export const importNeedsPermission = defineError("users.import_needs_permission", {
  status: 403,
  title: texts.importNeedsPermission,
});
