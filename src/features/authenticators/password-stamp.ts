// What is remembered of a password beside its hash: how long and how strong it was, for a policy that asks for more later, and what
// the breach check needs to ask again without knowing the password (platform/passwords/README.md).
import type { Keyring, SealPlace } from "#platform/crypto/keyring.ts";
import { equalBytes } from "#platform/crypto/token.ts";
import { type BreachDigest, breachDigest } from "#platform/passwords/breaches/digest.ts";
import { characterCount, normalise } from "#platform/passwords/password.ts";
import type { PasswordScore } from "#platform/passwords/strength.ts";
import type { TenantId, UserId } from "#src/ids.ts";

export interface StampOwner {
  readonly tenantId: TenantId;
  readonly userId: UserId;
}

/** Columns of `users`. */
export interface PasswordStamp {
  readonly password_length: number;
  readonly password_score: PasswordScore;
  readonly sealed_breach_prefix: Buffer;
  readonly breach_mac: Buffer;
  /** Null: nobody could be asked yet. */
  readonly breach_checked_at: Date | null;
}

interface Measured {
  readonly password: string;
  readonly score: PasswordScore;
  readonly checkedAt: Date | null;
}

/** @throws {Error} a password that is too long: no such one is stored */
export function stampOf(
  keys: Keyring,
  owner: StampOwner,
  { password, score, checkedAt }: Measured,
): PasswordStamp {
  const [text, digest] = [normalise(password), breachDigest(password)];
  if (text === null || digest === null) throw new Error("a password that is too long was stamped");
  return {
    password_length: characterCount(text),
    password_score: score,
    sealed_breach_prefix: keys.seal("breach", placeOf(owner), digest.prefix),
    breach_mac: macOf(keys, owner, digest),
    breach_checked_at: checkedAt,
  };
}

const placeOf = ({ tenantId, userId }: StampOwner): SealPlace => ({
  tenantId,
  table: "users",
  row: userId,
  column: "sealed_breach_prefix",
});

/** Of this person's: that two people chose the same password does not show. */
const macInput = ({ userId }: StampOwner, { prefix, rest }: BreachDigest): string =>
  `${userId}:${prefix}${rest}`;
const macOf = (keys: Keyring, owner: StampOwner, digest: BreachDigest): Buffer =>
  keys.mac("breach", macInput(owner, digest));

/** Whether the MAC was made of this password under the present key: after that key's end nothing could be compared with it. */
export function isStampCurrent(
  keys: Keyring,
  owner: StampOwner,
  { password, mac }: { password: string; mac: Buffer | null },
): boolean {
  const digest = breachDigest(password);
  return digest !== null && mac !== null && equalBytes(macOf(keys, owner, digest), mac);
}

/** The five digits to ask for. @throws {UnreadableSecret} */
export const openBreachPrefix = (keys: Keyring, owner: StampOwner, sealed: Buffer): string =>
  keys.open("breach", placeOf(owner), sealed).toString();

/** Whether one of the listed hashes with this prefix is that of the person's password. */
export function isAmongListed(
  keys: Keyring,
  owner: StampOwner,
  { prefix, mac, listed }: { prefix: string; mac: Buffer; listed: ReadonlySet<string> },
): boolean {
  for (const rest of listed) {
    if (keys.checkMac("breach", macInput(owner, { prefix, rest }), mac)) return true;
  }
  return false;
}
