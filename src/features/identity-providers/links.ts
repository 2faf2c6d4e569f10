// The connections that somebody is linked to, and what those mean for a password of theirs here.
import type { TenantDb } from "#platform/db/database.ts";
import type { Actor } from "#src/actor.ts";
import type { IdentityProviderId, UserId } from "#src/ids.ts";
import { unlinkPerson } from "./actions/people.ts";
import { dropWord, wordOn } from "./assignments.ts";

export interface LinkedProvider {
  readonly id: IdentityProviderId;
  readonly name: string;
  readonly state: "draft" | "enabled" | "disabled";
}

/** The connections that somebody is linked to, by name. */
export const linkedProviders = (db: TenantDb, userId: UserId): Promise<LinkedProvider[]> =>
  db
    .selectFrom("federated_identities as f")
    .innerJoin("identity_providers as p", "p.id", "f.identity_provider_id")
    .select(["p.id", "p.name", "p.state"])
    .where("f.user_id", "=", userId)
    .orderBy("p.name")
    .orderBy("p.id")
    .limit(100)
    .execute();

/**
 * The connection that somebody is linked to and that lets nobody in at the moment; null: none. Who is locked out there must not get a
 * password here for the asking while it is closed. Super administrators have passwords of their own whatever becomes of a provider.
 */
export async function closedProviderOf(
  db: TenantDb,
  userId: UserId,
): Promise<Pick<LinkedProvider, "id" | "name"> | null> {
  const row = await db
    .selectFrom("federated_identities as f")
    .innerJoin("identity_providers as p", "p.id", "f.identity_provider_id")
    .innerJoin("users as u", "u.id", "f.user_id")
    .select(["p.id", "p.name"])
    .where("f.user_id", "=", userId)
    .where("p.state", "<>", "enabled")
    .where("u.role", "<>", "super_admin")
    .orderBy("p.name")
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}

/**
 * Takes a person from every connection, and back an administrator's word that sent them to one, whether or not they have come by it: it would
 * bind them there again. Answers the names of both. Each connection is an event of its own, and so is the word.
 */
export async function unlinkEverywhere(
  db: TenantDb,
  actor: Actor,
  userId: UserId,
): Promise<string[]> {
  const names = (await linkedProviders(db, userId)).map(({ name }) => name);
  const word = await wordOn(db, userId);
  if (word !== undefined && word !== null) {
    const sentTo = await db
      .selectFrom("identity_providers")
      .select("name")
      .where("id", "=", word)
      .executeTakeFirstOrThrow();
    await dropWord(db, actor, userId);
    if (!names.includes(sentTo.name)) names.push(sentTo.name);
  }
  await unlinkPerson(db, actor, { userId });
  return names;
}
