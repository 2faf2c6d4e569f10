// A group for everybody who comes by a provider: its base group, when that is chosen.
import { sql } from "kysely";
import type { TenantDb } from "#platform/db/database.ts";
import type { GroupId, IdentityProviderId } from "#src/ids.ts";

/** Puts everybody who comes by a provider into a group. Answers how many got it from the provider. */
export async function giveToAll(
  db: TenantDb,
  providerId: IdentityProviderId,
  groupId: GroupId,
): Promise<number> {
  // Held first: who is being taken from the provider at this moment is waited for, and gets nothing.
  const people = await db
    .selectFrom("federated_identities")
    .select("user_id as userId")
    .where("identity_provider_id", "=", providerId)
    .orderBy("user_id")
    .forKeyShare()
    .execute();
  const ids = people.map(({ userId }) => userId);
  await sql`
    insert into group_members (group_id, user_id, by_hand)
    select ${groupId}::uuid, user_id, false from unnest(${ids}::uuid[]) as u (user_id)
    on conflict on constraint group_members_pkey do update set by_hand = group_members.by_hand`.execute(
    db,
  );
  const { numAffectedRows } = await sql`
    insert into provider_memberships (identity_provider_id, user_id, group_id)
    select ${providerId}::uuid, user_id, ${groupId}::uuid from unnest(${ids}::uuid[]) as u (user_id)
    on conflict do nothing`.execute(db);
  return Number(numAffectedRows ?? 0n);
}
