// What a person keeps must be enough for what is asked of them, or they would be stopped at their next sign-in.
import { findPolicy, meets, requiredStrength, strengthOf } from "#features/policy/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { UserId } from "#src/ids.ts";
import { factorNeeded, suspendedInTheWay } from "../errors.ts";
import { texts } from "../texts.ts";

/** What is left after a change. */
export interface FactorsLeft {
  readonly hasTotp: boolean;
  /** That are not suspended. */
  readonly passkeys: number;
  /** That are: they open nothing, and no code by e-mail is accepted beside them. */
  readonly suspended: number;
}

interface Leaving {
  readonly userId: UserId;
  readonly now: Date;
  readonly left: FactorsLeft;
}

/**
 * Why a change would stop the person: what is left does not satisfy the tenant and every group of theirs, or a suspended passkey would be all
 * that is left, which keeps the mailbox out. Null: they get in.
 */
export async function problemOf(
  db: TenantDb,
  { userId, now, left }: Leaving,
): Promise<"factor_needed" | "suspended" | null> {
  const required = await requiredStrength(db, { userId, policy: await findPolicy(db, now) });
  if (!meets(bestOf(left), required)) return "factor_needed";
  return !left.hasTotp && left.passkeys === 0 && left.suspended > 0 ? "suspended" : null;
}

/** @throws {factorNeeded} @throws {suspendedInTheWay} */
export async function assertEnoughIsLeft(db: TenantDb, leaving: Leaving): Promise<void> {
  const problem = await problemOf(db, leaving);
  if (problem === "factor_needed") throw factorNeeded();
  if (problem === "suspended") throw suspendedInTheWay({ errors: { "": texts.suspendedInTheWay } });
}

/** What a sign-in with the best of them is worth. */
export const bestOf = ({ hasTotp, passkeys }: Pick<FactorsLeft, "hasTotp" | "passkeys">) =>
  strengthOf(
    passkeys > 0 ? ["passkey"] : hasTotp ? ["password", "totp"] : ["password", "email_code"],
  );
