// The rows behind a change of the policy: the settings themselves and the one trial a tenant may have open. Who calls these
// records the event, writes the mails and decides (features/settings).
import { sql } from "kysely";
import { secondsLater } from "#platform/clock.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { PolicyTrialId, type UserId } from "#src/ids.ts";
import { policyColumns } from "./queries.ts";
import { defaultPolicy, Policy } from "./schema.ts";

/** From the proposal until somebody must have applied it. */
export const trialOpenSeconds = 24 * 60 * 60;
/** From applying a change until it goes back by itself. */
export const trialAppliedSeconds = 10 * 60;

type TrialState = "open" | "applied" | "confirmed" | "reverted" | "cancelled";

export interface PolicyTrial {
  readonly id: PolicyTrialId;
  readonly state: TrialState;
  readonly proposed: Policy;
  readonly previous: Policy;
  readonly startedBy: UserId | null;
  readonly createdAt: Date;
  /** An open trial is over then. */
  readonly expiresAt: Date;
  /** When somebody last signed in under the proposed policy by way of a test. */
  readonly testedAt: Date | null;
  readonly applied: { readonly at: Date; readonly revertAt: Date } | null;
}

export interface PolicyState {
  /** In force. */
  readonly policy: Policy;
  /** Counts changes; 0: never changed. */
  readonly version: number;
  readonly trial: PolicyTrial | null;
  /** A trial whose time is up although its row does not say so yet: `endTrial` is due. */
  readonly lapsed: PolicyTrial | null;
}

const isOver = ({ state, expiresAt, applied }: PolicyTrial, now: Date): boolean =>
  (state === "open" || state === "applied") && (applied?.revertAt ?? expiresAt) <= now;

/** The settings, their version and the open trial as of `now`: two statements. */
export async function findPolicyState(db: TenantDb, now: Date): Promise<PolicyState> {
  const row = await settings(db).executeTakeFirst();
  const trial = await openTrialRow(db).executeTakeFirst();
  return toState(row, trial, now);
}

/** The same, locked until the transaction ends: changes of one tenant's policy come one after the other. */
export async function lockPolicyState(db: TenantDb, now: Date): Promise<PolicyState> {
  await db
    .insertInto("sign_in_policies")
    .defaultValues()
    .onConflict((on) => on.doNothing())
    .execute();
  const row = await settings(db).forUpdate().executeTakeFirst();
  const trial = await openTrialRow(db).forUpdate().executeTakeFirst();
  return toState(row, trial, now);
}

const settings = (db: TenantDb) =>
  db.selectFrom("sign_in_policies").select(policyColumns).select("version");
const openTrialRow = (db: TenantDb) => trials(db).where("ended_at", "is", null);
const trials = (db: TenantDb) =>
  db
    .selectFrom("policy_trials")
    .select([
      "id",
      "state",
      "proposed",
      "previous",
      "started_by as startedBy",
      "created_at as createdAt",
      "expires_at as expiresAt",
      "tested_at as testedAt",
      "revert_at as revertAt",
    ]);

type SettingsRow = Awaited<ReturnType<ReturnType<typeof settings>["execute"]>>[number];
type TrialRow = Awaited<ReturnType<ReturnType<typeof trials>["execute"]>>[number];

function toState(
  row: SettingsRow | undefined,
  trialRow: TrialRow | undefined,
  now: Date,
): PolicyState {
  const { version, ...columns } = row ?? { version: 0, ...defaultPolicy };
  const trial = trialRow ? toTrial(trialRow) : null;
  const lapsed = trial !== null && isOver(trial, now) ? trial : null;
  if (lapsed === null) return { policy: Policy.parse(columns), version, trial, lapsed };
  if (lapsed.applied === null)
    return { policy: Policy.parse(columns), version, trial: null, lapsed };
  // What tidying up will make of it: who reads this version may save on top of it.
  return { policy: lapsed.previous, version: version + 1, trial: null, lapsed };
}

function toTrial({ revertAt, id, ...row }: TrialRow): PolicyTrial {
  return {
    ...row,
    id: PolicyTrialId.parse(id),
    proposed: Policy.parse(row.proposed),
    previous: Policy.parse(row.previous),
    applied: revertAt && { at: secondsLater(revertAt, -trialAppliedSeconds), revertAt },
  };
}

/** A trial by id, also one that has ended; one whose time is up is told as what it will be. Null: not of this tenant. */
export async function findTrial(
  db: TenantDb,
  id: PolicyTrialId,
  now: Date,
): Promise<PolicyTrial | null> {
  const row = await trials(db).where("id", "=", id).executeTakeFirst();
  if (!row) return null;
  const trial = toTrial(row);
  if (!isOver(trial, now)) return trial;
  return { ...trial, state: trial.applied ? "reverted" : "cancelled" };
}

/** Puts a policy in force; the row is locked by `lockPolicyState`. Answers its version. */
export async function storePolicy(db: TenantDb, policy: Policy): Promise<number> {
  const { version } = await db
    .updateTable("sign_in_policies")
    .set({
      password_min_length: policy.passwordMinLength,
      password_min_score: policy.passwordMinScore,
      email_proof_first: policy.emailProofFirst,
      strength: policy.strength,
      grace_days: policy.graceDays,
      remember_device_days: policy.rememberDeviceDays,
      passkey_aaguids: policy.passkeyAaguids && [...policy.passkeyAaguids],
      session_idle_seconds: policy.sessionIdleSeconds,
      session_absolute_seconds: policy.sessionAbsoluteSeconds,
      keep_signed_in: policy.keepSignedIn,
      reset_needs_two_admins: policy.resetNeedsTwoAdmins,
      inactive_after_days: policy.inactiveAfterDays,
      people_edit_names: policy.peopleEditNames,
      default_identity_provider_id: policy.defaultIdentityProviderId,
      version: sql<number>`version + 1`,
      updated_at: sql<Date>`now()`,
    })
    .returning("version")
    .executeTakeFirstOrThrow();
  return version;
}

/** Opens a trial; the caller has made sure that there is none. */
export async function insertTrial(
  db: TenantDb,
  trial: Pick<PolicyTrial, "proposed" | "previous" | "startedBy">,
  now: Date,
): Promise<PolicyTrial> {
  const row = await db
    .insertInto("policy_trials")
    .values({
      proposed: JSON.stringify(trial.proposed),
      previous: JSON.stringify(trial.previous),
      started_by: trial.startedBy,
      created_at: now,
      expires_at: secondsLater(now, trialOpenSeconds),
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return toTrial(await trials(db).where("id", "=", row.id).executeTakeFirstOrThrow());
}

/** From now on the trial's policy holds, until `revertAt`. */
export async function markApplied(
  db: TenantDb,
  id: PolicyTrialId,
  now: Date,
): Promise<{ revertAt: Date }> {
  const revertAt = secondsLater(now, trialAppliedSeconds);
  await db
    .updateTable("policy_trials")
    .set({ state: "applied", revert_at: revertAt })
    .where("id", "=", id)
    .execute();
  return { revertAt };
}

/** The trial is over: another one may be opened. */
export async function markEnded(
  db: TenantDb,
  id: PolicyTrialId,
  state: Exclude<TrialState, "open" | "applied">,
  now: Date,
): Promise<void> {
  await db
    .updateTable("policy_trials")
    .set({ state, ended_at: now })
    .where("id", "=", id)
    .execute();
}
