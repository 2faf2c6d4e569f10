// What would be told about a person: the same values for the consent page and for the assertion.
import type { Access } from "#features/applications/index.ts";
import { sentAttributes } from "#features/applications/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { nameIdFormats } from "#protocols/saml/name-id.ts";
import { SamlError } from "#protocols/saml/errors.ts";
import type { UserId } from "#src/ids.ts";
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

/** The person with the groups that matter to this application: those that give access, or all where everyone has it. */
export async function personFor(db: TenantDb, userId: UserId, access: Access): Promise<Person> {
  const user = await db
    .selectFrom("users")
    .innerJoin("user_emails as address", "address.user_id", "users.id")
    .select(["users.first_name as firstName", "users.last_name as lastName", "address.email"])
    .where("users.id", "=", userId)
    .where("address.is_primary", "=", true)
    .executeTakeFirstOrThrow();
  const groups = access.through.length > 0 ? access.through : await allGroups(db, userId);
  return {
    userId,
    ...user,
    displayName: `${user.firstName} ${user.lastName}`,
    groups: groups.map(({ name }) => name),
  };
}

const allGroups = (db: TenantDb, userId: UserId) =>
  db
    .selectFrom("group_members as member")
    .innerJoin("groups", "groups.id", "member.group_id")
    .where("member.user_id", "=", userId)
    .select(["groups.id", "groups.name"])
    .orderBy("groups.name_key")
    .limit(1_000)
    .execute();

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

/** The kinds of facts released, for consent and the audit trail: attribute names that have values, and the NameID's format. */
export function releasedKinds(person: Person, waiting: Pick<Waiting, "nameIdFormat">): string[] {
  const names = attributesOf(person)
    .filter(({ values }) => values.length > 0)
    .map(({ name }) => name);
  return [...names, waiting.nameIdFormat].sort();
}

/**
 * The identifier for this person at this application (Core §8.3).
 * @throws {SamlError} invalid_name_id_policy when a persistent one would have to be made and the request forbids it
 */
export async function nameIdFor(db: TenantDb, person: Person, waiting: Waiting): Promise<string> {
  if (waiting.nameIdFormat === nameIdFormats.emailAddress) return person.email;
  if (waiting.nameIdFormat === nameIdFormats.transient) return `_${crypto.randomUUID()}`;
  const key = { application_id: waiting.applicationId, user_id: person.userId };
  const find = () =>
    db
      .selectFrom("saml_persistent_ids")
      .select("name_id")
      .where("application_id", "=", key.application_id)
      .where("user_id", "=", key.user_id)
      .executeTakeFirst();
  const known = await find();
  if (known) return known.name_id;
  if (!waiting.mayCreateId) throw new SamlError("invalid_name_id_policy", "AllowCreate is false");
  await db
    .insertInto("saml_persistent_ids")
    .values({ ...key, name_id: crypto.randomUUID() })
    .onConflict((on) => on.doNothing())
    .execute();
  const made = await find();
  if (!made) throw new Error("a persistent identifier was neither found nor made");
  return made.name_id;
}
