// Signing out across the border, in each direction. That a session ended is an event of its own (`session.ended`).
import { z } from "zod";
import { defineEvent } from "#platform/audit/define.ts";
import { ApplicationId, IdentityProviderId, SessionId, UserId } from "#src/ids.ts";
import { Outcome } from "./schema.ts";
import { texts } from "./texts.ts";

const application = { applicationId: ApplicationId, application: z.string() };
const provider = { identityProviderId: IdentityProviderId, name: z.string() };
const session = { userId: UserId, sessionId: SessionId };

/** `sessions`: how many ended; those that had ended before are not counted. */
export const byApplication = defineEvent("logout.by_application", {
  says: texts.eventByApplication,
  data: z.object({ userId: UserId, ...application, sessions: z.number().int() }),
});
export const byProvider = defineEvent("logout.by_provider", {
  says: texts.eventByProvider,
  data: z.object({ userId: UserId, ...provider, sessions: z.number().int() }),
});
/** A sound request that names nobody whom the sender was told of. */
export const unknownSession = defineEvent("logout.unknown_session", {
  says: texts.eventUnknownSession,
  data: z.object({
    applicationId: ApplicationId.nullable(),
    identityProviderId: IdentityProviderId.nullable(),
    name: z.string(),
  }),
});
export const applicationTold = defineEvent("logout.application_told", {
  says: texts.eventApplicationTold,
  data: z.object({ ...session, ...application }),
});
export const applicationAnswered = defineEvent("logout.application_answered", {
  says: texts.eventApplicationAnswered,
  data: z.object({ ...session, ...application, outcome: Outcome }),
});
export const providerTold = defineEvent("logout.provider_told", {
  says: texts.eventProviderTold,
  data: z.object({ ...session, ...provider }),
});
export const providerAnswered = defineEvent("logout.provider_answered", {
  says: texts.eventProviderAnswered,
  data: z.object({ ...provider, outcome: Outcome }),
});
/** The person reads little; the code is here. */
export const messageRefused = defineEvent("logout.message_refused", {
  says: texts.eventRefused,
  data: z.object({ issuer: z.string().nullable(), code: z.string() }),
});
