// Issuing a link, using it up, taking it back.
import { secondsLater } from "#platform/clock.ts";
import { randomToken } from "#platform/crypto/token.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { UserId } from "#src/ids.ts";
import { type FoundLink, findLink, type PresentedLink } from "./queries.ts";
import { type LinkPurpose, linkSeconds } from "./schema.ts";

export interface IssuedLink {
  readonly id: string;
  /** For the mail only: the database keeps its SHA-256. */
  readonly token: string;
  readonly expiresAt: Date;
}

interface NewLink {
  readonly userId: UserId;
  readonly email: string;
  readonly purpose: LinkPurpose;
  readonly now: Date;
  /** Made on the server and handed over there: at the sign-in that follows it stands for the code by e-mail. */
  readonly byOperator?: boolean;
  /** Asked for by somebody whom nobody knows: what was sent before stays good, or whoever knows an address could take it away. */
  readonly isAskedFor?: boolean;
}

/** A new link for one person; the one sent before for the same purpose stops working, unless a stranger may have asked for this one. */
export async function issueLink(
  db: TenantDb,
  { userId, email, purpose, now, byOperator = false, isAskedFor = false }: NewLink,
): Promise<IssuedLink> {
  // The person's row is locked, so that two links asked for at once do not both stay good.
  await db.selectFrom("users").select("id").where("id", "=", userId).forUpdate().execute();
  if (!isAskedFor) await dropLinks(db, userId, purpose);
  else if (purpose !== "invitation") await dropAskedFor(db, userId, purpose);
  const { token, hash } = randomToken();
  const expiresAt = secondsLater(now, linkSeconds[purpose]);
  const { id } = await db
    .insertInto("user_tokens")
    .values({
      user_id: userId,
      purpose,
      email,
      token_hash: hash,
      expires_at: expiresAt,
      created_at: now,
      by_operator: byOperator,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return { id, token, expiresAt };
}

/**
 * Uses a link up and answers whose it was; null as for `findLink`, and for all but one of those who come at the same moment. Whoever has it has
 * read the mailbox, unless the operator handed it over, or it is one of those that a sign-in shows ("reactivation"): what its domain alone had
 * verified is confirmed.
 */
export async function consumeLink(
  db: TenantDb,
  presented: PresentedLink,
): Promise<FoundLink | null> {
  const link = await findLink(db, presented);
  if (!link) return null;
  const { numUpdatedRows } = await db
    .updateTable("user_tokens")
    .set({ used_at: presented.now })
    .where("id", "=", link.id)
    .where("used_at", "is", null)
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) return null;
  const isMailed = presented.purpose !== "reactivation" && !link.byOperator;
  if (link.byDomain && isMailed) await mailboxConfirmed(db, link);
  return link;
}

/** An address that its domain alone had verified is from now on one whose mailbox has shown that it is the person's. */
export async function mailboxConfirmed(
  db: TenantDb,
  { userId, email }: { userId: UserId; email: string },
): Promise<void> {
  await db
    .updateTable("user_emails")
    .set({ by_domain: false })
    .where("user_id", "=", userId)
    .where("email", "=", email)
    .where("by_domain", "=", true)
    .execute();
}

/** What the operator has handed over stays: it is for where no mail arrives. */
async function dropAskedFor(db: TenantDb, userId: UserId, purpose: LinkPurpose): Promise<void> {
  await db
    .deleteFrom("user_tokens")
    .where("user_id", "=", userId)
    .where("used_at", "is", null)
    .where("purpose", "=", purpose)
    .where("by_operator", "=", false)
    .execute();
}

/**
 * Takes back what was sent to a person and not used; without a purpose also what was sent to addresses that wait to be theirs (`dropPending`).
 */
export async function dropLinks(
  db: TenantDb,
  userId: UserId,
  purpose?: LinkPurpose,
): Promise<void> {
  await db
    .deleteFrom("user_tokens")
    .where("user_id", "=", userId)
    .where("used_at", "is", null)
    .$if(purpose !== undefined, (query) => query.where("purpose", "=", purpose ?? null))
    .execute();
  if (purpose === undefined) await dropPending(db, userId);
}

/**
 * Takes back what was sent to addresses that wait to become a person's (features/addresses): whoever asked for one with a password that was
 * stolen must not get it confirmed after the password was changed.
 */
export async function dropPending(db: TenantDb, userId: UserId): Promise<void> {
  await db.deleteFrom("pending_emails").where("user_id", "=", userId).execute();
}
