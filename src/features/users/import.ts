// People who come from another system with the hash of their password: active at once, without an invitation.
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { PasswordHasher } from "#platform/passwords/hasher.ts";
import { parseImported } from "#platform/passwords/imported/forms.ts";
import { type Actor, actorMay } from "#src/actor.ts";
import { createUser } from "./actions.ts";
import { importNeedsPermission } from "./errors.ts";
import { passwordImported } from "./events.ts";
import { getUser } from "./queries.ts";
import type { NewPerson, User } from "./schema.ts";

/** A hash that was accepted, ready to be stored. */
export interface AdoptedHash {
  readonly stored: string;
  /** "bcrypt" */
  readonly form: string;
}

/**
 * What to store for the hash that somebody brings along; null when they bring none. Asked before the transaction: it may compute.
 * @throws {importNeedsPermission} @throws {passwordsBusy}
 */
export async function adoptHash(
  passwords: PasswordHasher,
  actor: Actor,
  { passwordHash }: Pick<NewPerson, "passwordHash">,
): Promise<AdoptedHash | null> {
  if (passwordHash === undefined) return null;
  // Whoever sets a hash knows its password: they could be that person.
  if (!actorMay(actor, "users.import")) throw importNeedsPermission();
  return { stored: await passwords.adopt(passwordHash), form: parseImported(passwordHash).kind };
}

/**
 * Adds a person in state "active" whose address another system has verified. The hash is verified once, at the first sign-in, and
 * replaced; what it hides is measured against the policy then.
 * @throws {roleAboveOwn} @throws {emailTaken}
 */
export async function importUser(
  db: TenantDb,
  actor: Actor,
  { person, hash, now }: { person: NewPerson; hash: AdoptedHash; now: Date },
): Promise<User> {
  const { id: userId } = await createUser(db, actor, person);
  await db
    .updateTable("users")
    .set({ state: "active", password_hash: hash.stored })
    .where("id", "=", userId)
    .execute();
  await db
    .updateTable("user_emails")
    .set({ verified_at: now, by_domain: false })
    .where("user_id", "=", userId)
    .execute();
  await record(db, actor, passwordImported, { userId, form: hash.form });
  return getUser(db, userId);
}
