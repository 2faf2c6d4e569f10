// Reading a link without using it up: mail scanners and previews open links too, so a GET must change nothing.
import { z } from "zod";
import { hashToken } from "#platform/crypto/token.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { LinkParams, LinkPurpose } from "./schema.ts";

export interface PresentedLink extends LinkParams {
  readonly purpose: LinkPurpose;
  readonly now: Date;
}

const LinkId = z.uuid();
const usableBy = {
  invitation: "invited",
  password_reset: "active",
  reactivation: "deactivated",
} as const;

/**
 * The person a link was sent to, or null when the link is wrong, used, replaced, expired, for something else, or the person is
 * no longer in the state it is for, or the address no longer theirs.
 */
export async function findLink(db: TenantDb, { linkId, token, purpose, now }: PresentedLink) {
  if (!LinkId.safeParse(linkId).success) return null;
  const row = await db
    .selectFrom("user_tokens as t")
    .innerJoin("users as u", "u.id", "t.user_id")
    .innerJoin("user_emails as e", (join) =>
      join.onRef("e.user_id", "=", "t.user_id").onRef("e.email", "=", "t.email"),
    )
    .select([
      "t.id",
      "t.user_id as userId",
      "t.email",
      "t.by_operator as byOperator",
      "e.by_domain as byDomain",
      "u.first_name as firstName",
      "u.last_name as lastName",
    ])
    .select((eb) => eb("e.verified_at", "is not", null).$castTo<boolean>().as("isVerified"))
    .where("t.id", "=", linkId)
    .where("t.token_hash", "=", hashToken(token))
    .where("t.purpose", "=", purpose)
    .where("t.used_at", "is", null)
    .where("t.expires_at", ">", now)
    .where("u.state", "=", usableBy[purpose])
    .executeTakeFirst();
  return row ?? null;
}
export type FoundLink = NonNullable<Awaited<ReturnType<typeof findLink>>>;
