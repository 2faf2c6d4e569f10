import { defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

export const domainNotFound = defineError("domains.not_found", {
  status: 404,
  title: texts.notFound,
});
export const domainExists = defineError("domains.exists", { status: 409, title: texts.exists });
export const tooManyDomains = defineError("domains.too_many", {
  status: 409,
  title: texts.tooMany,
});
export const domainNotProved = defineError("domains.not_proved", {
  status: 409,
  title: texts.notProved,
});
/** What puts people under a demand that could keep them out is for those above them, and who comes to the domain later may be anybody. */
export const groupAsksMore = defineError("domains.group_asks_more", {
  status: 403,
  title: texts.groupAsksMore,
});
export const linkExists = defineError("domains.link_exists", {
  status: 409,
  title: texts.linkExists,
});
export const linkNotFound = defineError("domains.link_not_found", {
  status: 404,
  title: texts.linkNotFound,
});
export const groupMissing = defineError("domains.no_such_group", {
  status: 404,
  title: texts.noSuchGroup,
});
export const tooManyGroups = defineError("domains.too_many_groups", {
  status: 409,
  title: texts.tooManyGroups,
});
export const tooManyChecks = defineError("domains.too_many_checks", {
  status: 429,
  title: texts.tooManyChecks,
  retryAfterSeconds: 3_600,
});
