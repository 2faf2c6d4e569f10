// What the two ends of an account are asked for.
import { z } from "zod";
import { UserId } from "#src/ids.ts";
import { texts } from "./texts.ts";

/** The person's address, typed: nobody ends the wrong account by a slip of the hand. */
export const Confirmation = z.object({
  confirmation: z
    .string({ error: () => texts.confirmationMissing })
    .trim()
    .toLowerCase()
    .min(1, { error: () => texts.confirmationMissing })
    .max(320, { error: () => texts.confirmationWrong }),
});
export type Confirmation = z.infer<typeof Confirmation>;

export const Deleted = z.object({ id: UserId, name: z.string() });
export type Deleted = z.infer<typeof Deleted>;
