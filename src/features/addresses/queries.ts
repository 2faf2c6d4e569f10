// Reads of addresses: those a person has, those that wait, and the one behind a link.
import { z } from "zod";
import { fullName, getUser, mayManage, type User } from "#features/users/index.ts";
import type { LinkParams } from "#features/one-time-links/index.ts";
import { hashToken } from "#platform/crypto/token.ts";
import type { TenantDb } from "#platform/db/database.ts";
import { type Actor, actorMay } from "#src/actor.ts";
import type { UserId } from "#src/ids.ts";
import { isSelf } from "./actions/acting.ts";
import { addressNotFound } from "./errors.ts";
import { mayGiveAddress } from "./rules.ts";
import type { Address, AddressAction, AddressList, PendingAddress } from "./schema.ts";

// More than anybody has: a person could have been given some before there was a limit.
const rowsMost = 100;

/** A person's addresses and what waits, and what `actor` may do about them. Three statements. @throws {userNotFound} */
export async function listAddresses(
  db: TenantDb,
  { actor, now }: { actor: Actor; now: Date },
  userId: UserId,
): Promise<AddressList> {
  const user = await getUser(db, userId);
  const allowed = allowedActions(actor, user);
  return {
    user: { id: userId, name: fullName(user) },
    addresses: await addressesOf(db, userId),
    pending: await pendingOf(db, userId, now),
    allowedActions: allowed,
    notGivenBecause: notGivenBecause(actor, user, allowed),
  };
}

function notGivenBecause(
  actor: Actor,
  user: User,
  allowed: readonly AddressAction[],
): AddressList["notGivenBecause"] {
  if (allowed.includes("add") || !allowed.includes("remove")) return null;
  return mayGiveAddress(actor, user) ? "person_not_active" : "role_not_higher";
}

function allowedActions(actor: Actor, user: User): AddressAction[] {
  const isAdmin = actorMay(actor, "users.manage") && mayManage(actor, user);
  if (!isAdmin && !isSelf(actor, user.id)) return [];
  const isGiving = user.state === "active" && mayGiveAddress(actor, user);
  return isGiving ? ["add", "promote", "remove"] : ["remove"];
}

/** Those a person has, the primary one first. */
export async function addressesOf(db: TenantDb, userId: UserId): Promise<Address[]> {
  const rows = await db
    .selectFrom("user_emails")
    .select([
      "id",
      "email",
      "is_primary as isPrimary",
      "verified_at as verifiedAt",
      "by_domain as byDomain",
    ])
    .where("user_id", "=", userId)
    .orderBy("is_primary", "desc")
    .orderBy("email")
    .limit(rowsMost)
    .execute();
  return rows.map(({ verifiedAt, ...row }) => ({
    ...row,
    verifiedAt: verifiedAt?.toISOString() ?? null,
  }));
}

/** One of them. @throws {addressNotFound} another person's, too */
export function addressIn(addresses: readonly Address[], addressId: string): Address {
  const address = addresses.find(({ id }) => id === addressId);
  if (!address) throw addressNotFound({ addressId });
  return address;
}

/** Those that wait for their mailbox and still may. */
export async function pendingOf(
  db: TenantDb,
  userId: UserId,
  now: Date,
): Promise<PendingAddress[]> {
  const rows = await db
    .selectFrom("pending_emails")
    .select(["id", "email", "asked_at as askedAt", "expires_at as expiresAt"])
    .where("user_id", "=", userId)
    .where("expires_at", ">", now)
    .orderBy("email")
    .limit(rowsMost)
    .execute();
  return rows.map(({ askedAt, expiresAt, ...row }) => ({
    ...row,
    askedAt: askedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  }));
}

/** Whose address it is, confirmed or not; null when nobody's. */
export async function ownerOf(db: TenantDb, email: string): Promise<UserId | null> {
  const row = await db
    .selectFrom("user_emails")
    .select("user_id as userId")
    .where("email", "=", email)
    .executeTakeFirst();
  return row?.userId ?? null;
}

const LinkId = z.uuid();

/** An address that waits, and whose account it is to be of. */
export interface PendingLink {
  readonly id: string;
  readonly userId: UserId;
  readonly email: string;
  readonly name: string;
  readonly primary: string;
}

/**
 * What a link would confirm, without using it up; null when it is wrong, used, replaced, cancelled or too old, or its person is not active.
 */
export async function findPending(
  db: TenantDb,
  { linkId, token }: LinkParams,
  now: Date,
): Promise<PendingLink | null> {
  if (!LinkId.safeParse(linkId).success) return null;
  const row = await pendingByToken(db, token)
    .where("p.id", "=", linkId)
    .where("p.expires_at", ">", now)
    .where("u.state", "=", "active")
    .innerJoin("user_emails as e", (join) =>
      join.onRef("e.user_id", "=", "u.id").on("e.is_primary", "=", true),
    )
    .select(["u.first_name as firstName", "u.last_name as lastName", "e.email as primary"])
    .executeTakeFirst();
  if (!row) return null;
  const { firstName, lastName, ...found } = row;
  return { ...found, name: fullName({ firstName, lastName }) };
}

/** By the index on the token's hash. */
export const pendingByToken = (db: TenantDb, token: string) =>
  db
    .selectFrom("pending_emails as p")
    .innerJoin("users as u", "u.id", "p.user_id")
    .select(["p.id", "p.user_id as userId", "p.email"])
    .where("p.token_hash", "=", hashToken(token));
