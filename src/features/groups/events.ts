// What happens to groups, as the audit trail keeps it.
import { z } from "zod";
import { Strength } from "#features/policy/index.ts";
import { defineEvent } from "#platform/audit/define.ts";
import { GroupId, UserId } from "#src/ids.ts";
import { texts } from "./texts.ts";

export const groupCreated = defineEvent("group.created", {
  says: texts.createdEvent,
  data: z.object({ groupId: GroupId, name: z.string() }),
});
export const groupRenamed = defineEvent("group.renamed", {
  says: texts.renamedEvent,
  data: z.object({ groupId: GroupId, from: z.string(), to: z.string() }),
});
export const groupDescribed = defineEvent("group.described", {
  says: texts.describedEvent,
  data: z.object({ groupId: GroupId }),
});
/** What is asked of members at sign-in; null: as the tenant asks. */
export const groupStrengthChanged = defineEvent("group.strength_changed", {
  says: texts.strengthChangedEvent,
  data: z.object({ groupId: GroupId, from: Strength.nullable(), to: Strength.nullable() }),
});
/** The group is gone: the event keeps what it was called and how much hung on it. */
export const groupDeleted = defineEvent("group.deleted", {
  says: texts.deletedEvent,
  data: z.object({
    groupId: GroupId,
    name: z.string(),
    /** What it asked for at sign-in. */
    strength: Strength.nullable(),
    memberCount: z.number().int(),
    applicationCount: z.number().int(),
  }),
});
export const memberAdded = defineEvent("group.member_added", {
  says: texts.memberAddedEvent,
  data: z.object({ groupId: GroupId, userId: UserId }),
});
/** `stillGivenBy`: identity providers that give the membership, too. What a hand gave is gone, and the person stays. */
export const memberRemoved = defineEvent("group.member_removed", {
  says: texts.memberRemovedEvent,
  data: z.object({
    groupId: GroupId,
    userId: UserId,
    stillGivenBy: z.array(z.string()).default([]),
  }),
});
