// Reads: who comes by a provider, how one person comes in, and which groups a provider gives.
import { sql } from "kysely";
import { jsonObjectFrom } from "kysely/helpers/postgres";
import { z } from "zod";
import { comingIn, peopleOf, type Route, routeOf } from "#features/identity-providers/index.ts";
import { findPolicy } from "#features/policy/index.ts";
import {
  emailsOf,
  fullName,
  getUser,
  isAfter,
  personMatches,
  primaryEmail,
} from "#features/users/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { decodeCursor, toPage } from "#platform/http/input.ts";
import { type GroupId, type IdentityProviderId, ProviderGroupId, UserId } from "#src/ids.ts";
import type { Mapping, MappingFilter, PeopleFilter, PersonWays, ProviderGroups } from "./schema.ts";

const Cursor = z.tuple([z.string(), UserId]);

/** People who come by the connection or were sent to it, with every word of `q` in a name or an address, by name. */
export async function listPeople(
  db: TenantDb,
  providerId: IdentityProviderId,
  { q, limit, cursor }: PeopleFilter,
) {
  const after = cursor === undefined ? null : decodeCursor(Cursor, cursor);
  const rows = await db
    .selectFrom(peopleOf(db, providerId).as("who"))
    .innerJoin("users as u", "u.id", "who.userId")
    .leftJoin("federated_identities as f", (join) =>
      join.onRef("f.user_id", "=", "u.id").on("f.identity_provider_id", "=", providerId),
    )
    .leftJoin("provider_assignments as a", (join) =>
      join.onRef("a.user_id", "=", "u.id").on("a.identity_provider_id", "=", providerId),
    )
    .select([
      "u.id as userId",
      "u.first_name as firstName",
      "u.last_name as lastName",
      "u.name_key as key",
      primaryEmail.as("email"),
      "u.state",
      "f.subject",
      "f.linked_at as linkedAt",
      "f.last_used_at as lastUsedAt",
      "a.assigned_at as assignedAt",
    ])
    .where(personMatches(q))
    .$if(after !== null, (query) => query.where(isAfter(after ?? ["", ""])))
    .orderBy("u.name_key")
    .orderBy("u.id")
    .limit(limit + 1)
    .execute();
  return toPage(rows, limit, ({ key, userId }) => [key, userId]);
}

const candidatesMost = 50;

/** Active people below super administrators who do not come by the connection and match `q`, by name: the first 50. */
export async function findCandidates(db: TenantDb, providerId: IdentityProviderId, q: string) {
  const rows = await db
    .selectFrom("users as u")
    .select([
      "u.id",
      "u.first_name as firstName",
      "u.last_name as lastName",
      primaryEmail.as("email"),
    ])
    .where("u.state", "=", "active")
    .where("u.role", "<>", "super_admin")
    .where(personMatches(q))
    .where("u.id", "not in", peopleOf(db, providerId))
    .orderBy("u.name_key")
    .orderBy("u.id")
    .limit(candidatesMost + 1)
    .execute();
  return { people: rows.slice(0, candidatesMost), hasMore: rows.length > candidatesMost };
}

/** How one person comes in. Five statements. @throws {userNotFound} */
export async function personWays(db: TenantDb, userId: UserId): Promise<PersonWays> {
  const user = await getUser(db, userId);
  const { hasPassword } = await db
    .selectFrom("users")
    .select((row) => row("password_hash", "is not", null).as("hasPassword"))
    .where("id", "=", userId)
    .executeTakeFirstOrThrow();
  return {
    userId,
    name: fullName(user),
    role: user.role,
    state: user.state,
    hasPassword: Boolean(hasPassword),
    hasPasskey: await hasPasskey(db, userId),
    ...(await comingIn(db, userId)),
  };
}

/** Whether a passkey that is not suspended opens the account. */
export async function hasPasskey(db: TenantDb, userId: UserId): Promise<boolean> {
  const row = await db
    .selectFrom("passkeys")
    .select("id")
    .where("user_id", "=", userId)
    .where("suspended_at", "is", null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** `byMailbox`: its domain alone is not enough, as for a provider's first word about it. */
export async function hasVerifiedAddress(
  db: TenantDb,
  userId: UserId,
  { byMailbox = false } = {},
): Promise<boolean> {
  const row = await db
    .selectFrom("user_emails")
    .select("id")
    .where("user_id", "=", userId)
    .where("verified_at", "is not", null)
    .$if(byMailbox, (query) => query.where("by_domain", "=", false))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Whether a verified address leads to the provider. */
export async function leadsTo(
  db: TenantDb,
  { userId, providerId }: { userId: UserId; providerId: IdentityProviderId },
  now: Date,
): Promise<boolean> {
  const policy = await findPolicy(db, now);
  for (const { email, verifiedAt } of await emailsOf(db, userId)) {
    if (verifiedAt !== null && (await routeOf(db, email, policy))?.id === providerId) return true;
  }
  return false;
}

/** Why somebody active cannot come by a provider anew; null: they can. What the action refuses, told before it is asked for. */
export async function anewProblem(
  db: TenantDb,
  { userId, role, hasPassword, hasPasskey: hasKey }: PersonWays,
  { providerId, isEnabled }: { providerId: IdentityProviderId; isEnabled: boolean },
  now: Date,
): Promise<AnewProblem | null> {
  if (!isEnabled) return "not_enabled";
  if (!(await hasVerifiedAddress(db, userId))) return "no_verified_address";
  if (role !== "member" && !hasPassword && !hasKey) return "cannot_confirm";
  const isLed = role !== "super_admin" || (await leadsTo(db, { userId, providerId }, now));
  return isLed ? null : "leads_elsewhere";
}
export type AnewProblem =
  | "not_enabled"
  | "no_verified_address"
  | "cannot_confirm"
  | "leads_elsewhere";

/** A provider that lets people in, kept from being deleted until the transaction ends; null: it does not, or is none. */
export async function lockEnabled(
  db: TenantDb,
  providerId: IdentityProviderId,
): Promise<Route | null> {
  const row = await db
    .selectFrom("identity_providers")
    .select(["id", "name"])
    .where("id", "=", providerId)
    .where("state", "=", "enabled")
    .forKeyShare()
    .executeTakeFirst();
  return row ?? null;
}

const MappingCursor = z.tuple([z.string(), ProviderGroupId]);

const mappings = (db: TenantDb, providerId: IdentityProviderId) =>
  db
    .selectFrom("provider_groups as v")
    .innerJoin("groups as g", "g.id", "v.group_id")
    .select((eb) => [
      "v.id",
      "v.value",
      "v.is_created as isCreated",
      "g.id as groupId",
      "g.name as groupName",
      eb
        .selectFrom("provider_memberships as m")
        .whereRef("m.identity_provider_id", "=", "v.identity_provider_id")
        .whereRef("m.group_id", "=", "v.group_id")
        .select(({ fn }) => fn.countAll<string>().as("count"))
        .as("count"),
    ])
    .where("v.identity_provider_id", "=", providerId);

/** What values of the claim stand for, by value, with how many people have the group from the provider. */
export async function listMappings(
  db: TenantDb,
  providerId: IdentityProviderId,
  { q, limit, cursor }: MappingFilter,
): Promise<{ items: Mapping[]; next: string | null }> {
  const after = cursor === undefined ? null : decodeCursor(MappingCursor, cursor);
  const rows = await mappings(db, providerId)
    .$if(q !== "", (query) =>
      query.where(sql<boolean>`(strpos(lower(v.value), lower(${q})) > 0
        or strpos(g.name_key, app.fold(${q})) > 0)`),
    )
    .$if(after !== null, (query) =>
      query.where(sql<boolean>`(v.value, v.id) > (${after?.[0]}, ${after?.[1]}::uuid)`),
    )
    .orderBy("v.value")
    .orderBy("v.id")
    .limit(limit + 1)
    .execute();
  const page = toPage(rows, limit, ({ value, id }) => [value, id]);
  return { items: page.items.map(toMapping), next: page.next };
}

/** One of them; null: it is not this provider's, or gone. */
export async function findMapping(
  db: TenantDb,
  {
    providerId,
    providerGroupId,
  }: { providerId: IdentityProviderId; providerGroupId: ProviderGroupId },
): Promise<Mapping | null> {
  const row = await mappings(db, providerId).where("v.id", "=", providerGroupId).executeTakeFirst();
  return row ? toMapping(row) : null;
}

type MappingRow = Awaited<ReturnType<ReturnType<typeof mappings>["executeTakeFirstOrThrow"]>>;

const toMapping = ({ id, value, isCreated, groupId, groupName, count }: MappingRow): Mapping => ({
  id,
  value,
  isCreated,
  group: { id: groupId, name: groupName },
  peopleCount: Number(count ?? 0),
});

/** What the settings of a provider's groups are. */
export function groupSettings(db: TenantDb, providerId: IdentityProviderId) {
  return db
    .selectFrom("identity_providers as p")
    .select((eb) => [
      "p.groups_attribute as groupsAttribute",
      "p.groups_unsaid as groupsUnsaid",
      "p.creates_groups as createsGroups",
      jsonObjectFrom(
        eb
          .selectFrom("groups as g")
          .select(["g.id", "g.name"])
          .whereRef("g.id", "=", "p.base_group_id"),
      ).as("baseGroup"),
    ])
    .where("p.id", "=", providerId)
    .executeTakeFirstOrThrow();
}

/** All of it. */
export async function providerGroups(
  db: TenantDb,
  providerId: IdentityProviderId,
  filter: MappingFilter,
): Promise<ProviderGroups> {
  return {
    ...(await groupSettings(db, providerId)),
    mappings: await listMappings(db, providerId, filter),
  };
}

/**
 * Groups to choose from, by name: the first 500, and the base group wherever it stands: a form without it would take it from everybody who
 * comes by the provider as soon as anything else is saved.
 */
export function groupChoices(
  db: TenantDb,
  providerId: IdentityProviderId,
): Promise<{ id: GroupId; name: string }[]> {
  return db
    .selectFrom("groups as g")
    .select(["g.id", "g.name"])
    .where((eb) =>
      eb.or([
        eb("g.id", "in", eb.selectFrom("groups").select("id").orderBy("name_key").limit(500)),
        eb.exists(
          eb
            .selectFrom("identity_providers as p")
            .select("p.id")
            .where("p.id", "=", providerId)
            .whereRef("p.base_group_id", "=", "g.id"),
        ),
      ]),
    )
    .orderBy("g.name_key")
    .execute();
}
