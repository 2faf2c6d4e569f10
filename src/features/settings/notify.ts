// Telling every super administrator what became of the settings, in the transaction that changes them.
import { providerNames } from "#features/identity-providers/index.ts";
import { activeSuperAdmins } from "#features/notices/index.ts";
import type { Policy } from "#features/policy/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { type Post, queueMail } from "#platform/mail/queue.ts";
import type { Actor } from "#src/actor.ts";
import { settingsChangedMail } from "./emails.tsx";
import { texts } from "./texts.ts";
import { wordsOf } from "./words.ts";

/** What a write of the settings is made with. */
export interface Changing {
  readonly db: TenantDb;
  readonly post: Post;
  readonly actor: Actor;
  readonly now: Date;
}

interface News {
  readonly how: "saved" | "applied" | "kept" | "reverted" | "ran_out";
  readonly previous: Policy;
  readonly policy: Policy;
  readonly passwordsToReplace?: number;
}

/** Mails every active super administrator: who, and what in words. */
export async function notifySuperAdmins(
  { db, post, actor }: Changing,
  { how, previous, policy, passwordsToReplace = 0 }: News,
): Promise<void> {
  const who = await actorName(db, actor);
  const changes = wordsOf(previous, policy, await providerNames(db));
  for (const { userId, email, firstName } of await activeSuperAdmins(db)) {
    const data = { firstName, who, how, changes, passwordsToReplace };
    await queueMail(db, post, settingsChangedMail, { email, userId }, data);
  }
}

/** Who does it, as people call them. */
async function actorName(db: TenantDb, actor: Actor): Promise<string> {
  if (actor.kind === "user") {
    const user = await db
      .selectFrom("users")
      .select(["first_name as firstName", "last_name as lastName"])
      .where("id", "=", actor.userId)
      .executeTakeFirstOrThrow();
    return `${user.firstName} ${user.lastName}`;
  }
  if (actor.kind === "client") {
    const client = await db
      .selectFrom("api_clients")
      .select("name")
      .where("id", "=", actor.clientId)
      .executeTakeFirstOrThrow();
    return texts.client(client.name);
  }
  return actor.kind === "operator" ? texts.operator : texts.byItself;
}
