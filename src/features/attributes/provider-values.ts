// What identity providers say of people: the last word of each is kept, and is in force where the tenant has it so. And how it goes again.
import { type RawBuilder, sql } from "kysely";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Actor } from "#src/actor.ts";
import type { IdentityProviderId, UserId } from "#src/ids.ts";
import { clearAsked } from "./completion.ts";
import { type AttributeAction, attributesChanged } from "./events.ts";
import { type KnownValue, settingsIn, settingsJson, valuesIn, valuesJson } from "./facts.ts";
import { findAttributeSettings } from "./queries.ts";
import { type AttributeKey, attributeKeys, isAttributeKey } from "./registry.ts";
import type { AttributeSettings } from "./schema.ts";
import { type StoredChange, storeValues } from "./store.ts";

/** What a provider says, as it is to be kept (`readValue`). Null: it says that there is none. Absent: it says nothing. */
export type SaidValues = Readonly<Partial<Record<AttributeKey, string | null>>>;

interface ByProvider {
  readonly providerId: IdentityProviderId;
  readonly userId: UserId;
}

export interface ProviderWord extends ByProvider {
  readonly said: SaidValues;
  readonly now: Date;
}

/** What of a provider's word changes what is in force. */
interface Change extends StoredChange {
  readonly action: AttributeAction;
}

/**
 * Keeps a provider's word on somebody, of the attributes that are in use, and puts it in force where the tenant mirrors it, whoever entered
 * what is there. The person is locked. Two statements where nothing is new, none where nothing was said.
 */
export async function takeProviderValues(
  db: TenantDb,
  actor: Actor,
  { said, now, ...who }: ProviderWord,
): Promise<void> {
  if (Object.keys(said).length === 0) return;
  const before = await read(db, who.userId);
  if (before === null) return;
  const inUse = attributeKeys.flatMap((key) => {
    const value = said[key];
    return value === undefined || !before.settings[key].enabled ? [] : [{ key, value }];
  });
  if (inUse.length === 0) return;
  await keepWord(db, who, { inUse, now });
  const changes = planMirror(inUse, before, who.providerId);
  if (changes.length === 0) return;
  const by = { source: "idp", identityProviderId: who.providerId, updatedBy: null } as const;
  await storeValues(db, { userId: who.userId, changes, by });
  await record(db, actor, attributesChanged, {
    userId: who.userId,
    source: "idp",
    identityProviderId: who.providerId,
    changes: Object.fromEntries(changes.map(({ key, action }) => [key, action])),
  });
  await clearAsked(db, { userId: who.userId });
}

interface Before {
  readonly settings: AttributeSettings;
  readonly values: readonly KnownValue[];
}

async function read(db: TenantDb, userId: UserId): Promise<Before | null> {
  const row = await db
    .selectFrom("users")
    .select([settingsJson.as("settings"), valuesJson(sql.ref("users.id")).as("values")])
    .where("id", "=", userId)
    .executeTakeFirst();
  return row ? { settings: settingsIn(row.settings), values: valuesIn(row.values) } : null;
}

interface Said {
  readonly key: AttributeKey;
  readonly value: string | null;
}

/**
 * What changes in force. A provider that says that there is no value takes back its own word alone: what others said stays. Where it says
 * what a person typed, or what a provider said that is gone, the value is vouched for from now on; an administrator's stays theirs.
 */
export function planMirror(
  said: readonly Said[],
  { settings, values }: Before,
  providerId: IdentityProviderId,
): Change[] {
  return said.flatMap(({ key, value: to }): Change[] => {
    if (!settings[key].mirrorFromProvider) return [];
    const there = values.find((known) => known.key === key);
    if (to === null) {
      const isOwn = there?.source === "idp" && there.providerId === providerId;
      return isOwn ? [{ key, to, action: "cleared" }] : [];
    }
    if (there === undefined) return [{ key, to, action: "added" }];
    const isVouchedFor =
      there.source === "admin" || (there.source === "idp" && there.providerId !== null);
    return there.value === to && isVouchedFor ? [] : [{ key, to, action: "updated" }];
  });
}

/** The provider's last word, with the time; what it takes back goes. */
async function keepWord(
  db: TenantDb,
  { providerId, userId }: ByProvider,
  { inUse, now }: { inUse: readonly Said[]; now: Date },
): Promise<void> {
  const rows = inUse.flatMap(({ key, value }) =>
    value === null
      ? []
      : [{ user_id: userId, identity_provider_id: providerId, key, value, said_at: now }],
  );
  if (rows.length > 0)
    await db
      .insertInto("user_provider_attributes")
      .values(rows)
      .onConflict((on) =>
        on.constraint("user_provider_attributes_pkey").doUpdateSet((eb) => ({
          value: eb.ref("excluded.value"),
          said_at: eb.ref("excluded.said_at"),
        })),
      )
      .execute();
  const gone = inUse.filter(({ value }) => value === null).map(({ key }) => key);
  if (gone.length > 0)
    await db
      .deleteFrom("user_provider_attributes")
      .where("user_id", "=", userId)
      .where("identity_provider_id", "=", providerId)
      .where("key", "in", gone)
      .execute();
}

export interface TakingBack extends ByProvider {
  /** What it put in force and still says goes, too; else it stays, as a former provider's word. */
  readonly takesBack: boolean;
}

/** Somebody does not come by a provider any more: its word is forgotten. */
export async function forgetProviderValues(
  db: TenantDb,
  actor: Actor,
  { providerId, userId, takesBack }: TakingBack,
): Promise<void> {
  const keys = takesBack
    ? (await takeBackWhere(db, { providerId, whose: sql`and s.user_id = ${userId}` })).map(
        ({ key }) => key,
      )
    : [];
  await db
    .deleteFrom("user_provider_attributes")
    .where("user_id", "=", userId)
    .where("identity_provider_id", "=", providerId)
    .execute();
  const known = keys.filter(isAttributeKey);
  if (known.length === 0) return;
  await record(db, actor, attributesChanged, {
    userId,
    source: "idp",
    identityProviderId: providerId,
    changes: Object.fromEntries(known.map((key) => [key, "cleared" as const])),
  });
}

/**
 * Takes back what a provider put in force and still says, of everybody: it is going to be deleted, and what it said goes with it. Answers how
 * many values, of how many people.
 */
export async function takeBackProviderValues(
  db: TenantDb,
  providerId: IdentityProviderId,
): Promise<{ values: number; people: number }> {
  const gone = await takeBackWhere(db, { providerId, whose: sql`` });
  return { values: gone.length, people: new Set(gone.map(({ userId }) => userId)).size };
}

/** In the order in which others write a person's values, so that two who meet come one after the other. */
async function takeBackWhere(
  db: TenantDb,
  { providerId, whose }: { providerId: IdentityProviderId; whose: RawBuilder<unknown> },
): Promise<readonly { key: string; userId: UserId }[]> {
  const { rows } = await sql<{ key: string; userId: UserId }>`
    with held as materialized (
      select a.user_id, a.key from user_attributes as a
      join user_provider_attributes as s
        on s.user_id = a.user_id and s.key = a.key and s.value = a.value
        and s.identity_provider_id = a.identity_provider_id
      where a.source = 'idp' and a.identity_provider_id = ${providerId} ${whose}
      order by a.user_id, array_position(${[...attributeKeys]}::text[], a.key) for update of a
    )
    delete from user_attributes as a using held
    where a.user_id = held.user_id and a.key = held.key and a.identity_provider_id = ${providerId}
    returning a.key, a.user_id as "userId"`.execute(db);
  return rows;
}

/** One attribute as one provider said it last. */
export interface ProviderValue {
  readonly identityProvider: { readonly id: IdentityProviderId; readonly name: string };
  readonly key: AttributeKey;
  readonly value: string;
  readonly saidAt: Date;
  /** It is the value in force, by this provider's word. */
  readonly isInForce: boolean;
}

/** What each provider said of a person last, of the attributes that are in use: by the providers' names, then in the registry's order. */
export async function listProviderValues(db: TenantDb, userId: UserId): Promise<ProviderValue[]> {
  const settings = await findAttributeSettings(db);
  const rows = await db
    .selectFrom("user_provider_attributes as s")
    .innerJoin("identity_providers as p", "p.id", "s.identity_provider_id")
    .leftJoin("user_attributes as a", (join) =>
      join
        .onRef("a.user_id", "=", "s.user_id")
        .onRef("a.key", "=", "s.key")
        .onRef("a.value", "=", "s.value")
        .onRef("a.identity_provider_id", "=", "s.identity_provider_id"),
    )
    .select(["p.id", "p.name", "s.key", "s.value", "s.said_at as saidAt", "a.key as inForce"])
    .where("s.user_id", "=", userId)
    .orderBy(sql`lower(p.name)`)
    .orderBy("p.id")
    .orderBy(sql`array_position(${[...attributeKeys]}::text[], s.key)`)
    .limit(500)
    .execute();
  return rows.flatMap(({ id, name, key, value, saidAt, inForce }) =>
    isAttributeKey(key) && settings[key].enabled
      ? [{ identityProvider: { id, name }, key, value, saidAt, isInForce: inForce !== null }]
      : [],
  );
}
