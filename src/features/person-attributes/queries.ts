// Reads: one person's attributes, and everybody who lacks some that the tenant asks for.
import { type RawBuilder, sql } from "kysely";
import { z } from "zod";
import { mayEditProfile } from "#features/account/index.ts";
import {
  type AttributeKey,
  attributeKeys,
  attributesOf,
  attributesShown,
  findAttributeSettings,
  listAttributes,
  missingOf,
  type PersonAttribute,
} from "#features/attributes/index.ts";
import { findPolicy } from "#features/policy/index.ts";
import {
  fullName,
  isAfter,
  mayManage,
  personMatches,
  primaryEmail,
  userNotFound,
} from "#features/users/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { decodeCursor, toPage } from "#platform/http/input.ts";
import { type Actor, actorMay } from "#src/actor.ts";
import { UserId } from "#src/ids.ts";
import { Role, roleMay } from "#src/permissions.ts";
import type { Lacking, LackFilter, LackingList, PersonAttributes } from "./schema.ts";

/** One person's attributes, and what the caller may do about them. Four statements. @throws {userNotFound} */
export async function getPersonAttributes(
  db: TenantDb,
  { actor, now }: { actor: Actor; now: Date },
  userId: UserId,
): Promise<PersonAttributes> {
  const row = await db
    .selectFrom("users as u")
    .select([
      "u.id",
      "u.first_name as firstName",
      "u.last_name as lastName",
      "u.role",
      "u.anonymised_at as anonymisedAt",
      "u.profile_asked_at as askedAt",
      isAskable(await editing(db, now)).as("isAskable"),
    ])
    .where("u.id", "=", userId)
    .executeTakeFirstOrThrow(() => userNotFound({ userId }));
  const settings = await findAttributeSettings(db);
  const may = actorMay(actor, "users.manage") && mayManage(actor, row);
  return {
    user: { id: row.id, name: fullName(row) },
    attributes: attributesShown(settings, await attributesOf(db, userId)),
    mayEdit: may && row.anonymisedAt === null,
    askedAt: row.askedAt?.toISOString() ?? null,
    mayBeAsked: may && row.isAskable && row.askedAt === null,
  };
}

/** What the actor's own profile lacks and they can fill in; nothing where the tenant keeps profiles itself. At most three statements. */
export async function ownMissingAttributes(
  db: TenantDb,
  { actor, now }: { actor: Actor; now: Date },
): Promise<PersonAttribute[]> {
  if (actor.kind !== "user") return [];
  const all = await listAttributes(db, actor.userId);
  const missing = all.filter(({ isMissing, isLocked }) => isMissing && !isLocked);
  return missing.length > 0 && (await mayEditProfile(db, actor, now)) ? missing : [];
}

/** The keys of those. */
export const ownMissing = async (
  db: TenantDb,
  by: { actor: Actor; now: Date },
): Promise<AttributeKey[]> => (await ownMissingAttributes(db, by)).map(({ key }) => key);

/** Whether people edit their own profile, as a part of a statement. */
export async function editing(db: TenantDb, now: Date): Promise<RawBuilder<boolean>> {
  const { peopleEditNames } = await findPolicy(db, now);
  return sql<boolean>`${peopleEditNames}::boolean`;
}

const free = Role.options.filter((role) => roleMay(role, "settings.manage"));

/** Whether the person `u` lacks something, and all of it is theirs to fill in. `edits`: whether people edit their own profile. */
export const isAskable = (edits: RawBuilder<boolean>): RawBuilder<boolean> => sql<boolean>`(
  u.state in ('active', 'invited')
  and (${edits} or u.role::text = any(${free}::text[]))
  and exists (select from ${missingOf} as m)
  and not exists (select from ${missingOf} as m where m.is_locked))`;

const Cursor = z.tuple([z.string(), UserId]);

interface Row {
  id: UserId;
  firstName: string;
  lastName: string;
  email: string;
  key: string;
  role: Role;
  state: Lacking["state"];
  askedAt: Date | null;
  missing: { key: string; is_locked: boolean }[];
  isAskable: boolean;
}

const narrowedTo = (only: LackFilter["only"], edits: RawBuilder<boolean>): RawBuilder<boolean> => {
  switch (only) {
    case undefined:
      return sql<boolean>`true`;
    case "own":
      return isAskable(edits);
    case "kept":
      return sql<boolean>`not ${isAskable(edits)}`;
    case "asked":
      return sql<boolean>`u.profile_asked_at is not null`;
  }
};

/** People who lack something that is asked for, by name; two statements, one pass over the tenant's people with look-ups by key. */
export async function listLacking(
  db: TenantDb,
  actor: Actor,
  { q, only, limit, cursor, now }: LackFilter & { now: Date },
): Promise<LackingList> {
  const edits = await editing(db, now);
  const after = cursor === undefined ? sql`true` : isAfter(decodeCursor(Cursor, cursor));
  const { rows } = await sql<Row>`
    select u.id, u.first_name as "firstName", u.last_name as "lastName", ${primaryEmail} as email,
      u.name_key as key, u.role, u.state, u.profile_asked_at as "askedAt",
      (select json_agg(json_build_object('key', m.key, 'is_locked', m.is_locked)) from ${missingOf} as m) as missing,
      ${isAskable(edits)} as "isAskable"
    from users as u
    where u.state in ('active', 'invited')
      and exists (select from ${missingOf} as m)
      and ${narrowedTo(only, edits)} and ${personMatches(q)} and ${after}
    order by u.name_key, u.id limit ${limit + 1}`.execute(db);
  const page = toPage(rows, limit, ({ key, id }) => [key, id]);
  return { items: page.items.map((row) => toLacking(row, actor)), next: page.next };
}

function toLacking(row: Row, actor: Actor): Lacking {
  const { id, email, role, state, askedAt } = row;
  return {
    id,
    name: fullName(row),
    email,
    role,
    state,
    missing: attributeKeys.flatMap((key) => {
      const found = row.missing.find((missing) => missing.key === key);
      return found ? [{ key, isLocked: found.is_locked }] : [];
    }),
    askedAt: askedAt?.toISOString() ?? null,
    mayBeAsked: row.isAskable && askedAt === null && mayManage(actor, row),
  };
}
