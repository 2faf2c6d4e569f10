// Who a provider's subject is here: the link is made once, at the end of a first sign-in, and taken away by an administrator.
import { sql } from "kysely";
import { giveDomainGroups } from "#features/domains/index.ts";
import { type AttributeKey, forgetProviderValues } from "#features/attributes/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Actor } from "#src/actor.ts";
import type { Asserted } from "../requests.ts";
import type { IdentityProviderId, UserId } from "#src/ids.ts";
import { wordOn } from "../assignments.ts";
import {
  attributesSkipped,
  namesTaken,
  personCreated,
  personLinked,
  personUnlinked,
} from "../events.ts";
import { takeBackFrom } from "./groups.ts";

export interface Link {
  readonly providerId: IdentityProviderId;
  readonly subject: string;
  readonly userId: UserId;
}

export interface Unlinking {
  readonly userId: UserId;
  readonly except?: IdentityProviderId | null;
  /** What those put on the person's profile stays there. */
  readonly keepsAttributes?: boolean;
}

/**
 * Forgets by which connections a person comes in, all but `except`, and takes back the groups and the attributes that those gave. Call it
 * with the person locked. Answers which they were.
 */
export async function unlinkPerson(
  db: TenantDb,
  actor: Actor,
  { userId, except = null, keepsAttributes = false }: Unlinking,
): Promise<readonly IdentityProviderId[]> {
  const gone = await db
    .deleteFrom("federated_identities")
    .where("user_id", "=", userId)
    .$if(except !== null, (query) => query.where("identity_provider_id", "<>", except))
    .returning(["identity_provider_id as providerId", "subject", providerName])
    .execute();
  for (const { providerId, subject, name } of gone) {
    await takeBackFrom(db, { providerId, userId });
    await forgetProviderValues(db, actor, { providerId, userId, takesBack: !keepsAttributes });
    await record(db, actor, personUnlinked, {
      identityProviderId: providerId,
      name,
      userId,
      subject,
    });
  }
  return gone.map(({ providerId }) => providerId);
}

export interface Coming {
  readonly email: string;
  readonly now: Date;
  /** Attributes of which the provider said what cannot be kept. */
  readonly skipped?: readonly AttributeKey[];
}

const providerName =
  sql<string>`(select name from identity_providers as p where p.id = identity_provider_id)`.as(
    "name",
  );

/**
 * Notes that a person came in as this subject. True when that made the link: it was their first time. False when it was there.
 * Null: the subject, or the person, belongs to another one by now, or an administrator has sent them elsewhere.
 */
export async function linkPerson(
  db: TenantDb,
  actor: Actor,
  { providerId, subject, userId }: Link,
  { email, now, skipped = [] }: Coming,
): Promise<boolean | null> {
  const skipping = { skipped_attributes: [...skipped] };
  const known = await db
    .updateTable("federated_identities")
    .set({ last_used_at: now, ...skipping })
    .where("identity_provider_id", "=", providerId)
    .where("subject", "=", subject)
    .where("user_id", "=", userId)
    .returning([sql<string[]>`old.skipped_attributes`.as("skippedBefore"), providerName])
    .executeTakeFirst();
  const about = { identityProviderId: providerId, userId, keys: [...skipped] };
  if (known) {
    // Once, and again when it is others: not at each sign-in.
    const isNews = skipped.length > 0 && skipped.join() !== known.skippedBefore.join();
    if (isNews) await record(db, actor, attributesSkipped, { ...about, name: known.name });
    return false;
  }
  // Said while the person was on the way: the person is locked, so that it holds to the end.
  const word = await wordOn(db, userId);
  if (word !== undefined && word !== providerId) return null;
  const made = await db
    .insertInto("federated_identities")
    .values({
      identity_provider_id: providerId,
      subject,
      user_id: userId,
      linked_at: now,
      last_used_at: now,
      ...skipping,
    })
    .onConflict((on) => on.doNothing())
    .returning(providerName)
    .executeTakeFirst();
  if (!made) return null;
  const { name } = made;
  await record(db, actor, personLinked, {
    identityProviderId: providerId,
    name,
    userId,
    subject,
    email,
  });
  if (skipped.length > 0) await record(db, actor, attributesSkipped, { ...about, name });
  return true;
}

/**
 * Adds a member for somebody who comes in before anybody has added them: active at once, without a password, the address verified by the
 * provider's word. Its domain gives its groups, if it is proved. Null when the address is somebody's by now.
 */
export async function createPerson(
  db: TenantDb,
  actor: Actor,
  { providerId }: Asserted,
  { now, ...person }: { firstName: string; lastName: string; email: string; now: Date },
): Promise<UserId | null> {
  const { firstName, lastName, email } = person;
  const { id: userId } = await db
    .insertInto("users")
    .values({ first_name: firstName, last_name: lastName, role: "member", state: "active" })
    .returning("id")
    .executeTakeFirstOrThrow();
  const kept = await db
    .insertInto("user_emails")
    .values({ user_id: userId, email, is_primary: true, verified_at: now })
    .onConflict((on) => on.constraint("user_emails_unique").doNothing())
    .returning("id")
    .executeTakeFirst();
  if (!kept) {
    await db.deleteFrom("users").where("id", "=", userId).execute();
    return null;
  }
  await record(db, actor, personCreated, { identityProviderId: providerId, userId, ...person });
  await giveDomainGroups(db, actor, { userId, email, because: "added" });
  return userId;
}

/** Gives a person the names that the provider has for them; nothing is written when they are the same, or when it says none. */
export async function takeNames(
  db: TenantDb,
  actor: Actor,
  { providerId, ...asserted }: Asserted,
  userId: UserId,
): Promise<void> {
  const from = await db
    .selectFrom("users")
    .select(["first_name as firstName", "last_name as lastName"])
    .where("id", "=", userId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();
  const to = {
    firstName: asserted.firstName ?? from.firstName,
    lastName: asserted.lastName ?? from.lastName,
  };
  if (to.firstName === from.firstName && to.lastName === from.lastName) return;
  await db
    .updateTable("users")
    .set({ first_name: to.firstName, last_name: to.lastName })
    .where("id", "=", userId)
    .execute();
  await record(db, actor, namesTaken, { identityProviderId: providerId, userId, from, to });
}
