// Which groups a provider gives: the one that everybody has, the claim that names the others, and what its values stand for.
import { createGroup, holdGroup } from "#features/groups/index.ts";
import {
  giveToAll,
  lockProvider,
  providerGroupsMost,
  takeBackGroup,
} from "#features/identity-providers/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Actor } from "#src/actor.ts";
import type { GroupId, IdentityProviderId, ProviderGroupId } from "#src/ids.ts";
import { mappingNotFound, tooManyValues, valueTaken } from "../errors.ts";
import { groupsSet, valueMapped, valueUnmapped } from "../events.ts";
import { groupSettings } from "../queries.ts";
import type { GroupSettings, NewMapping } from "../schema.ts";
import { texts } from "../texts.ts";

/**
 * Sets what groups a provider gives. Everybody who comes by it is put into the base group at once, and out of the one before; the claim
 * counts from each person's next sign-in on. Nothing that differs: nothing happens.
 * @throws {providerNotFound} @throws {groupNotFound} @throws {groupNameTaken}
 */
export async function setGroups(
  db: TenantDb,
  actor: Actor,
  providerId: IdentityProviderId,
  input: GroupSettings,
): Promise<void> {
  const { name } = await lockProvider(db, providerId);
  const before = await groupSettings(db, providerId);
  const baseGroup = await groupOf(db, actor, input.baseGroupId, input.newBaseGroup);
  const wanted = {
    baseGroupId: baseGroup?.id ?? null,
    groupsAttribute: input.groupsAttribute,
    groupsUnsaid: input.groupsUnsaid,
    createsGroups: input.createsGroups,
  };
  const had = { ...before, baseGroupId: before.baseGroup?.id ?? null };
  const changed = settings.filter((field) => wanted[field] !== had[field]);
  if (changed.length === 0) return;
  await db
    .updateTable("identity_providers")
    .set({
      base_group_id: wanted.baseGroupId,
      groups_attribute: wanted.groupsAttribute,
      groups_unsaid: wanted.groupsUnsaid,
      creates_groups: wanted.createsGroups,
    })
    .where("id", "=", providerId)
    .execute();
  const isMoved = changed.includes("baseGroupId");
  if (isMoved && had.baseGroupId !== null)
    await takeBackGroup(db, actor, { id: providerId, name }, had.baseGroupId);
  const givenCount =
    isMoved && wanted.baseGroupId !== null
      ? await giveToAll(db, providerId, wanted.baseGroupId)
      : 0;
  await record(db, actor, groupsSet, {
    identityProviderId: providerId,
    name,
    changes: Object.fromEntries(
      changed.map((field) => [field, { from: had[field], to: wanted[field] }]),
    ),
    givenCount,
  });
}

const settings = ["baseGroupId", "groupsAttribute", "groupsUnsaid", "createsGroups"] as const;

/** One that is there, and stays until the transaction ends, one that is made, or none. @throws {groupNotFound} @throws {groupNameTaken} */
async function groupOf(
  db: TenantDb,
  actor: Actor,
  groupId: GroupId | null,
  newName: string | null,
): Promise<{ readonly id: GroupId } | null> {
  if (newName !== null) return createGroup(db, actor, { name: newName, description: "" });
  if (groupId === null) return null;
  await holdGroup(db, groupId);
  return { id: groupId };
}

/**
 * Says which group a value of the claim stands for, from each person's next sign-in on.
 * @throws {providerNotFound} @throws {groupNotFound} @throws {groupNameTaken} @throws {valueTaken} @throws {tooManyValues}
 */
export async function mapValue(
  db: TenantDb,
  actor: Actor,
  providerId: IdentityProviderId,
  { value, groupId, newGroup }: NewMapping,
): Promise<void> {
  const { name } = await lockProvider(db, providerId);
  const { count } = await db
    .selectFrom("provider_groups")
    .select(({ fn }) => fn.countAll<string>().as("count"))
    .where("identity_provider_id", "=", providerId)
    .executeTakeFirstOrThrow();
  if (Number(count) >= providerGroupsMost)
    throw tooManyValues({ errors: { value: texts.tooManyValues } });
  const group = await groupOf(db, actor, groupId, newGroup);
  if (group === null) throw new Error("a value without a group");
  await db
    .insertInto("provider_groups")
    .values({ identity_provider_id: providerId, value, group_id: group.id })
    .onConflict((on) => on.constraint("provider_groups_value_unique").doNothing())
    .returning("id")
    .executeTakeFirstOrThrow(() => valueTaken({ errors: { value: texts.valueTaken } }));
  const about = { identityProviderId: providerId, name, value, groupId: group.id };
  await record(db, actor, valueMapped, about);
}

/**
 * A value stands for its group no more; who has the group through it alone loses it at once.
 * @throws {providerNotFound} @throws {mappingNotFound}
 */
export async function unmapValue(
  db: TenantDb,
  actor: Actor,
  {
    providerId,
    providerGroupId,
  }: { providerId: IdentityProviderId; providerGroupId: ProviderGroupId },
): Promise<void> {
  const { name } = await lockProvider(db, providerId);
  const { value, groupId } = await db
    .deleteFrom("provider_groups")
    .where("id", "=", providerGroupId)
    .where("identity_provider_id", "=", providerId)
    .returning(["value", "group_id as groupId"])
    .executeTakeFirstOrThrow(() => mappingNotFound({ providerGroupId }));
  await record(db, actor, valueUnmapped, { identityProviderId: providerId, name, value, groupId });
  await takeBackGroup(db, actor, { id: providerId, name }, groupId);
}
