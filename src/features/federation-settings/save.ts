// Saving the settings: all of them or none, on top of what was read.
import { z } from "zod";
import {
  defaultFederationSettings,
  type FederationField,
  federationFields,
  FederationSettings as Values,
  findFederationState,
  lockFederationState,
  storeFederationSettings,
} from "#features/federation/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Actor } from "#src/actor.ts";
import { federationSettingsChanged } from "./errors.ts";
import { federationSettingsChangedEvent } from "./events.ts";
import type { FederationSettings, FederationSettingsInput } from "./schema.ts";
import { texts } from "./texts.ts";
import { valueText } from "./words.ts";

/** What holds, and the version to send back with a change. */
export async function getFederationSettings(db: TenantDb): Promise<FederationSettings> {
  const { settings, version } = await findFederationState(db);
  return { ...settings, version };
}

/** Puts the settings in force. The same again change nothing and are not recorded. @throws {federationSettingsChanged} */
export async function saveFederationSettings(
  db: TenantDb,
  { actor, now }: { readonly actor: Actor; readonly now: Date },
  { version: read, ...wanted }: FederationSettingsInput,
): Promise<void> {
  const { settings: had, version } = await lockFederationState(db);
  if (version !== read) {
    const words = await changedSince(db, read);
    const says = words === "" ? texts.changedMeanwhile : texts.changedMeanwhileText(words);
    throw federationSettingsChanged({ version, errors: { "": says } });
  }
  const changed = federationFields.filter((field) => wanted[field] !== had[field]);
  if (changed.length === 0) return;
  const changes = Object.fromEntries(
    changed.map((field) => [field, { from: had[field], to: wanted[field] }]),
  );
  const stored = await storeFederationSettings(db, wanted, now);
  await record(db, actor, federationSettingsChangedEvent, { version: stored, changes });
}

/** Who changed what after a version, oldest first, in words; of the last 20 changes. */
async function changedSince(db: TenantDb, version: number): Promise<string> {
  const rows = await db
    .selectFrom("audit_events as e")
    .leftJoin("users as u", "u.id", "e.actor_id")
    .leftJoin("api_clients as c", "c.id", "e.actor_id")
    .select(["e.data", "u.first_name as firstName", "u.last_name as lastName", "c.name as client"])
    .where("e.name", "=", federationSettingsChangedEvent.name)
    .orderBy("e.id", "desc")
    .limit(20)
    .execute();
  return rows
    .toReversed()
    .flatMap(({ data, firstName, lastName, client }) => {
      const put = federationSettingsChangedEvent.data.parse(data);
      if (put.version <= version) return [];
      const nobody = client === null ? texts.somebody : texts.client(client);
      const who = firstName === null ? nobody : `${firstName} ${lastName}`;
      return [texts.changedBy(who, wordsOf(put.changes).join(", "))];
    })
    .join("; ");
}

function wordsOf(changes: z.infer<typeof federationSettingsChangedEvent.data>["changes"]) {
  const sideOf = (side: "from" | "to") =>
    Values.parse({
      ...defaultFederationSettings,
      ...Object.fromEntries(Object.entries(changes).map(([field, two]) => [field, two[side]])),
    });
  const [from, to] = [sideOf("from"), sideOf("to")];
  return Object.keys(changes).map((name) => {
    const field = name as FederationField;
    return texts.fromTo(texts[field], valueText[field](from), valueText[field](to));
  });
}
