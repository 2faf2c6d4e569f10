// What happens to attributes, as the audit trail keeps it: that one changed and by whose word, never what it says.
import { z } from "zod";
import { defineEvent } from "#platform/audit/define.ts";
import { IdentityProviderId, UserId } from "#src/ids.ts";
import { AttributeKey, attributeKeys } from "./registry.ts";
import { AttributeFlags, AttributeSource } from "./schema.ts";
import { texts } from "./texts.ts";

export const AttributeAction = z.enum(["added", "updated", "cleared"]);
export type AttributeAction = z.infer<typeof AttributeAction>;

export const attributesChanged = defineEvent("user.attributes_changed", {
  says: texts.changedEvent,
  data: z.object({
    userId: UserId,
    source: AttributeSource,
    /** The provider whose word it is. */
    identityProviderId: IdentityProviderId.optional(),
    changes: z.partialRecord(AttributeKey, AttributeAction),
  }),
});

const Change = z.object({ from: z.boolean(), to: z.boolean() });

export const attributeSettingsChanged = defineEvent("attribute_settings.changed", {
  says: texts.settingsEvent,
  data: z.object({
    version: z.int(),
    /** Attribute → switch → old and new. */
    changes: z.partialRecord(
      z.enum(attributeKeys),
      z.partialRecord(AttributeFlags.keyof(), Change),
    ),
  }),
});
