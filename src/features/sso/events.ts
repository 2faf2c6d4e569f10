import { z } from "zod";
import { defineEvent } from "#platform/audit/define.ts";
import { ApplicationId, UserId } from "#src/ids.ts";
import { texts } from "./texts.ts";

const about = { userId: UserId, applicationId: ApplicationId, application: z.string() };

/** Enough to answer "who was told what, when" without keeping the assertion: ids, the kinds released, never the values. */
export const assertionIssued = defineEvent("sso.assertion_issued", {
  says: texts.eventIssued,
  data: z.object({
    ...about,
    assertionId: z.string(),
    inResponseTo: z.string().nullable(),
    nameIdFormat: z.string(),
    authnContext: z.string(),
    released: z.array(z.string()),
    through: z.array(z.string()),
  }),
});
export const accessDenied = defineEvent("sso.access_denied", {
  says: texts.eventDenied,
  data: z.object(about),
});
export const signInDeclined = defineEvent("sso.declined", {
  says: texts.eventDeclined,
  data: z.object(about),
});
/** An administrator looked at what would be told about somebody. */
export const previewViewed = defineEvent("sso.preview_viewed", {
  says: texts.eventPreviewed,
  data: z.object(about),
});
export const requestRefused = defineEvent("sso.request_refused", {
  says: texts.eventRefused,
  data: z.object({
    issuer: z.string().nullable(),
    code: z.string(),
  }),
});
