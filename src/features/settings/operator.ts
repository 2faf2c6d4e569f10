// What whoever is at the machine does about settings that keep everybody out (`weft user recover`).
import { changesOf, defaultPolicy } from "#features/policy/index.ts";
import { cancel, lockSettings, revert } from "./lock.ts";
import type { Changing } from "./notify.ts";
import { putInForce } from "./save.ts";

/** Ends the trial of a change, if there is one: taken back where it was applied. */
export async function endTrialByOperator(by: Changing): Promise<"reverted" | "cancelled" | "none"> {
  const { trial } = await lockSettings(by);
  if (trial === null) return "none";
  const isApplied = trial.state === "applied";
  await (isApplied ? revert : cancel)(by, trial, "by_hand");
  return isApplied ? "reverted" : "cancelled";
}

/**
 * Puts the settings back to what a new tenant has, after ending a trial. False when they are that already. What groups and applications
 * ask for stays: they can keep nobody out who may set up what is asked.
 */
export async function restoreDefaultPolicy(by: Changing): Promise<boolean> {
  await endTrialByOperator(by);
  const { policy } = await lockSettings(by);
  if (changesOf(policy, defaultPolicy).length === 0) return false;
  await putInForce(by, policy, defaultPolicy);
  return true;
}
