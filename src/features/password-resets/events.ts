// Why a password stopped opening anything, as the audit trail keeps it.
import { z } from "zod";
import { defineEvent } from "#platform/audit/define.ts";
import { UserId } from "#src/ids.ts";
import { texts } from "./texts.ts";

const Person = z.object({ userId: UserId });

export const resetRequired = defineEvent("password.reset_required", {
  says: texts.resetRequiredEvent,
  data: Person,
});
export const resetLifted = defineEvent("password.reset_requirement_lifted", {
  says: texts.resetLiftedEvent,
  data: Person,
});
export const breachFound = defineEvent("password.breach_found", {
  says: texts.breachFoundEvent,
  data: Person,
});
