// What happens to sessions, as the audit trail keeps it.
import { z } from "zod";
import { defineEvent } from "#platform/audit/define.ts";
import { SessionId, UserId } from "#src/ids.ts";
import { SessionCount, SessionEndReason } from "./schema.ts";
import { texts } from "./texts.ts";

export const sessionStarted = defineEvent("session.started", {
  says: texts.started,
  data: z.object({
    userId: UserId,
    sessionId: SessionId,
    methods: z.array(z.string()),
    isNewDevice: z.boolean(),
  }),
});
/** `methods`: what was proven this time. */
export const sessionReauthenticated = defineEvent("session.reauthenticated", {
  says: texts.reauthenticated,
  data: z.object({ userId: UserId, sessionId: SessionId, methods: z.array(z.string()) }),
});
export const sessionEnded = defineEvent("session.ended", {
  says: texts.ended,
  data: z.object({ userId: UserId, sessionId: SessionId, reason: SessionEndReason }),
});
/** Everybody's at once, but for `kept`: the session that did it. Each has an event of its own as well. */
export const allSessionsEnded = defineEvent("session.all_ended", {
  says: texts.allEnded,
  data: SessionCount.extend({ kept: SessionId.nullable() }),
});
