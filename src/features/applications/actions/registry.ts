// Writes of the registry itself. Keys are made and metadata is fetched before the transaction, never inside it.
import type { Actor } from "#src/actor.ts";
import { findFederationSettings } from "#features/federation/index.ts";
import { identifyingField, type Registering } from "#features/peer-metadata/index.ts";
import { createKey } from "#features/signing-keys/index.ts";
import { findAttributeSettings } from "#features/attributes/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { ApplicationId } from "#src/ids.ts";
import { entityIdChanged, entityIdTaken, metadataRefused } from "../errors.ts";
import {
  applicationChanged,
  applicationDeleted,
  applicationDisabled,
  applicationEnabled,
  applicationMetadataReplaced,
  applicationRegistered,
} from "../events.ts";
import { insertKey } from "../keys.ts";
import {
  type Description,
  describeServiceProvider,
  type DescriptionSource,
  logoutAfter,
} from "../metadata.ts";
import { initialNames } from "../requested.ts";
import { findApplication, lockApplication } from "../queries.ts";
import type { ApplicationChanges, NewApplication } from "../schema.ts";
import { texts } from "../texts.ts";

/** Registers an application with its own key pair. @throws {metadataRefused} @throws {entityIdTaken} */
export async function registerApplication(
  by: Registering,
  input: NewApplication,
): Promise<ApplicationId> {
  const description = await describeServiceProvider(input, by);
  const settings = await by.tenant.read(findFederationSettings);
  const key = await createKey(input.name, settings, by.now);
  const applicationId = ApplicationId.parse(Bun.randomUUIDv7());
  await by.tenant.write(async (db) => {
    await db
      .insertInto("applications")
      .values({
        id: applicationId,
        kind: input.kind,
        name: input.name,
        description: input.description,
        available_to_all: input.availableToAll,
      })
      .execute();
    await insertServiceProvider(db, applicationId, description, identifyingField(input));
    await insertKey({ ...by, db }, { owner: applicationId, key, state: "active" });
    const { entityId } = description;
    const { name, availableToAll } = input;
    await record(db, by.actor, applicationRegistered, {
      applicationId,
      name,
      entityId,
      availableToAll,
    });
  });
  return applicationId;
}

async function insertServiceProvider(
  db: TenantDb,
  applicationId: ApplicationId,
  description: Description,
  field: string,
) {
  await db
    .insertInto("saml_service_providers")
    .values({
      application_id: applicationId,
      ...columnsOf(description),
      name_id_format: description.nameIdFormat,
      sent_attributes: JSON.stringify(
        initialNames(description.requestedAttributes, await findAttributeSettings(db)),
      ),
    })
    .onConflict((on) => on.constraint("saml_entity_id_unique").doNothing())
    .returning("application_id")
    .executeTakeFirstOrThrow(() => {
      const { entityId } = description;
      return entityIdTaken({ entityId, errors: { [field]: texts.entityIdTaken } });
    });
}

const columnsOf = (description: Description) => ({
  entity_id: description.entityId,
  acs: JSON.stringify(description.acs),
  signing_certificates: [...description.signingCertificates],
  signs_requests: description.signsRequests,
  // What was given by hand stays where a document says nothing of it.
  ...(description.slo.length > 0 ? { slo: JSON.stringify(description.slo) } : {}),
  metadata_url: description.metadataUrl,
  // Asked again: under which names what is sent stays as it was chosen.
  requested_attributes: JSON.stringify(description.requestedAttributes),
});

const changeable = [
  "name",
  "description",
  "availableToAll",
  "strength",
  "groupScope",
  "nameIdFormat",
  "slo",
] as const;

/** Changes names and settings; only what differs is written and recorded. @throws {applicationNotFound} @throws {metadataRefused} */
export async function changeApplication(
  db: TenantDb,
  { actor, allowHttp }: Pick<Registering, "actor" | "allowHttp">,
  applicationId: ApplicationId,
  input: ApplicationChanges,
): Promise<void> {
  await lockApplication(db, applicationId);
  const before = await findApplication(db, applicationId);
  const wanted = {
    name: input.name ?? before.name,
    description: input.description ?? before.description,
    availableToAll: input.availableToAll ?? before.availableToAll,
    strength: input.strength === undefined ? before.strength : input.strength,
    groupScope: input.groupScope === undefined ? before.groupScope : input.groupScope,
    nameIdFormat: input.nameIdFormat ?? before.serviceProvider.nameIdFormat,
    slo: logoutAfter(before.serviceProvider.slo, input, { allowHttp }),
  };
  const { nameIdFormat, slo } = before.serviceProvider;
  const had = { ...before, nameIdFormat, slo };
  const changed = changeable.filter((field) => wanted[field] !== had[field]);
  if (changed.length === 0) return;
  await db
    .updateTable("applications")
    .set({
      name: wanted.name,
      description: wanted.description,
      available_to_all: wanted.availableToAll,
      strength: wanted.strength,
      group_scope: wanted.groupScope,
    })
    .where("id", "=", applicationId)
    .execute();
  await db
    .updateTable("saml_service_providers")
    .set({ name_id_format: wanted.nameIdFormat, slo: JSON.stringify(wanted.slo) })
    .where("application_id", "=", applicationId)
    .execute();
  const changes = Object.fromEntries(
    changed.map((field) => [field, { from: had[field], to: wanted[field] }]),
  );
  await record(db, actor, applicationChanged, { applicationId, name: wanted.name, changes });
}

/** Replaces what the application told us; its entity id must stay. @throws {metadataRefused} @throws {entityIdChanged} */
export async function replaceMetadata(
  by: Registering,
  applicationId: ApplicationId,
  source: DescriptionSource,
): Promise<void> {
  const before = await by.tenant.read((db) => findApplication(db, applicationId));
  const known = before.serviceProvider.metadataUrl ?? undefined;
  if (source.metadataXml === undefined && known === undefined) {
    throw metadataRefused({ errors: { metadataXml: texts.metadataXmlMissing } });
  }
  const description = await describeServiceProvider(
    source.metadataXml === undefined ? { metadataUrl: known } : source,
    by,
  );
  await by.tenant.write(async (db) => {
    const { name } = await lockApplication(db, applicationId);
    const now = await findApplication(db, applicationId);
    if (description.entityId !== now.serviceProvider.entityId) {
      throw entityIdChanged({ errors: { metadataXml: texts.entityIdChanged } });
    }
    await db
      .updateTable("saml_service_providers")
      .set({
        ...columnsOf(description),
        metadata_url: description.metadataUrl ?? now.serviceProvider.metadataUrl,
        updated_at: by.now,
      })
      .where("application_id", "=", applicationId)
      .execute();
    await record(db, by.actor, applicationMetadataReplaced, {
      applicationId,
      name,
      acsUrls: description.acs.map(({ url }) => url),
      sloUrls: description.slo.map(({ url }) => url),
      signingCertificates: description.signingCertificates.length,
    });
  });
}

/** Opens or closes an application; nothing happens when it is so already. @throws {applicationNotFound} */
export async function setEnabled(
  db: TenantDb,
  actor: Actor,
  applicationId: ApplicationId,
  isEnabled: boolean,
): Promise<void> {
  const { name, isEnabled: was } = await lockApplication(db, applicationId);
  if (was === isEnabled) return;
  await db
    .updateTable("applications")
    .set({ is_enabled: isEnabled })
    .where("id", "=", applicationId)
    .execute();
  await record(db, actor, isEnabled ? applicationEnabled : applicationDisabled, {
    applicationId,
    name,
  });
}

/** Removes an application with its keys, grants and identifiers. @throws {applicationNotFound} */
export async function deleteApplication(
  db: TenantDb,
  actor: Actor,
  applicationId: ApplicationId,
): Promise<{ name: string }> {
  await lockApplication(db, applicationId);
  const { name, serviceProvider } = await findApplication(db, applicationId);
  await db.deleteFrom("applications").where("id", "=", applicationId).execute();
  await record(db, actor, applicationDeleted, {
    applicationId,
    name,
    entityId: serviceProvider.entityId,
  });
  return { name };
}
