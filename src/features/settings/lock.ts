// The settings under lock. A trial whose time is up is tidied up by whoever comes first: the job, or the next change.
import {
  changesOf,
  lockPolicyState,
  markEnded,
  type Policy,
  type PolicyState,
  type PolicyTrial,
  storePolicy,
} from "#features/policy/index.ts";
import { record } from "#platform/audit/record.ts";
import type { Actor } from "#src/actor.ts";
import { trialCancelled, trialReverted } from "./events.ts";
import { type Changing, notifySuperAdmins } from "./notify.ts";
import { replacePasswords } from "./passwords.ts";

const timekeeper: Actor = { kind: "job", job: "settings.end_trial" };

/** Field → old and new value, as events keep a change. */
export const changeRecord = (previous: Policy, policy: Policy) =>
  Object.fromEntries(
    changesOf(previous, policy).map(({ field, from, to }) => [field, { from, to }]),
  );

/** Locks the tenant's policy until the transaction ends; ends a trial whose time is up. */
export async function lockSettings(by: Changing): Promise<PolicyState> {
  const state = await lockPolicyState(by.db, by.now);
  if (state.lapsed === null) return state;
  const itself = { ...by, actor: timekeeper };
  if (state.lapsed.applied === null) await cancel(itself, state.lapsed, "not_applied");
  else await revert(itself, state.lapsed, "not_confirmed");
  return { ...state, lapsed: null };
}

/** Puts the settings from before the trial in force again. Passwords chosen meanwhile may be less than they ask for. */
export async function revert(
  by: Changing,
  { id: trialId, proposed, previous }: PolicyTrial,
  cause: "not_confirmed" | "by_hand",
): Promise<void> {
  const version = await storePolicy(by.db, previous);
  await markEnded(by.db, trialId, "reverted", by.now);
  const passwordsToReplace = await replacePasswords(by, proposed, previous);
  const changes = changeRecord(proposed, previous);
  const reverted = { trialId, version, changes, cause, passwordsToReplace };
  await record(by.db, by.actor, trialReverted, reverted);
  const how = cause === "by_hand" ? "reverted" : "ran_out";
  const policies = { previous: proposed, policy: previous };
  await notifySuperAdmins(by, { how, ...policies, passwordsToReplace });
}

/** Drops a proposal that never was in force. */
export async function cancel(
  { db, actor, now }: Changing,
  { id: trialId }: PolicyTrial,
  cause: "not_applied" | "by_hand",
): Promise<void> {
  await markEnded(db, trialId, "cancelled", now);
  await record(db, actor, trialCancelled, { trialId, cause });
}
