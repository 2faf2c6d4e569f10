// Which policy judges a sign-in: the one in force, or, for the administrator who tries it out, the proposed one.
import {
  findPolicy,
  type Method,
  mustGoThrough,
  Policy,
  strictest,
} from "#features/policy/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { IdentityProviderId, PolicyTrialId, UserId } from "#src/ids.ts";

/** An open trial; null when it ended or is too old. */
async function findTrial(db: TenantDb, trialId: PolicyTrialId, now: Date) {
  const row = await db
    .selectFrom("policy_trials")
    .select(["id", "previous", "proposed", "started_by as startedBy"])
    .where("id", "=", trialId)
    .where("ended_at", "is", null)
    .where("expires_at", ">", now)
    .executeTakeFirst();
  return row ?? null;
}

/** Whether this person may sign in under this trial: only who started it. */
export async function mayTry(
  db: TenantDb,
  { trialId, userId }: { trialId: PolicyTrialId; userId: UserId | null },
  now: Date,
): Promise<boolean> {
  const trial = userId === null ? null : await findTrial(db, trialId, now);
  return trial !== null && trial.startedBy === userId;
}

/**
 * The policy of a sign-in. A trial is never weaker than what is in force: it shows who would be locked out, and lets nobody in who
 * would not get in without it.
 */
export async function policyFor(
  db: TenantDb,
  { trialId }: { readonly trialId: PolicyTrialId | null },
  now: Date,
): Promise<Policy> {
  const inForce = await findPolicy(db, now);
  const trial = trialId === null ? null : await findTrial(db, trialId, now);
  if (!trial) return inForce;
  const proposed = Policy.parse(trial.proposed);
  return {
    ...proposed,
    strength: strictest(inForce.strength, proposed.strength),
    emailProofFirst: inForce.emailProofFirst || proposed.emailProofFirst,
    keepSignedIn: inForce.keepSignedIn && proposed.keepSignedIn,
    rememberDeviceDays: Math.min(inForce.rememberDeviceDays, proposed.rememberDeviceDays),
  };
}

interface Passing {
  readonly trialId: PolicyTrialId;
  readonly userId: UserId;
  readonly methods: readonly Method[];
  /** By which they came in. */
  readonly providerId: IdentityProviderId | null;
}

/**
 * The administrator who tries a policy came through: it may be put in force. Not by a way around what changes: a password past the provider
 * that everybody would be led to, or a passkey past the mail that everybody would wait for, shows nothing.
 */
export async function passTrial(
  db: TenantDb,
  { trialId, userId, methods, providerId }: Passing,
  now: Date,
): Promise<void> {
  const trial = await findTrial(db, trialId, now);
  if (!trial) return;
  const { mustProveMail, mustComeBy } = mustGoThrough(
    Policy.parse(trial.previous),
    Policy.parse(trial.proposed),
  );
  const isMailShown = mustProveMail && methods.includes("email_code");
  const isProviderShown = mustComeBy !== null && mustComeBy === providerId;
  // Where both change, one person comes by one of the two.
  const isAsked = mustProveMail || mustComeBy !== null;
  if (isAsked && !isMailShown && !isProviderShown) return;
  await db
    .updateTable("policy_trials")
    .set({ tested_at: now })
    .where("id", "=", trialId)
    .where("started_by", "=", userId)
    .where("ended_at", "is", null)
    .where("expires_at", ">", now)
    .execute();
}
