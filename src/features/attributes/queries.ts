// Reads of attributes: what a tenant makes of them, and what is known of a person.
import type { TenantDb } from "#platform/db/database.ts";
import type { UserId } from "#src/ids.ts";
import { type AttributeKey, attributeKeys, attributes, isAttributeKey } from "./registry.ts";
import {
  type AttributeFlags,
  type AttributeSettings,
  type AttributeValue,
  defaultSettings,
  type PersonAttribute,
} from "./schema.ts";

/** What the tenant makes of every attribute; the defaults where it has saved nothing. */
export async function findAttributeSettings(db: TenantDb): Promise<AttributeSettings> {
  return (await findSettingsState(db)).settings;
}

/** The same with the version to save on top of; 0: never saved. */
export async function findSettingsState(
  db: TenantDb,
): Promise<{ version: number; settings: AttributeSettings }> {
  const rows = await db
    .selectFrom("attribute_settings")
    .select([
      "key",
      "version",
      "enabled",
      "required",
      "mirror_from_provider as mirrorFromProvider",
      "locked_for_users as lockedForUsers",
      "send_to_applications as sendToApplications",
      "allow_self_sourced as allowSelfSourced",
    ])
    .limit(100)
    .execute();
  const settings: Record<AttributeKey, AttributeFlags> = { ...defaultSettings };
  for (const { key, version: _, ...flags } of rows) if (isAttributeKey(key)) settings[key] = flags;
  return { version: Math.max(0, ...rows.map(({ version }) => version)), settings };
}

/**
 * The values in force of one person, each with who said it, in the registry's order. Those of attributes that are not in use are among them:
 * `valuesToRelease` and `attributesShown` leave them out.
 */
export async function attributesOf(db: TenantDb, userId: UserId): Promise<AttributeValue[]> {
  const rows = await db
    .selectFrom("user_attributes as a")
    .leftJoin("identity_providers as p", "p.id", "a.identity_provider_id")
    .select(["a.key", "a.value", "a.source", "a.updated_at as updatedAt", "p.id", "p.name"])
    .where("a.user_id", "=", userId)
    .limit(100)
    .execute();
  const values = rows.flatMap(({ key, id, name, updatedAt, ...row }): AttributeValue[] =>
    isAttributeKey(key)
      ? [
          {
            key,
            ...row,
            identityProvider: id === null || name === null ? null : { id, name },
            updatedAt: updatedAt.toISOString(),
          },
        ]
      : [],
  );
  return values.toSorted((one, other) => order(one.key) - order(other.key));
}

const order = (key: AttributeKey): number => attributeKeys.indexOf(key);

/** Every attribute that is in use, with its value where there is one. */
export function attributesShown(
  settings: AttributeSettings,
  values: readonly AttributeValue[],
): PersonAttribute[] {
  return attributeKeys
    .filter((key) => settings[key].enabled)
    .map((key) => {
      const kept = values.find((value) => value.key === key);
      return {
        key,
        category: attributes[key].category,
        value: kept?.value ?? null,
        source: kept?.source ?? null,
        identityProvider: kept?.identityProvider ?? null,
        updatedAt: kept?.updatedAt ?? null,
        isRequired: settings[key].required,
        isMissing: settings[key].required && kept === undefined,
        isLocked: settings[key].lockedForUsers,
      };
    });
}

/** The attributes of one person as pages and scripts show them. Two statements. */
export async function listAttributes(db: TenantDb, userId: UserId): Promise<PersonAttribute[]> {
  return attributesShown(await findAttributeSettings(db), await attributesOf(db, userId));
}
