// Sentences of the operator's work on a whole installation, and what the audit trail says about it.
import { defineTexts } from "#platform/texts.ts";

export const texts = defineTexts("operations", {
  secretsResealed: "Stored secrets encrypted anew under the present key",
});
