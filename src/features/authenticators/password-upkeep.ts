// What a right password is used for beside signing in: a hash with today's parameters in the place of an older or imported one, and
// the measure of a password that nobody has measured yet.
import { findPolicy } from "#features/policy/index.ts";
import type { TenantDb, TenantScope } from "#platform/db/database.ts";
import { isBusy } from "#platform/passwords/hasher.ts";
import { assessPassword } from "#platform/passwords/strength.ts";
import type { Services } from "#platform/services.ts";
import type { TenantId, UserId } from "#src/ids.ts";
import { policyFor, rulesFor } from "./password-policy.ts";
import { isStampCurrent, type PasswordStamp, stampOf } from "./password-stamp.ts";
import type { PasswordResetCause } from "./schema.ts";

interface Place {
  readonly tenant: TenantScope;
  readonly services: Pick<Services, "passwords" | "keys">;
  readonly site: { readonly tenantId: TenantId; readonly name: string };
  readonly now: Date;
}

interface Proven {
  readonly userId: UserId;
  /** The right one, as typed. */
  readonly password: string;
  /** The hash it was checked against. */
  readonly stored: string;
  /** What was known of it when that was read. */
  readonly measured: Measured;
}

/** Columns of `users`; a measure and its stamp are of the hash beside them. */
export interface Measured {
  readonly length: number | null;
  readonly score: number | null;
  readonly mac: Buffer | null;
}

export interface PasswordUpkeep extends Pick<Proven, "userId" | "stored"> {
  readonly rehashed: string | null;
  readonly stamp: PasswordStamp | null;
  /** Measured for the first time, and less than the policy asks for. */
  readonly fallsShort: boolean;
}

/** Under today's parameters; null while the machine is busy: it is no reason to refuse a right password, and the next sign-in does it. */
async function hashAnew(
  passwords: Services["passwords"],
  password: string,
): Promise<string | null> {
  try {
    return await passwords.hash(password);
  } catch (error) {
    if (isBusy(error)) return null;
    throw error;
  }
}

/** What is to be done about a password that was right, computed before the transaction that takes note of it; null: nothing. */
export async function passwordUpkeep(
  { tenant, services, site, now }: Place,
  { userId, password, stored, measured: { length, score: known, mac } }: Proven,
): Promise<PasswordUpkeep | null> {
  const { keys, passwords } = services;
  const owner = { tenantId: site.tenantId, userId };
  const rehashed = passwords.needsRehash(stored) ? await hashAnew(passwords, password) : null;
  const isMeasured = length !== null && known !== null;
  if (isMeasured && isStampCurrent(keys, owner, { password, mac }))
    return rehashed === null ? null : { userId, stored, rehashed, stamp: null, fallsShort: false };
  const found = await tenant.read(async (db) => {
    const person = await findPerson(db, userId);
    return person && { person, rules: rulesFor(await findPolicy(db, now), person.role) };
  });
  if (!found) return null;
  const { person, rules } = found;
  const policy = policyFor({ person, organisation: site.name, rules });
  const { score, ok } = await assessPassword(password, policy);
  const stamp = stampOf(keys, owner, { password, score, checkedAt: person.checkedAt });
  return { userId, stored, rehashed, stamp, fallsShort: !isMeasured && !ok };
}

/**
 * Writes it down; not when the password was changed meanwhile. Answers why the password opens nothing until it is replaced, if so:
 * one that came from elsewhere is held against the policy here.
 */
export async function keepPasswordUp(
  db: TenantDb,
  { userId, stored, rehashed, stamp, fallsShort }: PasswordUpkeep,
): Promise<PasswordResetCause | null> {
  const row = await db
    .updateTable("users")
    .set(({ ref, fn, val }) => ({
      ...(rehashed === null ? {} : { password_hash: rehashed }),
      ...stamp,
      password_reset_cause: fallsShort
        ? fn.coalesce(ref("password_reset_cause"), val<PasswordResetCause>("policy"))
        : ref("password_reset_cause"),
    }))
    .where("id", "=", userId)
    .where("password_hash", "=", stored)
    .returning("password_reset_cause as cause")
    .executeTakeFirst();
  return row?.cause ?? null;
}

const findPerson = (db: TenantDb, userId: UserId) =>
  db
    .selectFrom("users as u")
    .innerJoin("user_emails as e", (join) =>
      join.onRef("e.user_id", "=", "u.id").on("e.is_primary", "=", true),
    )
    .select([
      "u.first_name as firstName",
      "u.last_name as lastName",
      "u.role",
      "e.email",
      "u.breach_checked_at as checkedAt",
    ])
    .where("u.id", "=", userId)
    .executeTakeFirst();
