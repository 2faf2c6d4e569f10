import { defineError } from "#platform/errors.ts";
import { texts } from "./texts.ts";

export const invitationNotNeeded = defineError("invitations.already_accepted", {
  status: 409,
  title: texts.alreadyAccepted,
});
export const inviteeDeactivated = defineError("invitations.deactivated", {
  status: 409,
  title: texts.deactivated,
});
export const inviteeNotFound = defineError("invitations.no_such_person", {
  status: 404,
  title: texts.notFound,
});
export const invitationsTooMany = defineError("invitations.sent_too_many", {
  status: 429,
  title: texts.sentTooMany,
  retryAfterSeconds: 3_600,
});
export const invitedTooOften = defineError("invitations.too_many", {
  status: 429,
  title: texts.tooMany,
  retryAfterSeconds: 3_600,
});
