// Telling a person what was done to their account, at every address that is known to be theirs.
import type { z } from "zod";
import { deviceName } from "#features/sessions/index.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { EmailDefinition } from "#platform/mail/define.ts";
import { type Post, queueMail } from "#platform/mail/queue.ts";
import { formatTime } from "#platform/ui/index.ts";
import type { Actor } from "#src/actor.ts";
import type { UserId } from "#src/ids.ts";
import type { Circumstances } from "./emails.tsx";
import { texts } from "./texts.ts";

export interface Happening {
  readonly userId: UserId;
  readonly now: Date;
}

type Said = z.infer<typeof Circumstances>;

/** Addresses that a notice goes to at the most. */
const addressesMost = 100;

/**
 * Queues a notice to all verified addresses of a person: whoever has one of the mailboxes cannot keep it from the others. Somebody
 * without a verified address is told at the primary one.
 */
export async function notify<M extends object>(
  db: TenantDb,
  post: Post,
  actor: Actor,
  {
    happening: { userId, now },
    template,
    more,
  }: {
    happening: Happening;
    template: EmailDefinition<z.ZodType<Said & M>>;
    /** A function, where it differs by the address that reads it. */
    more: M | ((email: string) => M);
  },
): Promise<void> {
  const addresses = await db
    .selectFrom("users as u")
    .innerJoin("user_emails as e", "e.user_id", "u.id")
    .select([
      "u.first_name as firstName",
      "u.time_zone as zone",
      "e.email",
      "e.verified_at as verifiedAt",
    ])
    .where("u.id", "=", userId)
    .where((eb) => eb.or([eb("e.verified_at", "is not", null), eb("e.is_primary", "=", true)]))
    .orderBy("e.is_primary", "desc")
    .orderBy("e.email")
    .limit(addressesMost)
    .execute();
  const verified = addresses.filter(({ verifiedAt }) => verifiedAt !== null);
  for (const { firstName, zone, email } of verified.length > 0 ? verified : addresses) {
    const circumstances = circumstancesOf(
      actor,
      userId,
      `${formatTime(now, zone, "datetime")} (${zone})`,
    );
    const said = typeof more === "function" ? more(email) : more;
    await queueMail(db, post, template, { email, userId }, { firstName, circumstances, ...said });
  }
}

/**
 * From which device and place; of an administrator only that it was one: where they sit is nobody's business. An operator and the
 * product itself are no administrators.
 */
function circumstancesOf(actor: Actor, userId: UserId, when: string): string {
  if (actor.kind === "operator") return texts.byOperator(when);
  if (actor.kind === "job") return texts.byItself(when);
  const isAnother = actor.kind === "user" ? actor.userId !== userId : actor.kind === "client";
  if (isAnother) return texts.byAnother(when);
  const { ip, userAgent } = actor.origin;
  return texts.from(when, deviceName(userAgent), ip);
}
