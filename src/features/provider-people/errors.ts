import { defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

export const notActive = defineError("provider_people.not_active", {
  status: 409,
  title: texts.notActive,
});
export const superAdminStays = defineError("provider_people.super_admin_stays", {
  status: 409,
  title: texts.superAdminStays,
});
export const leadsElsewhere = defineError("provider_people.leads_elsewhere", {
  status: 409,
  title: texts.leadsElsewhere,
});
export const providerNotEnabled = defineError("provider_people.not_enabled", {
  status: 409,
  title: texts.notEnabled,
});
export const noVerifiedAddress = defineError("provider_people.no_verified_address", {
  status: 409,
  title: texts.noVerifiedAddress,
});
export const cannotConfirm = defineError("provider_people.cannot_confirm", {
  status: 409,
  title: texts.cannotConfirm,
});
export const noOtherWay = defineError("provider_people.no_other_way", {
  status: 409,
  title: texts.noOtherWay,
});
export const notTheirs = defineError("identity_providers.person_not_linked", {
  status: 404,
  title: texts.notTheirs,
});
export const nothingSaid = defineError("provider_people.nothing_said", {
  status: 404,
  title: texts.nothingSaid,
});
export const groupMissing = defineError("provider_people.group_missing", {
  status: 422,
  title: texts.groupMissing,
});
export const baseMissing = defineError("provider_people.base_group_missing", {
  status: 422,
  title: texts.baseMissing,
});
export const valueTaken = defineError("provider_people.value_taken", {
  status: 409,
  title: texts.valueTaken,
});
export const tooManyValues = defineError("provider_people.too_many_values", {
  status: 422,
  title: texts.tooManyValues,
});
export const mappingNotFound = defineError("provider_people.mapping_not_found", {
  status: 404,
  title: texts.mappingNotFound,
});
