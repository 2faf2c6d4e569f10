import { z } from "zod";
import { IdentityProviderId, LogoutId } from "#src/ids.ts";

export const LogoutParams = z.object({ logoutId: LogoutId });
export const ProviderParams = z.object({ providerId: IdentityProviderId });

/** `on`: the person goes on without waiting for who has not answered. */
export const LogoutQuery = z.object({ on: z.string().optional() });

/**
 * What the other side said to it. `partly`: its own session is over, others behind it may not be. `unconfirmed`: it answered, and there is
 * no certificate to check that with.
 */
export const Outcome = z.enum(["signed_out", "partly", "failed", "unconfirmed"]);
export type Outcome = z.infer<typeof Outcome>;
