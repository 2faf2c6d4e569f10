// Who was asked to complete their profile, as the audit trail keeps it. That they have is `user.attributes_changed`.
import { z } from "zod";
import { defineEvent } from "#platform/audit/define.ts";
import { UserId } from "#src/ids.ts";
import { texts } from "./texts.ts";

export const profileAsked = defineEvent("user.profile_asked", {
  says: texts.askedEvent,
  data: z.object({ userId: UserId }),
});
export const profileAskTakenBack = defineEvent("user.profile_ask_taken_back", {
  says: texts.takenBackEvent,
  data: z.object({ userId: UserId }),
});
