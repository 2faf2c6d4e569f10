import { defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

export const groupNotFound = defineError("groups.not_found", {
  status: 404,
  title: texts.notFound,
});
export const groupNameTaken = defineError("groups.name_taken", {
  status: 409,
  title: texts.nameTaken,
});
export const strengthNeedsPermission = defineError("groups.strength_needs_permission", {
  status: 403,
  title: texts.strengthNeedsPermission,
});
/** Deleting a group, or taking somebody out, takes away what is asked of people just as changing it does. */
export const groupProtects = defineError("groups.protects", {
  status: 403,
  title: texts.protects,
});
/** Members have nothing yet that satisfies what would be asked of them, and have what is asked of them so far. */
export const groupKeepsOut = defineError("groups.keeps_out", {
  status: 409,
  title: texts.keepsOut,
});
/** Nobody puts people above their own role under a demand that could keep them out. */
export const groupAsksMore = defineError("groups.asks_more", {
  status: 403,
  title: texts.asksMoreOfThem,
});
/** The membership is an identity provider's. */
export const givenByProvider = defineError("groups.given_by_provider", {
  status: 409,
  title: texts.givenByProvider,
});
export const notMember = defineError("groups.not_member", { status: 404, title: texts.notMember });
