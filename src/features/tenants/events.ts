import { z } from "zod";
import { defineEvent } from "#platform/audit/define.ts";
import { texts } from "./texts.ts";

export const tenantCreated = defineEvent("tenant.created", {
  says: texts.created,
  data: z.object({ subdomain: z.string(), name: z.string() }),
});
export const tenantSuspended = defineEvent("tenant.suspended", {
  says: texts.suspended,
  data: z.object({ subdomain: z.string() }),
});
export const tenantResumed = defineEvent("tenant.resumed", {
  says: texts.resumed,
  data: z.object({ subdomain: z.string() }),
});
