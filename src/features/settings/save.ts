// Saving the settings: all of it or nothing, on top of what was read, and only what keeps nobody out.
import {
  changesOf,
  insertTrial,
  type Policy,
  type PolicyState,
  riskyFields,
  storePolicy,
  trialOpenSeconds,
} from "#features/policy/index.ts";
import { record } from "#platform/audit/record.ts";
import { secondsLater } from "#platform/clock.ts";
import type { PolicyTrialId } from "#src/ids.ts";
import {
  defaultUnknown,
  nothingToTry,
  settingsChanged,
  tooFewAdmins,
  trialIsOpen,
  trialNeeded,
} from "./errors.ts";
import { policyChanged, trialOpened } from "./events.ts";
import { endTrial } from "./jobs.ts";
import { changeRecord, lockSettings } from "./lock.ts";
import { type Changing, notifySuperAdmins } from "./notify.ts";
import { replacePasswords } from "./passwords.ts";
import { putSince } from "./queries.ts";
import type { SettingsInput } from "./schema.ts";
import { texts } from "./texts.ts";

type Proposal = Omit<SettingsInput, "openTrial">;

/**
 * Puts the settings in force, or opens a trial where they can keep people out and `openTrial` says so. The same settings again
 * change nothing and are not recorded.
 * @throws {trialIsOpen} @throws {settingsChanged} @throws {tooFewAdmins} @throws {defaultUnknown} @throws {trialNeeded}
 */
export async function saveSettings(
  by: Changing,
  { openTrial, ...proposal }: SettingsInput,
): Promise<void> {
  const state = await lockFor(by, proposal);
  const policy = policyOf(proposal);
  if (changesOf(state.policy, policy).length === 0) return;
  await assertTwoAdmins(by, state.policy, policy);
  await assertDefault(by, state.policy, policy);
  const risky = riskyFields(state.policy, policy);
  if (risky.length === 0) return putInForce(by, state.policy, policy);
  if (!openTrial) throw trialNeeded({ fields: risky });
  await open(by, state.policy, policy);
}

/**
 * Proposes settings without putting them in force. Any change may be tried, also one that can keep nobody out.
 * @throws {trialIsOpen} @throws {settingsChanged} @throws {tooFewAdmins} @throws {defaultUnknown} @throws {nothingToTry}
 */
export async function proposeSettings(by: Changing, proposal: Proposal): Promise<PolicyTrialId> {
  const state = await lockFor(by, proposal);
  const policy = policyOf(proposal);
  if (changesOf(state.policy, policy).length === 0) throw nothingToTry();
  await assertTwoAdmins(by, state.policy, policy);
  await assertDefault(by, state.policy, policy);
  return open(by, state.policy, policy);
}

/** The settings under lock, if no other change is under way and nothing was changed since they were read. */
async function lockFor(by: Changing, { version }: Proposal): Promise<PolicyState> {
  const state = await lockSettings(by);
  if (state.trial !== null)
    throw trialIsOpen({ trialId: state.trial.id, errors: { "": texts.trialIsOpen } });
  if (state.version === version) return state;
  const changes = await putSince(by.db, version);
  const words = changes.map(({ who, words }) => texts.changedBy(who, words.join(", "))).join("; ");
  throw settingsChanged({
    version: state.version,
    changes,
    errors: { "": words === "" ? texts.changedMeanwhile : texts.changedMeanwhileText(words) },
  });
}

/** The proposal's settings without what else was sent. */
function policyOf(proposal: Proposal): Policy {
  const { version: _, ...policy } = proposal;
  return policy;
}

/** Puts other settings in force, with everything that follows; the settings are locked. */
export async function putInForce(by: Changing, previous: Policy, policy: Policy): Promise<void> {
  const { db, actor } = by;
  const version = await storePolicy(db, policy);
  const passwordsToReplace = await replacePasswords(by, previous, policy);
  const changes = changeRecord(previous, policy);
  await record(db, actor, policyChanged, { version, changes, passwordsToReplace });
  await notifySuperAdmins(by, { how: "saved", previous, policy, passwordsToReplace });
}

async function open(by: Changing, previous: Policy, proposed: Policy): Promise<PolicyTrialId> {
  const { db, actor, now } = by;
  const startedBy = actor.kind === "user" ? actor.userId : null;
  const trial = await insertTrial(db, { previous, proposed, startedBy }, now);
  const changes = changeRecord(previous, proposed);
  await record(db, actor, trialOpened, { trialId: trial.id, changes });
  const dueAt = secondsLater(now, trialOpenSeconds + 1);
  await endTrial.with({ trialId: trial.id }, dueAt).enqueue(db);
  return trial.id;
}

/** A rule of two needs two: with one administrator every reset would wait for ever. @throws {tooFewAdmins} */
async function assertTwoAdmins({ db }: Changing, previous: Policy, policy: Policy): Promise<void> {
  if (!policy.resetNeedsTwoAdmins || previous.resetNeedsTwoAdmins) return;
  const admins = await db
    .selectFrom("users")
    .select("id")
    .where("role", "in", ["admin", "super_admin"])
    .where("state", "=", "active")
    .limit(2)
    .execute();
  if (admins.length < 2)
    throw tooFewAdmins({ errors: { resetNeedsTwoAdmins: texts.tooFewAdminsField } });
}

/** Addresses lead to a provider that is there and lets people in; it stays so until the change is made. @throws {defaultUnknown} */
async function assertDefault({ db }: Changing, previous: Policy, policy: Policy): Promise<void> {
  const { defaultIdentityProviderId: id } = policy;
  if (id === null || id === previous.defaultIdentityProviderId) return;
  const provider = await db
    .selectFrom("identity_providers")
    .select("id")
    .where("id", "=", id)
    .where("state", "=", "enabled")
    .forShare()
    .executeTakeFirst();
  if (!provider)
    throw defaultUnknown({ errors: { defaultIdentityProviderId: texts.defaultUnknown } });
}
