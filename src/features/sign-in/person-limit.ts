// Passwords tried against one person by all of their addresses together. Each address has counters of its own (`limits.ts`), and says so
// when they are full; this one must not: who tried one address and found another one waiting would know that both are one person's. So
// what is too much is answered as a wrong password. Known devices are not counted here: they have limits of their own.
import { record } from "#platform/audit/record.ts";
import { clear, defineLimit, hit, type Hit, noteReached } from "#platform/limits.ts";
import type { TenantDb } from "#platform/db/database.ts";
import type { UserId } from "#src/ids.ts";
import { limitReached } from "./events.ts";
import type { Attempt } from "./limits.ts";
import type { Claimed } from "./queries.ts";

// At most a hundred wrong ones in a row for an account, however many addresses it has (NIST SP 800-63B-4 §3.2.2).
const passwordByPersonAndMonth = defineLimit("sign_in.password_person_month", {
  most: 100,
  windowSeconds: 30 * 24 * 60 * 60,
});

/** Somebody with one address is counted by that already: the same statement, and nothing depends on it. */
const keyOf = (claimed: Claimed | null, email: string): string =>
  claimed?.hasSeveralAddresses ? claimed.userId : `one address: ${email}`;

interface Tried {
  readonly claimed: Claimed | null;
  /** As it was typed. */
  readonly email: string;
}

/** Counts one try of a stranger's browser; whether the password may be judged. */
export async function countForPerson(
  { db, actor, now }: Attempt,
  { claimed, email }: Tried,
): Promise<boolean> {
  const key = keyOf(claimed, email);
  const { allowed, remaining } = await hit(db, passwordByPersonAndMonth, key, now);
  if (!claimed?.hasSeveralAddresses) return true;
  if (allowed && remaining === 0) {
    await noteReached(db, passwordByPersonAndMonth, { key, about: email, now });
    await record(db, actor, limitReached, { limit: passwordByPersonAndMonth.name });
  }
  return allowed;
}

/** What is taken back where the password was right. */
export const hitForPerson = ({ claimed, email }: Tried): Hit => [
  passwordByPersonAndMonth,
  keyOf(claimed, email),
];

/** The person is in, or has recovered the account: earlier tries are forgotten. */
export const forgivePerson = (db: TenantDb, userId: UserId): Promise<void> =>
  clear(db, passwordByPersonAndMonth, userId);
