// Links sent by mail: what they are for, how long they are good, what is in their address.
import { z } from "zod";

export const LinkPurpose = z.enum(["invitation", "password_reset", "reactivation"]);
export type LinkPurpose = z.infer<typeof LinkPurpose>;

/** Seconds until a link stops working. A new one of the same purpose ends it earlier. */
export const linkSeconds: Readonly<Record<LinkPurpose, number>> = {
  invitation: 7 * 24 * 60 * 60,
  password_reset: 30 * 60,
  // It opens nothing: it lets its person ask, and an administrator decides.
  reactivation: 24 * 60 * 60,
};

/** Any text: a link that is not of its shape gets the same page as one that is used up. */
export const LinkParams = z.object({ linkId: z.string(), token: z.string() });
export type LinkParams = z.infer<typeof LinkParams>;

const pages: Readonly<Record<LinkPurpose, string>> = {
  invitation: "verify-email",
  password_reset: "reset-password",
  reactivation: "reactivation",
};

/** The address a mail carries: `/verify-email/<id>/<token>`, `/reset-password/<id>/<token>` or `/reactivation/<id>/<token>`. */
export const linkPath = (
  purpose: LinkPurpose,
  { id, token }: { id: string; token: string },
): string => `/${pages[purpose]}/${id}/${token}`;
