// What people change about their own account, as the audit trail keeps it. A new name is `user.names_changed`.
import { z } from "zod";
import { defineEvent } from "#platform/audit/define.ts";
import { UserId } from "#src/ids.ts";
import { Theme } from "./schema.ts";
import { texts } from "./texts.ts";

export const profileChanged = defineEvent("profile.changed", {
  says: texts.changedEvent,
  data: z.object({ userId: UserId, timeZone: z.string().optional(), theme: Theme.optional() }),
});
