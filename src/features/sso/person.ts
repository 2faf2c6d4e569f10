// What would be told about a person: the same values for the consent page and for the assertion.
import {
  type Access,
  type FoundApplication,
  groupsTold,
  ownIdentity,
  released,
  type ReleasedAttribute,
} from "#features/applications/index.ts";
import { settingsIn, settingsJson, valuesIn, valuesJson } from "#features/attributes/index.ts";
import type { SaidName } from "#features/sessions/index.ts";
import { sql } from "kysely";
import { jsonArrayFrom } from "kysely/helpers/postgres";
import type { TenantDb } from "#platform/db/database.ts";
import type { Site } from "#platform/http/context.ts";
import { nameIdFormats } from "#protocols/saml/name-id.ts";
import { SamlError } from "#protocols/saml/errors.ts";
import type { ApplicationId, UserId } from "#src/ids.ts";
import type { Waiting } from "./waiting.ts";

export interface Person {
  readonly userId: UserId;
  readonly email: string;
  /** What the application is told. */
  readonly told: readonly ReleasedAttribute[];
}

/** The person with what this application is told of them. One statement. */
export async function personFor(
  db: TenantDb,
  userId: UserId,
  { application, through }: Access,
): Promise<Person> {
  const scope = groupsTold(application);
  const user = await db
    .selectFrom("users")
    .innerJoin("user_emails as address", "address.user_id", "users.id")
    .select(["users.first_name as firstName", "users.last_name as lastName", "address.email"])
    .select([settingsJson.as("settings"), valuesJson(sql.ref("users.id")).as("values")])
    .select((eb) =>
      (scope === "all"
        ? jsonArrayFrom(
            eb
              .selectFrom("group_members as member")
              .innerJoin("groups", "groups.id", "member.group_id")
              .whereRef("member.user_id", "=", "users.id")
              .select("groups.name")
              .orderBy("groups.name_key")
              .limit(1_000),
          )
        : sql<{ name: string }[]>`'[]'::json`
      ).as("groups"),
    )
    .where("users.id", "=", userId)
    .where("address.is_primary", "=", true)
    .executeTakeFirstOrThrow();
  const { email, firstName, lastName } = user;
  const groups = scope === "access_relevant" ? through : user.groups;
  const told = released(application, settingsIn(user.settings), {
    email,
    firstName,
    lastName,
    groups: groups.map(({ name }) => name),
    values: valuesIn(user.values),
  });
  return { userId, email, told };
}

/**
 * The kinds of facts released, for consent and the audit trail, whatever the application calls them, and the NameID's format. All groups,
 * where those that give access would do, are a kind of their own: who agreed to the few is asked again.
 */
export function releasedKinds(
  { told }: Person,
  { nameIdFormat }: Pick<Waiting, "nameIdFormat">,
  { groupsSent, availableToAll }: FoundApplication,
): string[] {
  const kinds = told.map(({ key }) => key);
  const isMore = groupsSent === "all" && !availableToAll && kinds.includes("groups");
  return [...kinds, ...(isMore ? ["all_groups"] : []), nameIdFormat].sort();
}

/**
 * The identifier for this person at this application (Core §8.3).
 * @throws {SamlError} invalid_name_id_policy when a persistent one would have to be made and the request forbids it
 */
export async function nameIdFor(db: TenantDb, person: Person, waiting: Waiting): Promise<string> {
  if (waiting.nameIdFormat === nameIdFormats.emailAddress) return person.email;
  if (waiting.nameIdFormat === nameIdFormats.transient) return `_${crypto.randomUUID()}`;
  const key = { application_id: waiting.applicationId, user_id: person.userId };
  const find = () => persistentId(db, person.userId, waiting.applicationId);
  const known = await find();
  if (known !== null) return known;
  if (!waiting.mayCreateId) throw new SamlError("invalid_name_id_policy", "AllowCreate is false");
  await db
    .insertInto("saml_persistent_ids")
    .values({ ...key, name_id: crypto.randomUUID() })
    .onConflict((on) => on.doNothing())
    .execute();
  const made = await find();
  if (made === null) throw new Error("a persistent identifier was neither found nor made");
  return made;
}

/** The identifier as it is said: made by us, for this application alone. */
export const saidName = (
  site: Site,
  { applicationId, nameIdFormat }: Pick<Waiting, "applicationId" | "nameIdFormat">,
  { nameId, application }: { nameId: string; application: FoundApplication },
): SaidName => ({
  value: nameId,
  format: nameIdFormat,
  nameQualifier: ownIdentity(site, applicationId).entityId,
  spNameQualifier: application.serviceProvider.entityId,
});

/** The persistent identifier that this person has at this application already; null when none was made. */
export async function persistentId(
  db: TenantDb,
  userId: UserId,
  applicationId: ApplicationId,
): Promise<string | null> {
  const row = await db
    .selectFrom("saml_persistent_ids")
    .select("name_id")
    .where("application_id", "=", applicationId)
    .where("user_id", "=", userId)
    .executeTakeFirst();
  return row?.name_id ?? null;
}
