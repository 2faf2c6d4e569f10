// The mailbox confirms: whoever opens the link has the mailbox, and whoever asked for the address has proven who they are. In any browser,
// signed in or not; the address goes to the person who asked, and to nobody else.
import { giveDomainGroups } from "#features/domains/index.ts";
import { notify } from "#features/notices/index.ts";
import type { LinkParams } from "#features/one-time-links/index.ts";
import { lockUser } from "#features/users/index.ts";
import { record } from "#platform/audit/record.ts";
import type { Actor, Origin } from "#src/actor.ts";
import type { UserId } from "#src/ids.ts";
import { addressAddedMail } from "../emails.tsx";
import { addressAdded, addressRefused } from "../events.ts";
import { findPending } from "../queries.ts";
import { type Acting, isSelf } from "./acting.ts";

export type Confirmed =
  | { readonly kind: "confirmed"; readonly userId: UserId; readonly email: string }
  /** Somebody else's by now: told plainly, because the mailbox is proven. */
  | { readonly kind: "taken"; readonly email: string }
  | { readonly kind: "dead" };

/** Uses a link up: the address is the person's, told to all their addresses. For all but one of those who come at once it is dead. */
export async function confirmAddress(
  { db, post, now, ...caller }: Acting & { readonly origin: Origin },
  presented: LinkParams,
): Promise<Confirmed> {
  const found = await findPending(db, presented, now);
  if (!found) return { kind: "dead" };
  const { id, userId, email } = found;
  const person = await lockUser(db, userId);
  // By its link once more: it may have been replaced while this one waited for the person's row.
  const isOpen = (await findPending(db, presented, now)) !== null;
  if (!isOpen || person.state !== "active") return { kind: "dead" };
  await db.deleteFrom("pending_emails").where("id", "=", id).execute();
  const actor: Actor = isSelf(caller.actor, userId)
    ? caller.actor
    : { kind: "visitor", userId, origin: caller.origin };
  const added = await db
    .insertInto("user_emails")
    .values({ user_id: userId, email, is_primary: false, verified_at: now, created_at: now })
    .onConflict((on) => on.constraint("user_emails_unique").doNothing())
    .returning("id")
    .executeTakeFirst();
  if (!added) {
    await record(db, actor, addressRefused, { userId, email });
    return { kind: "taken", email };
  }
  await record(db, actor, addressAdded, { userId, email });
  await giveDomainGroups(db, actor, { userId, email, because: "verified" });
  const happening = { userId, now };
  await notify(db, post, actor, { happening, template: addressAddedMail, more: { email } });
  return { kind: "confirmed", userId, email };
}
