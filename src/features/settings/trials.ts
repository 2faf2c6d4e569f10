// The trial of a change: applied for ten minutes, then kept by somebody who came in with it, or taken back.
import {
  findTrial,
  markApplied,
  markEnded,
  type PolicyTrial,
  storePolicy,
} from "#features/policy/index.ts";
import { record } from "#platform/audit/record.ts";
import { secondsLater } from "#platform/clock.ts";
import type { PolicyTrialId } from "#src/ids.ts";
import { countAffected } from "./affected.ts";
import {
  proofTooOld,
  trialNotApplied,
  trialNotFound,
  trialNotTested,
  trialOver,
} from "./errors.ts";
import { trialApplied, trialConfirmed } from "./events.ts";
import { endTrial } from "./jobs.ts";
import { cancel, changeRecord, lockSettings, revert } from "./lock.ts";
import { type Changing, notifySuperAdmins } from "./notify.ts";
import { replacePasswords } from "./passwords.ts";
import { texts } from "./texts.ts";

/** The tenant's open trial of this id, under lock; null when it has ended as `wanted`. @throws {trialNotFound} @throws {trialOver} */
async function lockTrial(
  by: Changing,
  trialId: PolicyTrialId,
  wanted: readonly PolicyTrial["state"][],
): Promise<PolicyTrial | null> {
  const { trial } = await lockSettings(by);
  if (trial?.id === trialId) return trial;
  const ended = await findTrial(by.db, trialId, by.now);
  if (!ended) throw trialNotFound({ trialId });
  if (wanted.includes(ended.state)) return null;
  throw trialOver({ trialId, state: ended.state, errors: { "": endTexts[ended.state] } });
}

/** How a trial ended, for whoever acts on it too late. Which settings are in force now another trial may have decided. */
const endTexts: Readonly<Record<PolicyTrial["state"], string>> = {
  open: texts.trialOver,
  applied: texts.trialOver,
  confirmed: texts.trialKept,
  reverted: texts.trialReverted,
  cancelled: texts.trialCancelled,
};

/**
 * Puts the trial's settings in force for ten minutes. Needs a test sign-in that succeeded, or the caller's word that they take the
 * risk, which is recorded. Applied already: nothing happens.
 * @throws {trialNotFound} @throws {trialOver} @throws {trialNotTested}
 */
export async function applyTrial(
  by: Changing,
  trialId: PolicyTrialId,
  { withoutTest }: { withoutTest: boolean },
): Promise<void> {
  const trial = await lockTrial(by, trialId, []);
  if (trial === null || trial.state === "applied") return;
  const isUntested = trial.testedAt === null;
  if (isUntested && !withoutTest)
    throw trialNotTested({ trialId, errors: { withoutTest: texts.takeRiskMissing } });
  const { db, actor, now } = by;
  const { previous, proposed } = trial;
  const { count, alreadyCount } = await countAffected(db, trial, now);
  const version = await storePolicy(db, proposed);
  const { revertAt } = await markApplied(db, trialId, now);
  await record(db, actor, trialApplied, {
    trialId,
    version,
    changes: changeRecord(previous, proposed),
    withoutTest: isUntested,
    affectedCount: count,
    alreadyCount,
    revertAt: revertAt.toISOString(),
  });
  await endTrial.with({ trialId }, secondsLater(revertAt, 1)).enqueue(db);
  await notifySuperAdmins(by, { how: "applied", previous, policy: proposed });
}

/**
 * Keeps the settings of an applied trial. `provedAt` is when the caller signed in, null for a script: it must be after they were
 * applied, because a session from before, however often it was proved again, does not show that anybody can still sign in, and somebody
 * who stole one could keep its owner out. For a script the proof is that a super administrator has come in since.
 * Kept already: nothing happens.
 * @throws {trialNotFound} @throws {trialOver} @throws {trialNotApplied} @throws {proofTooOld}
 */
export async function confirmTrial(
  by: Changing,
  trialId: PolicyTrialId,
  { provedAt }: { provedAt: Date | null },
): Promise<void> {
  const trial = await lockTrial(by, trialId, ["confirmed"]);
  if (trial === null) return;
  if (trial.applied === null) throw trialNotApplied({ trialId });
  const appliedAt = trial.applied.at;
  const isProved = provedAt === null ? await superAdminCameIn(by, appliedAt) : provedAt > appliedAt;
  if (!isProved) throw proofTooOld({ trialId, appliedAt: appliedAt.toISOString() });
  const { db, actor, now } = by;
  const { previous, proposed } = trial;
  await markEnded(db, trialId, "confirmed", now);
  const passwordsToReplace = await replacePasswords(by, previous, proposed);
  const changes = changeRecord(previous, proposed);
  await record(db, actor, trialConfirmed, { trialId, changes, passwordsToReplace });
  await notifySuperAdmins(by, { how: "kept", previous, policy: proposed, passwordsToReplace });
}

async function superAdminCameIn({ db }: Changing, since: Date): Promise<boolean> {
  const session = await db
    .selectFrom("sessions as s")
    .innerJoin("users as u", "u.id", "s.user_id")
    .select("s.id")
    .where("u.role", "=", "super_admin")
    .where("u.state", "=", "active")
    .where("s.ended_at", "is", null)
    .where("s.created_at", ">", since)
    .limit(1)
    .executeTakeFirst();
  return session !== undefined;
}

/** Drops an open trial, or takes an applied one back at once. Over already without being kept: nothing happens. @throws {trialNotFound} @throws {trialOver} */
export async function endTrialByHand(by: Changing, trialId: PolicyTrialId): Promise<void> {
  const trial = await lockTrial(by, trialId, ["cancelled", "reverted"]);
  if (trial === null) return;
  await (trial.state === "applied" ? revert : cancel)(by, trial, "by_hand");
}
