// Passwords that open nothing until they are replaced, as pages and the API say them.
import { z } from "zod";
import { PasswordResetCause } from "#features/authenticators/index.ts";
import { UserId } from "#src/ids.ts";

export const PersonParams = z.object({ userId: UserId });
export type PersonParams = z.infer<typeof PersonParams>;

export const ResetRequirement = z.object({
  user: z.object({ id: UserId, name: z.string(), email: z.string() }),
  /** Why the next sign-in with the password asks for another one; null: it does not. */
  cause: PasswordResetCause.nullable(),
  mayRequire: z.boolean(),
  /** Only what an administrator asked for can be taken back. */
  mayLift: z.boolean(),
});
export type ResetRequirement = z.infer<typeof ResetRequirement>;
