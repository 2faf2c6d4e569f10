import { defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

export const addressNotFound = defineError("addresses.not_found", {
  status: 404,
  title: texts.notFound,
});
export const addressTaken = defineError("addresses.taken", { status: 409, title: texts.taken });
export const addressAlreadyTheirs = defineError("addresses.already_theirs", {
  status: 409,
  title: texts.alreadyTheirs,
});
export const tooManyAddresses = defineError("addresses.too_many", {
  status: 409,
  title: texts.tooMany,
});
export const addressNotVerified = defineError("addresses.not_verified", {
  status: 409,
  title: texts.notVerified,
});
export const cannotDeletePrimary = defineError("addresses.cannot_delete_primary", {
  status: 409,
  title: texts.cannotDeletePrimary,
});
export const personNotActive = defineError("addresses.person_not_active", {
  status: 409,
  title: texts.personNotActive,
});
export const personNotSettled = defineError("addresses.person_not_settled", {
  status: 409,
  title: texts.personNotSettled,
});
/** Its detail is the `Impact`. */
export const changesIdentity = defineError("addresses.changes_identity", {
  status: 409,
  title: texts.changesIdentity,
});
export const boundToProvider = defineError("addresses.bound_to_provider", {
  status: 409,
  title: texts.boundToProvider,
});
export const providerDecides = defineError("addresses.provider_decides", {
  status: 403,
  title: texts.providerDecides,
});
export const roleNotHigher = defineError("addresses.role_not_higher", {
  status: 403,
  title: texts.roleNotHigher,
});
export const addressMailsLimited = defineError("addresses.too_many_mails", {
  status: 429,
  title: texts.mailsLimited,
  retryAfterSeconds: 3_600,
});
