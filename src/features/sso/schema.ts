import { z } from "zod";
import { SsoRequestId } from "#src/ids.ts";

export const WaitingParams = z.object({ requestId: SsoRequestId });
/** What the person chose on the consent page. */
export const ConsentChoice = z.object({
  choice: z.enum(["continue", "cancel"]),
  shown: z.string().max(100).default(""),
});
