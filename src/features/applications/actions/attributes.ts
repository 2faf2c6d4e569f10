// What an application is told about people: shown with what its metadata asks for and what the tenant lets it have, and changed as a whole.
import { findAttributeSettings, type AttributeSettings } from "#features/attributes/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Actor } from "#src/actor.ts";
import type { ApplicationId } from "#src/ids.ts";
import { attributeOf, factName, isLetOut, sentKeys } from "../attributes.ts";
import { applicationAttributesChanged } from "../events.ts";
import { findApplication, type FoundApplication, lockApplication } from "../queries.ts";
import { proposedName, requestedFact, requestedFacts } from "../requested.ts";
import type { NewSentNames, SentChoice, SentChoices } from "../schema.ts";

/** Everything that could be sent. @throws {applicationNotFound} */
export async function listSent(db: TenantDb, applicationId: ApplicationId): Promise<SentChoices> {
  const application = await findApplication(db, applicationId);
  return choicesOf(application, await findAttributeSettings(db));
}

function choicesOf(application: FoundApplication, settings: AttributeSettings): SentChoices {
  const { sentAttributes, requestedAttributes } = application.serviceProvider;
  const asked = requestedFacts(requestedAttributes);
  const items = sentKeys.map((key): SentChoice => {
    const request = asked.get(key);
    const name = sentAttributes[key];
    const source = attributeOf(key);
    return {
      key,
      label: factName(key),
      isSent: name !== undefined,
      name: name ?? proposedName(key, asked),
      isAllowed: isLetOut(application, settings, key),
      isUnconfirmedToo: source === null ? null : settings[source].allowSelfSourced,
      requested:
        request === undefined ? null : { name: request.name, isRequired: request.isRequired },
    };
  });
  return { items, unknown: requestedAttributes.filter((one) => requestedFact(one) === undefined) };
}

/** Puts another choice in the place of the one before, and records old and new of what differs. @throws {applicationNotFound} */
export async function changeSent(
  db: TenantDb,
  actor: Actor,
  applicationId: ApplicationId,
  { attributes: wanted }: NewSentNames,
): Promise<SentChoices> {
  const { name } = await lockApplication(db, applicationId);
  const before = (await findApplication(db, applicationId)).serviceProvider.sentAttributes;
  const changed = sentKeys.filter((key) => before[key] !== wanted[key]);
  if (changed.length > 0) {
    await db
      .updateTable("saml_service_providers")
      .set({ sent_attributes: JSON.stringify(wanted) })
      .where("application_id", "=", applicationId)
      .execute();
    const changes = Object.fromEntries(
      changed.map((key) => [key, { from: before[key] ?? null, to: wanted[key] ?? null }]),
    );
    await record(db, actor, applicationAttributesChanged, { applicationId, name, changes });
  }
  return listSent(db, applicationId);
}
