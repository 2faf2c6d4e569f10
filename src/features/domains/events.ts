// What happens to domains, and what happens because of them, as the audit trail keeps it.
import { z } from "zod";
import { defineEvent } from "#platform/audit/define.ts";
import { GroupId, OrganisationDomainId, UserId } from "#src/ids.ts";
import { DomainProof, Given } from "./schema.ts";
import { texts } from "./texts.ts";

const About = z.object({ domainId: OrganisationDomainId, domain: z.string() });
const AboutGroup = About.extend({ groupId: GroupId, name: z.string() });

export const domainAdded = defineEvent("domain.added", { says: texts.addedEvent, data: About });
/** The record was looked for, and the domain is as little proved as before. */
export const domainChecked = defineEvent("domain.checked", {
  says: texts.checkedEvent,
  data: About.extend({ outcome: z.enum(["nothing", "other", "unreachable"]) }),
});
export const domainProved = defineEvent("domain.proved", {
  says: texts.provedEvent,
  data: About.extend({ how: DomainProof }),
});
/** The record that proved it has not been found for days, and super administrators were told. The domain does what it did. */
export const recordMissing = defineEvent("domain.record_missing", {
  says: texts.missingEvent,
  data: About.extend({
    outcome: z.enum(["nothing", "other", "unreachable"]),
    since: z.iso.datetime(),
  }),
});
/** After that. */
export const recordFound = defineEvent("domain.record_found", {
  says: texts.foundEvent,
  data: About,
});
/** The groups that it gave until then; people keep them. */
export const domainRemoved = defineEvent("domain.removed", {
  says: texts.removedEvent,
  data: About.extend({
    wasProved: z.boolean(),
    groups: z.array(z.object({ groupId: GroupId, name: z.string() })),
  }),
});
export const groupLinked = defineEvent("domain.group_linked", {
  says: texts.linkedEvent,
  data: AboutGroup,
});
export const groupUnlinked = defineEvent("domain.group_unlinked", {
  says: texts.unlinkedEvent,
  data: AboutGroup,
});
/** One for each membership: why somebody is in a group is found where everything about them is. */
export const groupGiven = defineEvent("domain.group_given", {
  says: texts.givenEvent,
  data: About.extend({ groupId: GroupId, userId: UserId, because: Given }),
});
