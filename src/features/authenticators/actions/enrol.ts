// Binding a stronger step in the middle of a sign-in: whoever calls this has proven the strongest step the person has.
import { endRemembering } from "#features/devices/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { Post } from "#platform/mail/queue.ts";
import type { Actor } from "#src/actor.ts";
import { totpTaken } from "./notices.ts";
import { keepTotp, type TotpOwner } from "./totp.ts";

interface By {
  readonly post: Post;
  readonly actor: Actor;
  readonly now: Date;
}

/** Takes an app into use whose first code was just right, with its event and its notice. */
export async function bindTotp(
  db: TenantDb,
  owner: TotpOwner,
  { secret, step, post, actor, now }: By & { secret: string; step: number },
): Promise<void> {
  const { userId } = owner;
  await keepTotp(db, owner, { secret, step, now });
  await endRemembering(db, userId);
  await totpTaken(db, post, actor, { userId, now, replaced: false });
}
