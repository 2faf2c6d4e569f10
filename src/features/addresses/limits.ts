// Mail goes to addresses that have proved nothing yet: it must not become a way to pester somebody, nor to make our mail look like spam.
import type { TenantDb } from "#platform/db/database.ts";
import { type Counter, defineLimit, hitNoted } from "#platform/limits.ts";
import { type Actor, actorMay } from "#src/actor.ts";
import type { ApiClientId, UserId } from "#src/ids.ts";
import { addressMailsLimited } from "./errors.ts";
import type { Acting } from "./actions/acting.ts";

const hour = 60 * 60;

const mailsByPerson = defineLimit("addresses.mails_person", { most: 10, windowSeconds: hour });
// Somebody moves a department to a new domain, and not a thousand people.
const mailsByAdmin = defineLimit("addresses.mails_admin", { most: 100, windowSeconds: hour });
// Less than all of them together: nobody keeps others from adding an address by asking for it themselves.
const mailsByPersonToAddress = defineLimit("addresses.mails_person_address", {
  most: 2,
  windowSeconds: 24 * hour,
});
const mailsToAddress = defineLimit("addresses.mails_address", {
  most: 5,
  windowSeconds: 24 * hour,
});
const mailsByTenant = defineLimit("addresses.mails_tenant", { most: 300, windowSeconds: hour });

/**
 * Counts one message to an address that is to be added. Members together do not keep administrators from adding one: those are counted with
 * them, and stopped by their own counter. @throws {addressMailsLimited} naming `email`
 */
export async function countMail({ db, actor, now }: Acting, email: string): Promise<void> {
  const isAdmin = actorMay(actor, "users.manage");
  const own = byActor(db, actor);
  const toAddress = { limit: mailsToAddress, key: email, about: email };
  const ownToAddress: Counter = {
    limit: mailsByPersonToAddress,
    key: `${own.key} ${email}`,
    // Whose it is stands first, alone: by that it is found, for release and when the person is anonymised.
    about: async () =>
      `${typeof own.about === "string" ? own.about : await own.about()} (to ${email})`,
  };
  const counters: readonly (Counter & { readonly isOpen?: boolean })[] = [
    own,
    ...(isAdmin ? [] : [ownToAddress]),
    { ...toAddress, isOpen: isAdmin },
    { limit: mailsByTenant, key: "", about: "everybody: addresses that are to be added" },
  ];
  for (const { isOpen = false, ...counter } of counters) {
    const { allowed, retryAfterSeconds } = await hitNoted(db, counter, now);
    // What was counted so far is undone with the throw.
    if (!allowed && !isOpen)
      throw addressMailsLimited({
        retryAfterSeconds,
        errors: { email: addressMailsLimited.spec.title },
      });
  }
}

function byActor(db: TenantDb, actor: Actor): Counter {
  const limit = actorMay(actor, "users.manage") ? mailsByAdmin : mailsByPerson;
  switch (actor.kind) {
    case "user":
      return { limit, key: actor.userId, about: () => addressOf(db, actor.userId) };
    case "client":
      return { limit, key: actor.clientId, about: () => nameOf(db, actor.clientId) };
    case "visitor":
    case "job":
    case "operator":
      return { limit, key: actor.kind, about: actor.kind };
  }
}

async function addressOf(db: TenantDb, userId: UserId): Promise<string> {
  const { email } = await db
    .selectFrom("user_emails")
    .select("email")
    .where("user_id", "=", userId)
    .where("is_primary", "=", true)
    .executeTakeFirstOrThrow();
  return email;
}

async function nameOf(db: TenantDb, clientId: ApiClientId): Promise<string> {
  const { name } = await db
    .selectFrom("api_clients")
    .select("name")
    .where("id", "=", clientId)
    .executeTakeFirstOrThrow();
  return `API client ${name}`;
}
