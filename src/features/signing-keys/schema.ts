import { z } from "zod";

/** A key as the contract shows it. `next` is published and does not sign yet; `retired` signs no more, its private half is erased. */
export const signingKeyOf = <Id extends z.ZodType>(id: Id) =>
  z.object({
    id,
    state: z.enum(["next", "active", "retired"]),
    /** PEM. */
    certificate: z.string(),
    fingerprintSha256: z.string(),
    createdAt: z.date(),
    expiresAt: z.date(),
    retiredAt: z.date().nullable(),
  });
