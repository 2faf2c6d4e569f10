// What a person keeps must be enough for what is asked of them, or they would be stopped at their next sign-in.
import { findPolicy, meets, requiredStrength, strengthOf } from "#features/policy/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { UserId } from "#src/ids.ts";
import { factorNeeded } from "../errors.ts";

/** What is left after a change. */
export interface FactorsLeft {
  readonly hasTotp: boolean;
  /** That are not suspended. */
  readonly passkeys: number;
}

interface Leaving {
  readonly userId: UserId;
  readonly now: Date;
  readonly left: FactorsLeft;
}

/** Whether the best sign-in with what is left satisfies the tenant and every group of the person. */
export async function isEnoughLeft(db: TenantDb, { userId, now, left }: Leaving): Promise<boolean> {
  const required = await requiredStrength(db, { userId, policy: await findPolicy(db, now) });
  return meets(bestOf(left), required);
}

/** @throws {factorNeeded} */
export async function assertEnoughIsLeft(db: TenantDb, leaving: Leaving): Promise<void> {
  if (!(await isEnoughLeft(db, leaving))) throw factorNeeded();
}

const bestOf = ({ hasTotp, passkeys }: FactorsLeft) =>
  strengthOf(
    passkeys > 0 ? ["passkey"] : hasTotp ? ["password", "totp"] : ["password", "email_code"],
  );
