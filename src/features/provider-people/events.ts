import { z } from "zod";
import { defineEvent } from "#platform/audit/define.ts";
import { GroupId, IdentityProviderId, UserId } from "#src/ids.ts";
import { texts } from "./texts.ts";

/** `isAnew`: what the provider called them before counts no more. */
export const personAssigned = defineEvent("provider_people.assigned", {
  says: texts.eventAssigned,
  data: z.object({
    identityProviderId: IdentityProviderId,
    name: z.string(),
    userId: UserId,
    isAnew: z.boolean(),
  }),
});
/** `isInvited`: they had nothing here and were sent the way to a password. */
export const personSentBack = defineEvent("provider_people.sent_to_password", {
  says: texts.eventSentBack,
  data: z.object({ userId: UserId, isInvited: z.boolean() }),
});
const about = { identityProviderId: IdentityProviderId, name: z.string() };
/** `givenCount`: people who came by the provider before and got the base group now. */
export const groupsSet = defineEvent("provider_people.groups_set", {
  says: texts.eventGroupsSet,
  data: z.object({
    ...about,
    changes: z.record(z.string(), z.object({ from: z.unknown(), to: z.unknown() })),
    givenCount: z.number().int(),
  }),
});
const aboutValue = { ...about, value: z.string(), groupId: GroupId };
export const valueMapped = defineEvent("provider_people.value_mapped", {
  says: texts.eventMapped,
  data: z.object(aboutValue),
});
export const valueUnmapped = defineEvent("provider_people.value_unmapped", {
  says: texts.eventUnmapped,
  data: z.object(aboutValue),
});
