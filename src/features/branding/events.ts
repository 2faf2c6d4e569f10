// Changes of an organisation's looks, as the audit trail keeps them: a changed sign-in page helps phishing.
import { z } from "zod";
import { defineEvent } from "#platform/audit/define.ts";
import { FileId } from "#src/ids.ts";
import { texts } from "./texts.ts";

const Colour = z.string().nullable();

export const accentChanged = defineEvent("branding.accent_changed", {
  says: texts.accentChanged,
  data: z.object({ before: Colour, after: Colour }),
});
export const logoChanged = defineEvent("branding.logo_changed", {
  says: texts.logoChanged,
  data: z.object({ fileId: FileId, sha256: z.string(), sizeBytes: z.number() }),
});
export const logoRemoved = defineEvent("branding.logo_removed", {
  says: texts.logoRemoved,
  data: z.object({ fileId: FileId }),
});
