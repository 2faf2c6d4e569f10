// What somebody who is signed in has still to set up: the sign-in has asked for it, and they put it off.
import { passkeyUsability } from "#features/passkeys/index.ts";
import {
  findPolicy,
  graceUntil,
  groupDemands,
  meets,
  Method,
  strengthOf,
  strictest,
} from "#features/policy/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { SessionFacts } from "#platform/http/context.ts";
import { formatTime } from "#platform/ui/index.ts";
import { bestOf } from "./actions/enough.ts";
import { texts } from "./texts.ts";

/** A stronger step to set up. */
export interface StepDue {
  readonly isPasskey: boolean;
  /** Until when it may wait; null: the next sign-in does not end without it. */
  readonly until: Date | null;
}

/**
 * What this session's person has put off; null: nothing, nobody asked them, or how they come in is enough (an identity provider that is trusted
 * to have asked for several factors). One statement, and one more for somebody who was asked.
 */
export async function stepDue(
  db: TenantDb,
  { userId, methods }: Pick<SessionFacts, "userId" | "methods">,
  now: Date,
): Promise<StepDue | null> {
  const { askedAt, secondStep, demands, passkeys } = await db
    .selectFrom("users as u")
    .select([
      "u.strength_asked_at as askedAt",
      "u.second_step as secondStep",
      groupDemands(userId).as("demands"),
      passkeyUsability(userId).as("passkeys"),
    ])
    .where("u.id", "=", userId)
    .executeTakeFirstOrThrow();
  if (askedAt === null) return null;
  const policy = await findPolicy(db, now);
  const required = strictest(policy.strength, ...demands);
  const hasTotp = secondStep === "totp";
  const usable = passkeys === "usable" ? 1 : 0;
  const proven = Method.options.filter((method) => methods.includes(method));
  const isEnough = [bestOf({ hasTotp, passkeys: usable }), strengthOf(proven)].some((worth) =>
    meets(worth, required),
  );
  if (isEnough) return null;
  return {
    isPasskey: required === "phishing_resistant",
    until: graceUntil(policy, { askedAt, now }),
  };
}

/** The same for who it is due from. */
export function dueText(
  { isPasskey, until }: StepDue,
  { tenant, zone }: { tenant: string; zone: string },
): string {
  const asked = isPasskey ? texts.duePasskey(tenant) : texts.dueStep(tenant);
  const when = until === null ? texts.dueNow : texts.dueUntil(formatTime(until, zone, "date"));
  return `${asked} ${when}`;
}
