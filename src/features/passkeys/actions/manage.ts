// What is done with registered passkeys. Whether the caller may is decided before: by proof, or by the rank of an administrator.
import { notify } from "#features/notices/index.ts";
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Post } from "#platform/mail/queue.ts";
import type { Actor } from "#src/actor.ts";
import type { PasskeyId, UserId } from "#src/ids.ts";
import { passkeyRemovedMail, passkeyRenamedMail, passkeyRevokedMail } from "../emails.tsx";
import { passkeyNotFound } from "../errors.ts";
import { passkeyRemoved, passkeyRenamed, passkeyRevoked } from "../events.ts";

export interface PasskeyChange {
  readonly db: TenantDb;
  readonly actor: Actor;
  readonly post: Post;
  readonly userId: UserId;
  readonly passkeyId: PasskeyId;
  readonly now: Date;
}

/** Gives one's own passkey another name. Nothing is recorded when it is the one it has. @throws {passkeyNotFound} */
export async function renamePasskey(change: PasskeyChange, name: string): Promise<void> {
  const { db, actor, post, userId, passkeyId, now } = change;
  const { name: from } = await lockPasskey(change);
  if (from === name) return;
  await db.updateTable("passkeys").set({ name }).where("id", "=", passkeyId).execute();
  await record(db, actor, passkeyRenamed, { userId, passkeyId, name, from });
  const happening = { userId, now };
  await notify(db, post, actor, { happening, template: passkeyRenamedMail, more: { name, from } });
}

/** Removes one's own passkey. @throws {passkeyNotFound} */
export async function removePasskey(change: PasskeyChange): Promise<void> {
  const { db, actor, post, userId, passkeyId, now } = change;
  const { name } = await lockPasskey(change);
  await db.deleteFrom("passkeys").where("id", "=", passkeyId).execute();
  await record(db, actor, passkeyRemoved, { userId, passkeyId, name });
  const happening = { userId, now };
  await notify(db, post, actor, { happening, template: passkeyRemovedMail, more: { name } });
}

/** Takes somebody's passkey away on an administrator's word. Their sessions are the caller's to end. @throws {passkeyNotFound} */
export async function revokePasskey(change: PasskeyChange): Promise<void> {
  const { db, actor, post, userId, passkeyId, now } = change;
  const { name } = await lockPasskey(change);
  await db.deleteFrom("passkeys").where("id", "=", passkeyId).execute();
  await record(db, actor, passkeyRevoked, { userId, passkeyId, name });
  const happening = { userId, now };
  await notify(db, post, actor, { happening, template: passkeyRevokedMail, more: { name } });
}

/**
 * Takes all passkeys of a person away, and what they have begun to register: for a reset of their second steps, which tells it by its own
 * notice. Each is recorded as revoked. Answers the names of what is gone.
 */
export async function dropPasskeys(db: TenantDb, actor: Actor, userId: UserId): Promise<string[]> {
  await db.deleteFrom("passkey_challenges").where("user_id", "=", userId).execute();
  const gone = await db
    .deleteFrom("passkeys")
    .where("user_id", "=", userId)
    .returning(["id", "name"])
    .execute();
  for (const { id: passkeyId, name } of gone)
    await record(db, actor, passkeyRevoked, { userId, passkeyId, name });
  return gone.map(({ name }) => name);
}

/** By owner too: another person's passkey is not there. */
const lockPasskey = ({ db, userId, passkeyId }: PasskeyChange) =>
  db
    .selectFrom("passkeys")
    .select("name")
    .where("id", "=", passkeyId)
    .where("user_id", "=", userId)
    .forUpdate()
    .executeTakeFirstOrThrow(() => passkeyNotFound({ passkeyId }));
