// What happens to people, as the audit trail keeps it.
import { z } from "zod";
import { defineEvent } from "#platform/audit/define.ts";
import { UserId } from "#src/ids.ts";
import { Role } from "#src/permissions.ts";
import { texts } from "./texts.ts";

const Names = z.object({ firstName: z.string(), lastName: z.string() });

export const userCreated = defineEvent("user.created", {
  says: texts.createdEvent,
  data: Names.extend({
    userId: UserId,
    email: z.string(),
    role: Role,
    /** Its domain is proved to be the organisation's: no mailbox had to confirm it. */
    isVerified: z.boolean().default(false),
  }),
  personal: ["firstName", "lastName", "email"],
});
/** The hash itself is nowhere but beside its person. */
export const passwordImported = defineEvent("user.password_imported", {
  says: texts.passwordImportedEvent,
  data: z.object({ userId: UserId, form: z.string() }),
});
export const namesChanged = defineEvent("user.names_changed", {
  says: texts.namesChangedEvent,
  data: z.object({ userId: UserId, from: Names, to: Names }),
  personal: ["from", "to"],
});
export const roleChanged = defineEvent("user.role_changed", {
  says: texts.roleChangedEvent,
  data: z.object({
    userId: UserId,
    from: Role,
    to: Role,
    /** The password was less than is asked of the new role: another one is chosen at the next sign-in. */
    newPassword: z.boolean().default(false),
  }),
});
export const userDeactivated = defineEvent("user.deactivated", {
  says: texts.deactivatedEvent,
  data: z.object({ userId: UserId }),
});
/** By itself: nobody had seen the person for so many days. */
export const userDeactivatedAbsent = defineEvent("user.deactivated_absent", {
  says: texts.deactivatedAbsentEvent,
  data: z.object({ userId: UserId, lastSeenAt: z.iso.datetime(), days: z.number().int() }),
});
export const userReactivated = defineEvent("user.reactivated", {
  says: texts.reactivatedEvent,
  data: z.object({ userId: UserId }),
});
/** The person is gone with the invitation: the event keeps who it was. */
export const invitationCancelled = defineEvent("user.invitation_cancelled", {
  says: texts.invitationCancelledEvent,
  data: Names.extend({ userId: UserId, email: z.string() }),
  personal: ["firstName", "lastName", "email"],
});
