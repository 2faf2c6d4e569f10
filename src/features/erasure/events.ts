// The end of people, as the audit trail keeps it.
import { z } from "zod";
import { defineEvent } from "#platform/audit/define.ts";
import { UserId } from "#src/ids.ts";
import { Role } from "#src/permissions.ts";
import { texts } from "./texts.ts";

/** Who it was nobody knows any more, the trail included. */
export const userAnonymised = defineEvent("user.anonymised", {
  says: texts.anonymisedEvent,
  data: z.object({ userId: UserId, role: Role }),
});
/** The person is gone: the event keeps who it was. */
export const userDeleted = defineEvent("user.deleted", {
  says: texts.deletedEvent,
  data: z.object({
    userId: UserId,
    firstName: z.string(),
    lastName: z.string(),
    email: z.string(),
    role: Role,
  }),
  personal: ["firstName", "lastName", "email"],
});
