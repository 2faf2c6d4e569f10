// Saving what a tenant makes of attributes: all of it or nothing, on top of what was read.
import { sql } from "kysely";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Actor } from "#src/actor.ts";
import { clearAsked } from "./completion.ts";
import { settingsChanged } from "./errors.ts";
import { attributeSettingsChanged } from "./events.ts";
import { findSettingsState } from "./queries.ts";
import { type AttributeKey, attributeKeys } from "./registry.ts";
import {
  type AttributeFlag,
  attributeFlags,
  type AttributeSettings,
  type Settings,
  type SettingsInput,
} from "./schema.ts";
import { texts } from "./texts.ts";

/** What is in force, with the version to save on top of. */
export async function getSettings(db: TenantDb): Promise<Settings> {
  const { version, settings } = await findSettingsState(db);
  return { version, attributes: settings };
}

/**
 * Puts settings in force and records each switch that differs; the same again changes nothing. People who have nothing left to fill in
 * are not led to their profile any more. @throws {settingsChanged}
 */
export async function saveSettings(
  db: TenantDb,
  actor: Actor,
  { version, attributes }: SettingsInput,
): Promise<void> {
  // Two who save at once come one after the other: there may be no row yet to lock.
  await db.selectFrom("tenants").select("id").forNoKeyUpdate().execute();
  const before = await findSettingsState(db);
  if (before.version !== version)
    throw settingsChanged({
      version: before.version,
      errors: { "": texts.changedMeanwhileText },
    });
  const changes = changesOf(before.settings, attributes);
  if (Object.keys(changes).length === 0) return;
  await store(db, attributes, version + 1);
  await record(db, actor, attributeSettingsChanged, { version: version + 1, changes });
  await clearAsked(db);
}

type Changes = Partial<
  Record<AttributeKey, Partial<Record<AttributeFlag, { from: boolean; to: boolean }>>>
>;

function changesOf(before: AttributeSettings, after: AttributeSettings): Changes {
  const changes: Changes = {};
  for (const key of attributeKeys) {
    const flags = attributeFlags.filter((name) => before[key][name] !== after[key][name]);
    if (flags.length > 0)
      changes[key] = Object.fromEntries(
        flags.map((name) => [name, { from: before[key][name], to: after[key][name] }]),
      );
  }
  return changes;
}

async function store(db: TenantDb, settings: AttributeSettings, version: number): Promise<void> {
  const rows = attributeKeys.map((key) => {
    const flags = settings[key];
    return {
      key,
      enabled: flags.enabled,
      required: flags.required,
      mirror_from_provider: flags.mirrorFromProvider,
      locked_for_users: flags.lockedForUsers,
      send_to_applications: flags.sendToApplications,
      allow_self_sourced: flags.allowSelfSourced,
      version,
    };
  });
  await db
    .insertInto("attribute_settings")
    .values(rows)
    .onConflict((on) =>
      on.constraint("attribute_settings_pkey").doUpdateSet((eb) => ({
        enabled: eb.ref("excluded.enabled"),
        required: eb.ref("excluded.required"),
        mirror_from_provider: eb.ref("excluded.mirror_from_provider"),
        locked_for_users: eb.ref("excluded.locked_for_users"),
        send_to_applications: eb.ref("excluded.send_to_applications"),
        allow_self_sourced: eb.ref("excluded.allow_self_sourced"),
        version: eb.ref("excluded.version"),
        updated_at: sql<Date>`now()`,
      })),
    )
    .execute();
}
