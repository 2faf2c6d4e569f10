import type { TenantDb } from "#platform/db/database.ts";
import type { Post } from "#platform/mail/queue.ts";
import type { Actor } from "#src/actor.ts";

/** What a write is made with. */
export interface Acting {
  readonly db: TenantDb;
  readonly post: Post;
  readonly actor: Actor;
  readonly now: Date;
}
