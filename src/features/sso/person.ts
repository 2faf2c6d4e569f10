// What would be told about a person: the same values for the consent page and for the assertion.
import {
  type Access,
  type FoundApplication,
  groupsTold,
  ownIdentity,
  sentAttributes,
} from "#features/applications/index.ts";
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
  readonly firstName: string;
  readonly lastName: string;
  readonly displayName: string;
  /** Names, in order. */
  readonly groups: readonly string[];
}

/** The person with the groups that this application is told of (`groupsTold`). One statement. */
export async function personFor(
  db: TenantDb,
  userId: UserId,
  { application, through }: Access,
): Promise<Person> {
  const told = groupsTold(application);
  const user = await db
    .selectFrom("users")
    .innerJoin("user_emails as address", "address.user_id", "users.id")
    .select(["users.first_name as firstName", "users.last_name as lastName", "address.email"])
    .select((eb) =>
      (told === "all"
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
  const groups = told === "access_relevant" ? through : user.groups;
  return {
    userId,
    email,
    firstName,
    lastName,
    displayName: `${firstName} ${lastName}`,
    groups: groups.map(({ name }) => name),
  };
}

/** The attributes of an assertion; those without a value are left out by the builder. */
export function attributesOf(person: Person) {
  const values: Readonly<Record<string, readonly string[]>> = {
    email: [person.email],
    firstName: [person.firstName],
    lastName: [person.lastName],
    displayName: [person.displayName],
    groups: person.groups,
  };
  return sentAttributes.map(({ name, nameFormat, friendlyName }) => ({
    name,
    nameFormat,
    friendlyName,
    values: values[name] ?? [],
  }));
}

/**
 * The kinds of facts released, for consent and the audit trail: attribute names that have values, and the NameID's format. All groups,
 * where those that give access would do, are a kind of their own: who agreed to the few is asked again.
 */
export function releasedKinds(
  person: Person,
  waiting: Pick<Waiting, "nameIdFormat">,
  { groupsSent, availableToAll }: FoundApplication,
): string[] {
  const names = attributesOf(person)
    .filter(({ values }) => values.length > 0)
    .map(({ name }) => name);
  const isMore = groupsSent === "all" && !availableToAll && person.groups.length > 0;
  return [...names, ...(isMore ? ["all_groups"] : []), waiting.nameIdFormat].sort();
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
