// Where a person stands in a sign-in: what is asked of them, what they have, and which browser this is.
import {
  type Device,
  deviceTokenOf,
  isPresented,
  type Presented,
} from "#features/devices/index.ts";
import { passkeyUsability } from "#features/passkeys/index.ts";
import {
  graceUntil,
  groupDemands,
  type Policy,
  type Strength,
  strictest,
} from "#features/policy/index.ts";
import { demandOf } from "#features/sso/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { PolicyTrialId, UserId } from "#src/ids.ts";
import { policyFor } from "../policy-for.ts";
import type { Claimed } from "../queries.ts";
import type { SignIn } from "../schema.ts";
import type { Visit } from "../visit.ts";
import { nextOf, type Standing } from "../ways.ts";

/** A person whose password, or passkey, was right. */
export type Person = Pick<Claimed, "userId" | "secondStep" | "strengthAskedAt">;

export interface Situation {
  readonly policy: Policy;
  /** What is asked of this sign-in: by tenant and groups, and by the application that waits for it. */
  readonly required: Strength;
  /** What tenant and groups ask of the person, wherever they go. */
  readonly own: Strength;
  /** The application that asks for more than that; null: none does. */
  readonly askedBy: string | null;
  readonly passkeys: Standing["passkeys"];
  readonly hasTotp: boolean;
  readonly trustsProvider: boolean;
  /** This browser, when the person has signed in with it before. */
  readonly device: Device | null;
}

export async function situationOf(
  db: TenantDb,
  { now, cookies }: Pick<Visit, "now" | "cookies">,
  signIn: Pick<SignIn, "trialId" | "federated" | "returnTo">,
  { userId, secondStep }: Person,
): Promise<Situation> {
  const policy = await policyFor(db, signIn, now);
  const { demands, passkeys, device } = await factsOf(db, userId, {
    token: deviceTokenOf(cookies),
    now,
  });
  const own = strictest(policy.strength, ...demands);
  const demand = await demandOf(db, { returnTo: signIn.returnTo, userId, now });
  const required = strictest(own, demand?.strength ?? null);
  return {
    policy,
    required,
    own,
    askedBy: required === own ? null : (demand?.application ?? null),
    passkeys,
    hasTotp: secondStep === "totp",
    trustsProvider: isTrusted(signIn.federated),
    device,
  };
}

/** That nobody signs in there without a second step is the administrator's word: it does not stand against the provider's own. */
const isTrusted = (word: SignIn["federated"]): boolean =>
  word !== null && word.trustsSecondStep && word.factors !== "named_single";

/** What a person's groups ask, what their passkeys are good for, and this browser: one statement. */
async function factsOf(db: TenantDb, userId: UserId, presented: Presented) {
  const { id, rememberedUntil, lastUsedAt, ...facts } = await db
    .selectFrom("users as u")
    .leftJoin("devices as d", (join) =>
      join.onRef("d.user_id", "=", "u.id").on(isPresented(presented)),
    )
    .select([
      "d.id",
      "d.remembered_until as rememberedUntil",
      "d.last_used_at as lastUsedAt",
      groupDemands(userId).as("demands"),
      passkeyUsability(userId).as("passkeys"),
    ])
    .where("u.id", "=", userId)
    .executeTakeFirstOrThrow();
  const isKnown = id !== null && lastUsedAt !== null;
  const device: Device | null = isKnown ? { id, userId, rememberedUntil, lastUsedAt } : null;
  return { ...facts, device };
}

/** Whether somebody has more than a password and a mailbox here. Suspended passkeys count: they stand in the way of a mailbox, too. */
export async function hasStrongerStep(
  db: TenantDb,
  { userId, secondStep }: Pick<Person, "userId" | "secondStep">,
): Promise<boolean> {
  if (secondStep === "totp") return true;
  const { passkeys } = await db
    .selectNoFrom(passkeyUsability(userId).as("passkeys"))
    .executeTakeFirstOrThrow();
  return passkeys !== "none";
}

/** What a person's passkeys are good for. */
export function usability(
  passkeys: readonly { readonly suspendedAt: string | null }[],
): Standing["passkeys"] {
  if (passkeys.length === 0) return "none";
  return passkeys.some(({ suspendedAt }) => suspendedAt === null) ? "usable" : "suspended";
}

/**
 * Whether somebody who is to set up a stronger step may go on without: within the days of grace, or where only an application asks for it,
 * which goes on asking (features/sso/decide.ts).
 */
export function mayGoOn(
  situation: Situation,
  person: Person,
  { methods, trialId, now }: Pick<SignIn, "methods" | "trialId"> & { now: Date },
): boolean {
  const next = nextOf({ ...situation, required: situation.own, methods });
  if (next !== "enrol") return next === "done";
  return postponableUntil(situation, person, { trialId, now }) !== null;
}

/**
 * Until when setting up a stronger step may wait, from the day it was first asked for; null when it may not wait: no days of grace are
 * left, or the sign-in tries a policy, which is to show whether the person comes through.
 */
export function postponableUntil(
  { policy }: Pick<Situation, "policy">,
  { strengthAskedAt }: Person,
  { trialId, now }: { trialId: PolicyTrialId | null; now: Date },
): Date | null {
  if (trialId !== null) return null;
  return graceUntil(policy, { askedAt: strengthAskedAt ?? now, now });
}

/** For how many days this browser may be remembered by this sign-in; null when it may not. */
export function rememberableDays(
  { policy, required }: Situation,
  { methods, trialId }: Pick<SignIn, "methods" | "trialId">,
): number | null {
  const isAllowed = policy.rememberDeviceDays > 0 && required === "baseline" && trialId === null;
  return isAllowed && methods.includes("password") ? policy.rememberDeviceDays : null;
}
