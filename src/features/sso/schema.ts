import { z } from "zod";
import { texts } from "./texts.ts";
import { SsoRequestId } from "#src/ids.ts";

export const WaitingParams = z.object({ requestId: SsoRequestId });
/** What the person chose on the consent page. */
export const ConsentChoice = z.object({
  choice: z.enum(["continue", "cancel"]),
  shown: z.string().max(100).default(""),
});
/** About whom an administrator asks what would be told. */
export const PreviewQuestion = z.object({
  email: z
    .string({ error: () => texts.previewEmailMissing })
    .trim()
    .toLowerCase()
    .max(254, { error: () => texts.previewEmailMissing })
    .pipe(z.email({ error: () => texts.previewEmailMissing })),
});
