// Who may use an application: the groups it is granted to.
import type { Actor } from "#src/actor.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { ApplicationId, GroupId } from "#src/ids.ts";
import { grantGroupNotFound, grantNotFound } from "../errors.ts";
import { accessGranted, accessRevoked } from "../events.ts";
import { lockApplication } from "../queries.ts";
import { texts } from "../texts.ts";

/** Lets the members of a group use it; a group that may already is left alone. @throws {grantGroupNotFound} */
export async function grantToGroup(
  db: TenantDb,
  actor: Actor,
  applicationId: ApplicationId,
  groupId: GroupId,
): Promise<void> {
  const { name } = await lockApplication(db, applicationId);
  const group = await db
    .selectFrom("groups")
    .select("name")
    .where("id", "=", groupId)
    .executeTakeFirstOrThrow(() =>
      grantGroupNotFound({ errors: { groupId: texts.groupNotFound } }),
    );
  const added = await db
    .insertInto("application_grants")
    .values({ application_id: applicationId, group_id: groupId })
    .onConflict((on) => on.doNothing())
    .executeTakeFirst();
  if (!added.numInsertedOrUpdatedRows) return;
  await record(db, actor, accessGranted, { applicationId, name, groupId, groupName: group.name });
}

/** Takes a group's access away. @throws {applicationNotFound} @throws {grantNotFound} */
export async function revokeFromGroup(
  db: TenantDb,
  actor: Actor,
  applicationId: ApplicationId,
  groupId: GroupId,
): Promise<void> {
  const { name } = await lockApplication(db, applicationId);
  const group = await db
    .selectFrom("application_grants as grant")
    .innerJoin("groups", "groups.id", "grant.group_id")
    .select("groups.name")
    .where("grant.application_id", "=", applicationId)
    .where("grant.group_id", "=", groupId)
    .executeTakeFirstOrThrow(() => grantNotFound({ groupId }));
  await db
    .deleteFrom("application_grants")
    .where("application_id", "=", applicationId)
    .where("group_id", "=", groupId)
    .execute();
  await record(db, actor, accessRevoked, { applicationId, name, groupId, groupName: group.name });
}
