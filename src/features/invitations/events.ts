import { z } from "zod";
import { defineEvent } from "#platform/audit/define.ts";
import { UserId } from "#src/ids.ts";
import { texts } from "./texts.ts";

export const invitationSent = defineEvent("invitation.sent", {
  says: texts.sent,
  data: z.object({ userId: UserId, again: z.boolean() }),
});
export const invitationAccepted = defineEvent("invitation.accepted", {
  says: texts.accepted,
  data: z.object({ userId: UserId, email: z.string() }),
  personal: ["email"],
});
