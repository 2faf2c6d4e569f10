import type { TenantDb } from "#platform/db/database.ts";
import type { Post } from "#platform/mail/queue.ts";
import type { Actor } from "#src/actor.ts";
import type { UserId } from "#src/ids.ts";

/** A write: in which transaction, by whom, when. */
export interface Acting {
  readonly db: TenantDb;
  readonly actor: Actor;
  readonly post: Post;
  readonly now: Date;
}

export const isSelf = (actor: Actor, userId: UserId): boolean =>
  actor.kind === "user" && actor.userId === userId;
