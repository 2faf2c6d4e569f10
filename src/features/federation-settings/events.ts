import { z } from "zod";
import { defineEvent } from "#platform/audit/define.ts";
import { texts } from "./texts.ts";

export const federationSettingsChangedEvent = defineEvent("federation_settings.changed", {
  says: texts.eventChanged,
  data: z.object({
    version: z.int(),
    /** Field → old and new value. */
    changes: z.record(z.string(), z.object({ from: z.unknown(), to: z.unknown() })),
  }),
});
