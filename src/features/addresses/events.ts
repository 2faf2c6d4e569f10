// What happens to the addresses of people, as the audit trail keeps it.
import { z } from "zod";
import { defineEvent } from "#platform/audit/define.ts";
import { UserId } from "#src/ids.ts";
import { texts } from "./texts.ts";

const About = z.object({ userId: UserId, email: z.string() });

/** A link to confirm it was mailed; `again`: it was waiting already. */
export const addressRequested = defineEvent("address.requested", {
  says: texts.requestedEvent,
  data: About.extend({ again: z.boolean() }),
  personal: ["email"],
});
export const addressRequestCancelled = defineEvent("address.request_cancelled", {
  says: texts.cancelledEvent,
  data: About,
  personal: ["email"],
});
/** Its mailbox has confirmed it; or a super administrator gave it, and its domain is proved to be the organisation's. */
export const addressAdded = defineEvent("address.added", {
  says: texts.addedEvent,
  data: About.extend({ byDomain: z.boolean().default(false) }),
  personal: ["email"],
});
/** The mailbox confirmed what belongs to somebody else by now. */
export const addressRefused = defineEvent("address.refused", {
  says: texts.refusedEvent,
  data: About,
  personal: ["email"],
});
export const addressRemoved = defineEvent("address.removed", {
  says: texts.removedEvent,
  data: About,
  personal: ["email"],
});
/** On the server: the former primary address is gone, and no mailbox has confirmed the new one. */
export const addressSetByOperator = defineEvent("address.set_by_operator", {
  says: texts.setByOperatorEvent,
  data: z.object({ userId: UserId, from: z.string(), to: z.string() }),
  personal: ["from", "to"],
});
export const primaryAddressChanged = defineEvent("address.primary_changed", {
  says: texts.primaryChangedEvent,
  data: z.object({ userId: UserId, from: z.string(), to: z.string() }),
  personal: ["from", "to"],
});
