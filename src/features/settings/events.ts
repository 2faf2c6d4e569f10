// What happens to a tenant's sign-in policy, as the audit trail keeps it.
import { z } from "zod";
import { defineEvent } from "#platform/audit/define.ts";
import { PolicyTrialId } from "#src/ids.ts";
import { texts } from "./texts.ts";

/** Field → old and new value. */
const Changes = z.record(z.string(), z.object({ from: z.unknown(), to: z.unknown() }));
/** The settings became these: their version counts on. */
const Put = { version: z.int(), changes: Changes };

export const policyChanged = defineEvent("sign_in_policy.changed", {
  says: texts.changedEvent,
  data: z.object({
    ...Put,
    /** People who must choose a new password because theirs is less than is asked for now. */
    passwordsToReplace: z.int(),
  }),
});
export const trialOpened = defineEvent("sign_in_policy.trial_opened", {
  says: texts.openedEvent,
  data: z.object({ trialId: PolicyTrialId, changes: Changes }),
});
export const trialApplied = defineEvent("sign_in_policy.trial_applied", {
  says: texts.appliedEvent,
  data: z.object({
    ...Put,
    trialId: PolicyTrialId,
    /** Nobody had signed in under it: whoever applied it took the risk. */
    withoutTest: z.boolean(),
    /** People whom the change itself keeps out; in events without `alreadyCount`, those and the others together. */
    affectedCount: z.int(),
    /** People who could not sign in before either; absent in events of earlier releases. */
    alreadyCount: z.int().optional(),
    revertAt: z.iso.datetime(),
  }),
});
export const trialConfirmed = defineEvent("sign_in_policy.trial_confirmed", {
  says: texts.confirmedEvent,
  data: z.object({ trialId: PolicyTrialId, changes: Changes, passwordsToReplace: z.int() }),
});
export const trialReverted = defineEvent("sign_in_policy.trial_reverted", {
  says: texts.revertedEvent,
  data: z.object({
    ...Put,
    trialId: PolicyTrialId,
    cause: z.enum(["not_confirmed", "by_hand"]),
    /** As in a change; absent in events of earlier releases. */
    passwordsToReplace: z.int().optional(),
  }),
});
export const trialCancelled = defineEvent("sign_in_policy.trial_cancelled", {
  says: texts.cancelledEvent,
  data: z.object({ trialId: PolicyTrialId, cause: z.enum(["not_applied", "by_hand"]) }),
});

/** The events after which other settings are in force than before. */
export const eventsThatPut = [policyChanged, trialApplied, trialReverted].map(({ name }) => name);
