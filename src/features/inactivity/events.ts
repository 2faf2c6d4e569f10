import { z } from "zod";
import { defineEvent } from "#platform/audit/define.ts";
import { UserId } from "#src/ids.ts";
import { texts } from "./texts.ts";

export const absenceWarned = defineEvent("user.absence_warned", {
  says: texts.warnedEvent,
  data: z.object({
    userId: UserId,
    lastSeenAt: z.iso.datetime(),
    /** Until the account is deactivated. */
    daysLeft: z.int(),
  }),
});
