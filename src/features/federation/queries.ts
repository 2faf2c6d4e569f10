// Reads and the write of the settings; without a row the defaults hold.
import { type RawBuilder, sql } from "kysely";
import type { TenantDb } from "#platform/db/database.ts";
import { defaultFederationSettings, FederationSettings, type GroupScope } from "./schema.ts";

export interface FederationState {
  readonly settings: FederationSettings;
  /** Counts every change. */
  readonly version: number;
}

const rows = (db: TenantDb) =>
  db
    .selectFrom("federation_settings")
    .select([
      "group_scope as groupScope",
      "certificate_years as certificateYears",
      "rotation_window_days as rotationWindowDays",
      "version",
    ]);

/** What holds for this tenant's connections, and its version. */
export async function findFederationState(db: TenantDb): Promise<FederationState> {
  return toState(await rows(db).executeTakeFirst());
}

/** What holds for this tenant's connections. */
export const findFederationSettings = async (db: TenantDb): Promise<FederationSettings> =>
  (await findFederationState(db)).settings;

/** The same, locked until the transaction ends. */
export async function lockFederationState(db: TenantDb): Promise<FederationState> {
  await db
    .insertInto("federation_settings")
    .defaultValues()
    .onConflict((on) => on.doNothing())
    .execute();
  return toState(await rows(db).forUpdate().executeTakeFirst());
}

function toState(
  row: Awaited<ReturnType<ReturnType<typeof rows>["executeTakeFirst"]>>,
): FederationState {
  const { version, ...settings } = row ?? { version: 0, ...defaultFederationSettings };
  return { settings: FederationSettings.parse(settings), version };
}

/** Puts other settings in force; the row is locked by `lockFederationState`. Answers their version. */
export async function storeFederationSettings(
  db: TenantDb,
  settings: FederationSettings,
  now: Date,
): Promise<number> {
  const { version } = await db
    .updateTable("federation_settings")
    .set(({ eb }) => ({
      group_scope: settings.groupScope,
      certificate_years: settings.certificateYears,
      rotation_window_days: settings.rotationWindowDays,
      version: eb("version", "+", 1),
      updated_at: now,
    }))
    .returning("version")
    .executeTakeFirstOrThrow();
  return version;
}

/** What an application is told of a person's groups: its own word, else the organisation's. Part of a statement that reads `applications`. */
export const groupsSent = (): RawBuilder<GroupScope> => sql<GroupScope>`coalesce(
  applications.group_scope, (select group_scope from federation_settings), ${sql.lit(defaultFederationSettings.groupScope)})`;
