// Opening, closing and removing a connection. What would leave people without a way in is done only by who has read who they are.
import { sql } from "kysely";
import { takeBackProviderValues } from "#features/attributes/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Actor } from "#src/actor.ts";
import type { IdentityProviderId } from "#src/ids.ts";
import { isDefault, leavesPeopleOut, notDescribed } from "../errors.ts";
import {
  attributesTakenBack,
  providerDeleted,
  providerDisabled,
  providerEnabled,
} from "../events.ts";
import { findLeftOut, findProvider, lockProvider } from "../queries.ts";
import { texts } from "../texts.ts";
import { takeBackAll } from "./groups.ts";

/** Lets people in; nothing happens when it does already. @throws {providerNotFound} @throws {notDescribed} */
export async function enableProvider(
  db: TenantDb,
  actor: Actor,
  providerId: IdentityProviderId,
): Promise<void> {
  const { name, state } = await lockProvider(db, providerId);
  if (state === "enabled") return;
  const { provider } = await findProvider(db, providerId);
  if (provider === null) throw notDescribed();
  await setState(db, providerId, "enabled");
  await record(db, actor, providerEnabled, { identityProviderId: providerId, name });
}

export interface Confirmed {
  /** The caller has read who is left without a way in. */
  readonly confirmed: boolean;
}

/**
 * Lets nobody in any more by this connection; sessions that there are go on. Done already: nothing happens.
 * @throws {providerNotFound} @throws {isDefault} @throws {leavesPeopleOut}
 */
export async function disableProvider(
  db: TenantDb,
  actor: Actor,
  providerId: IdentityProviderId,
  { confirmed }: Confirmed,
): Promise<void> {
  const { name, state } = await lockProvider(db, providerId);
  if (state !== "enabled") return;
  const leftOutCount = await requireLeave(db, providerId, confirmed);
  await setState(db, providerId, "disabled");
  await record(db, actor, providerDisabled, { identityProviderId: providerId, name, leftOutCount });
}

export interface Deleting extends Confirmed {
  /** What it put on profiles stays there. */
  readonly keepsAttributes: boolean;
}

/**
 * Removes a connection with its keys, its domains, what it called people, and the memberships and attributes that it gave; the people stay.
 * @throws {providerNotFound} @throws {isDefault} @throws {leavesPeopleOut}
 */
export async function deleteProvider(
  db: TenantDb,
  actor: Actor,
  providerId: IdentityProviderId,
  { confirmed, keepsAttributes }: Deleting,
): Promise<{ name: string }> {
  await lockProvider(db, providerId);
  const { name, provider, peopleCount } = await findProvider(db, providerId);
  const leftOutCount = await requireLeave(db, providerId, confirmed);
  await takeBackAll(db, actor, { id: providerId, name });
  if (!keepsAttributes) await takeBackAttributes(db, actor, { id: providerId, name });
  await db.deleteFrom("identity_providers").where("id", "=", providerId).execute();
  await record(db, actor, providerDeleted, {
    identityProviderId: providerId,
    name,
    entityId: provider?.entityId ?? null,
    leftOutCount,
    linkedCount: peopleCount,
  });
  return { name };
}

async function takeBackAttributes(
  db: TenantDb,
  actor: Actor,
  { id, name }: { id: IdentityProviderId; name: string },
): Promise<void> {
  const { values, people } = await takeBackProviderValues(db, id);
  if (values === 0) return;
  const about = { identityProviderId: id, name };
  await record(db, actor, attributesTakenBack, { ...about, count: values, peopleCount: people });
}

/** How many people are left without a way in. @throws {isDefault} @throws {leavesPeopleOut} */
async function requireLeave(
  db: TenantDb,
  providerId: IdentityProviderId,
  confirmed: boolean,
): Promise<number> {
  const isNeeded =
    (await findProvider(db, providerId)).isDefault || (await isOnTrial(db, providerId));
  if (isNeeded) throw isDefault({ errors: { "": texts.isDefault } });
  const { count, people } = await findLeftOut(db, providerId);
  if (count > 0 && !confirmed)
    throw leavesPeopleOut({ count, people, errors: { confirmed: texts.confirmMissing } });
  return count;
}

/** Whether a change of the settings that is being tried makes it the default, or would bring it back as that. */
async function isOnTrial(db: TenantDb, providerId: IdentityProviderId): Promise<boolean> {
  const field = "defaultIdentityProviderId";
  const trial = await db
    .selectFrom("policy_trials")
    .select("id")
    .where("ended_at", "is", null)
    .where(sql<boolean>`${providerId} in (proposed ->> ${field}, previous ->> ${field})`)
    .executeTakeFirst();
  return trial !== undefined;
}

const setState = (
  db: TenantDb,
  providerId: IdentityProviderId,
  state: "enabled" | "disabled",
): Promise<unknown> =>
  db.updateTable("identity_providers").set({ state }).where("id", "=", providerId).execute();
