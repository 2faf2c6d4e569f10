// Reading the policy in force. A trial that ran out counts as taken back, whether or not the job that tidies it up has run.
import { type RawBuilder, sql } from "kysely";
import type { TenantDb } from "#platform/db/database.ts";
import type { UserId } from "#src/ids.ts";
import { defaultPolicy, Policy, type Strength } from "./schema.ts";
import { strictest } from "./strength.ts";

/** The columns of a policy under their names here. */
export const policyColumns = [
  "password_min_length as passwordMinLength",
  "password_min_score as passwordMinScore",
  "email_proof_first as emailProofFirst",
  "strength",
  "grace_days as graceDays",
  "remember_device_days as rememberDeviceDays",
  "passkey_aaguids as passkeyAaguids",
  "session_idle_seconds as sessionIdleSeconds",
  "session_absolute_seconds as sessionAbsoluteSeconds",
  "keep_signed_in as keepSignedIn",
  "reset_needs_two_admins as resetNeedsTwoAdmins",
  "inactive_after_days as inactiveAfterDays",
  "people_edit_names as peopleEditNames",
  "default_identity_provider_id as defaultIdentityProviderId",
] as const;

/** What is asked of everybody in this tenant at `now`. */
export async function findPolicy(db: TenantDb, now: Date): Promise<Policy> {
  const row = await db
    .selectFrom("sign_in_policies as p")
    .leftJoin("policy_trials as t", (join) =>
      join.on("t.ended_at", "is", null).on("t.revert_at", "<=", now),
    )
    .select(policyColumns)
    .select("t.previous")
    .executeTakeFirst();
  if (!row) return defaultPolicy;
  const { previous, ...policy } = row;
  return Policy.parse(previous ?? policy);
}

/** What a person's groups ask of them, as a part of a statement that knows more about them. */
export const groupDemands = (userId: UserId): RawBuilder<Strength[]> => sql<Strength[]>`array(
  select distinct g.strength::text
  from group_members as m
  join groups as g on g.id = m.group_id
  where m.user_id = ${userId} and g.strength is not null
)`;

/** What is asked of one person: the strictest of the tenant and of every group they are in. */
export async function requiredStrength(
  db: TenantDb,
  { userId, policy }: { userId: UserId; policy: Policy },
): Promise<Strength> {
  const demands = await db
    .selectFrom("group_members as m")
    .innerJoin("groups as g", "g.id", "m.group_id")
    .select("g.strength")
    .distinct()
    .where("m.user_id", "=", userId)
    .where("g.strength", "is not", null)
    .execute();
  return strictest(policy.strength, ...demands.map(({ strength }) => strength));
}
