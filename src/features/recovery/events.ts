// Ways back in, as the audit trail keeps them. What a reset takes away has events of its own (authenticators, passkeys, sessions).
import { z } from "zod";
import { defineEvent } from "#platform/audit/define.ts";
import { FactorResetId, ReactivationRequestId, UserId } from "#src/ids.ts";
import { texts } from "./texts.ts";

const OfReset = z.object({ userId: UserId, factorResetId: FactorResetId });
const OfReactivation = z.object({
  userId: UserId,
  reactivationRequestId: ReactivationRequestId,
});

export const secondStepsReset = defineEvent("second_steps.reset", {
  says: texts.resetEvent,
  data: z.object({
    userId: UserId,
    totp: z.boolean(),
    backupCodes: z.int(),
    passkeys: z.array(z.string()),
    /** The request that another administrator approved; null where none was needed. */
    factorResetId: FactorResetId.nullable(),
  }),
  personal: ["passkeys"],
});
export const resetRequested = defineEvent("second_steps.reset_requested", {
  says: texts.resetRequestedEvent,
  data: OfReset.extend({ expiresAt: z.iso.datetime() }),
});
export const resetApproved = defineEvent("second_steps.reset_approved", {
  says: texts.resetApprovedEvent,
  data: OfReset.extend({ requestedBy: UserId.nullable() }),
});
export const resetDenied = defineEvent("second_steps.reset_denied", {
  says: texts.resetDeniedEvent,
  data: OfReset.extend({ requestedBy: UserId.nullable(), withdrawn: z.boolean() }),
});
export const resetLapsed = defineEvent("second_steps.reset_lapsed", {
  says: texts.resetLapsedEvent,
  data: OfReset.extend({ cause: z.enum(["expired", "void"]) }),
});

export const reactivationRequested = defineEvent("reactivation.requested", {
  says: texts.reactivationRequestedEvent,
  data: OfReactivation,
});
export const reactivationApproved = defineEvent("reactivation.approved", {
  says: texts.reactivationApprovedEvent,
  data: OfReactivation,
});
export const reactivationDenied = defineEvent("reactivation.denied", {
  says: texts.reactivationDeniedEvent,
  data: OfReactivation,
});

export const recoveredByOperator = defineEvent("recovery.by_operator", {
  says: texts.byOperatorEvent,
  data: z.object({
    userId: UserId,
    reactivated: z.boolean(),
    limitsCleared: z.int(),
    /** Whether they were linked to an identity provider, or sent to one, until now. */
    unlinked: z.boolean().default(false),
    /** Whether app, backup codes and passkeys were left as they are. */
    keptSecondSteps: z.boolean().default(false),
  }),
});
