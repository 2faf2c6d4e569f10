// An administrator's word on how somebody comes in: by one provider alone, or by none. It outweighs where an address leads, and a
// provider's own word about whom it may name. It is not asked about super administrators: they keep what they have here, always.
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Actor } from "#src/actor.ts";
import type { IdentityProviderId, UserId } from "#src/ids.ts";
import { wordWithdrawn } from "./events.ts";

/** Where an administrator sent a person; null: to what they have here. Undefined: nobody said anything. */
export async function wordOn(
  db: TenantDb,
  userId: UserId,
): Promise<IdentityProviderId | null | undefined> {
  const row = await db
    .selectFrom("provider_assignments as a")
    .innerJoin("users as u", "u.id", "a.user_id")
    .select("a.identity_provider_id as providerId")
    .where("a.user_id", "=", userId)
    .where("u.role", "<>", "super_admin")
    .executeTakeFirst();
  return row?.providerId;
}

/** Puts an administrator's word in the place of the one before. */
export async function setWord(
  db: TenantDb,
  { userId, providerId, now }: { userId: UserId; providerId: IdentityProviderId | null; now: Date },
): Promise<void> {
  const word = { identity_provider_id: providerId, assigned_at: now };
  await db
    .insertInto("provider_assignments")
    .values({ user_id: userId, ...word })
    .onConflict((on) => on.constraint("provider_assignments_pkey").doUpdateSet(word))
    .execute();
}

/** Takes the word back, as an event of its own; false: there was none. */
export async function dropWord(db: TenantDb, actor: Actor, userId: UserId): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom("provider_assignments")
    .where("user_id", "=", userId)
    .executeTakeFirstOrThrow();
  if (numDeletedRows === 0n) return false;
  await record(db, actor, wordWithdrawn, { userId });
  return true;
}

export interface Named {
  readonly providerId: IdentityProviderId;
  readonly subject: string;
  readonly email: string;
}

/**
 * What an address outside of a provider's domains is worth. `expected`: it may name it. `linked`: not that, but the subject is somebody's
 * already, whatever the address.
 */
export type Standing = "expected" | "linked" | "unknown";

/** @see Standing */
export async function standingOf(db: TenantDb, named: Named): Promise<Standing> {
  if (await isExpected(db, named)) return "expected";
  const link = await db
    .selectFrom("federated_identities")
    .select("user_id")
    .where("identity_provider_id", "=", named.providerId)
    .where("subject", "=", named.subject)
    .executeTakeFirst();
  return link === undefined ? "unknown" : "linked";
}

/**
 * Whether a provider may name an address outside of its domains: a verified one of somebody whom an administrator has sent there, or who
 * comes in as this very subject. Never because of a word about a super administrator.
 */
export async function isExpected(
  db: TenantDb,
  { providerId, subject, email }: Named,
): Promise<boolean> {
  const row = await db
    .selectFrom("user_emails as e")
    .innerJoin("users as u", "u.id", "e.user_id")
    .select("e.user_id")
    .where("e.email", "=", email)
    .where("e.verified_at", "is not", null)
    .where((eb) =>
      eb.or([
        eb.exists(
          eb
            .selectFrom("federated_identities as f")
            .select("f.user_id")
            .whereRef("f.user_id", "=", "e.user_id")
            .where("f.identity_provider_id", "=", providerId)
            .where("f.subject", "=", subject),
        ),
        eb.and([
          eb("u.role", "<>", "super_admin"),
          eb.exists(
            eb
              .selectFrom("provider_assignments as a")
              .select("a.user_id")
              .whereRef("a.user_id", "=", "e.user_id")
              .where("a.identity_provider_id", "=", providerId),
          ),
        ]),
      ]),
    )
    .executeTakeFirst();
  return row !== undefined;
}

/** How a person comes in, as far as providers go: by which they have come, newest first, and what an administrator said. */
export async function comingIn(db: TenantDb, userId: UserId) {
  const links = await db
    .selectFrom("federated_identities as f")
    .innerJoin("identity_providers as p", "p.id", "f.identity_provider_id")
    .select([
      "p.id",
      "p.name",
      "p.state",
      "f.subject",
      "f.linked_at as linkedAt",
      "f.last_used_at as lastUsedAt",
    ])
    .where("f.user_id", "=", userId)
    .orderBy("f.last_used_at", "desc")
    .orderBy("p.id")
    .limit(linksMost)
    .execute();
  const said = await db
    .selectFrom("provider_assignments as a")
    .leftJoin("identity_providers as p", "p.id", "a.identity_provider_id")
    .select(["p.id", "p.name", "p.state", "a.assigned_at as assignedAt"])
    .where("a.user_id", "=", userId)
    .executeTakeFirst();
  const { id = null, name = null, state = null, assignedAt } = said ?? {};
  const provider = id === null || name === null || state === null ? null : { id, name, state };
  const word = assignedAt === undefined ? null : { provider, assignedAt };
  const isWaiting = provider !== null && !links.some((link) => link.id === provider.id);
  return { links, word, isWaiting };
}
export type ComingIn = Awaited<ReturnType<typeof comingIn>>;

/** A person has at most one link to each connection. */
const linksMost = 100;
