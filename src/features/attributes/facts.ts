// What a tenant makes of attributes and what is known of somebody, as parts of other features' statements: a sign-on reads all it needs at once.
import { type RawBuilder, sql } from "kysely";
import { z } from "zod";
import { IdentityProviderId } from "#src/ids.ts";
import { type AttributeKey, isAttributeKey } from "./registry.ts";
import {
  AttributeFlags,
  type AttributeSettings,
  AttributeSource,
  defaultSettings,
} from "./schema.ts";

/** A value in force as a statement of somebody else's reads it. */
export interface KnownValue {
  readonly key: AttributeKey;
  readonly value: string;
  readonly source: AttributeSource;
  /** Null: none said it, or one that is gone. */
  readonly providerId: IdentityProviderId | null;
}

/** A tenant's settings, one row for each key, as `settingsIn` reads them. */
export const settingsJson: RawBuilder<unknown> = sql`(
  select coalesce(json_agg(json_build_object(
    'key', s.key, 'enabled', s.enabled, 'required', s.required, 'mirrorFromProvider', s.mirror_from_provider,
    'lockedForUsers', s.locked_for_users, 'sendToApplications', s.send_to_applications,
    'allowSelfSourced', s.allow_self_sourced)), '[]')
  from attribute_settings as s)`;

/** The values in force of the person that `userId` names, as `valuesIn` reads them. */
export const valuesJson = (userId: RawBuilder<unknown>): RawBuilder<unknown> => sql`(
  select coalesce(json_agg(json_build_object(
    'key', a.key, 'value', a.value, 'source', a.source, 'providerId', a.identity_provider_id)), '[]')
  from user_attributes as a where a.user_id = ${userId})`;

const SettingsRows = z.array(AttributeFlags.extend({ key: z.string() }));

/** What `settingsJson` read; the defaults where the tenant has saved nothing. */
export function settingsIn(json: unknown): AttributeSettings {
  const settings = { ...defaultSettings };
  for (const { key, ...flags } of SettingsRows.parse(json))
    if (isAttributeKey(key)) settings[key] = flags;
  return settings;
}

const ValueRows = z.array(
  z.object({
    key: z.string(),
    value: z.string(),
    source: AttributeSource,
    providerId: IdentityProviderId.nullable(),
  }),
);

/** What `valuesJson` read, without attributes that a later release knows. */
export const valuesIn = (json: unknown): KnownValue[] =>
  ValueRows.parse(json).flatMap(({ key, ...row }) =>
    isAttributeKey(key) ? [{ key, ...row }] : [],
  );
