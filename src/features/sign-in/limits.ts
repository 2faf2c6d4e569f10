// How often a stranger may try: per network address, per account from one address, per account from everywhere.
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import {
  clearAll,
  defineLimit,
  type Hit,
  hitAll,
  networkOf,
  releaseAll,
} from "#platform/limits.ts";
import type { Actor } from "#src/actor.ts";
import { limitReached } from "./events.ts";

const minutes = 60;
const hours = 60 * minutes;

const startsByIp = defineLimit("sign_in.starts_ip", { most: 1_000, windowSeconds: 15 * minutes });
const passwordByIp = defineLimit("sign_in.password_ip", { most: 200, windowSeconds: 15 * minutes });
const passwordByAccountAndIp = defineLimit("sign_in.password_account_ip", {
  most: 10,
  windowSeconds: 15 * minutes,
});
const passwordByAccount = defineLimit("sign_in.password_account", {
  most: 50,
  windowSeconds: 1 * hours,
});
// Six digits are a small space: at this rate a right guess takes decades (NIST SP 800-63B-4 §3.2.2).
const secondStepByAccount = defineLimit("sign_in.second_step_account", {
  most: 10,
  windowSeconds: 15 * minutes,
});
const secondStepByAccountAndDay = defineLimit("sign_in.second_step_account_day", {
  most: 30,
  windowSeconds: 24 * hours,
});
const codeMailsByAccount = defineLimit("sign_in.code_mails", {
  most: 10,
  windowSeconds: 1 * hours,
});
const forgottenByIp = defineLimit("sign_in.forgotten_ip", { most: 10, windowSeconds: 1 * hours });
const forgottenByAddress = defineLimit("sign_in.forgotten_address", {
  most: 3,
  windowSeconds: 1 * hours,
});

/** What the limits say: null, or the seconds until the next try. */
export type Wait = number | null;

// Everywhere in this order, network first: two transactions that lock the same counters cannot wait for each other.
const passwordHits = (email: string, ip: string): readonly Hit[] => [
  [passwordByIp, networkOf(ip)],
  [passwordByAccountAndIp, `${email} ${networkOf(ip)}`],
  [passwordByAccount, email],
];
const secondStepHits = (userId: string): readonly Hit[] => [
  [secondStepByAccount, userId],
  [secondStepByAccountAndDay, userId],
];

export interface Attempt {
  readonly db: TenantDb;
  readonly actor: Actor;
  readonly now: Date;
}

export const countStart = (attempt: Attempt, ip: string): Promise<Wait> =>
  count(attempt, [[startsByIp, networkOf(ip)]]);

/** Counted before the password is looked at, so that attempts in parallel cannot slip through together. */
export const countPassword = (attempt: Attempt, email: string, ip: string): Promise<Wait> =>
  count(attempt, passwordHits(email, ip));

export const countSecondStep = (attempt: Attempt, userId: string): Promise<Wait> =>
  count(attempt, secondStepHits(userId));

export const countCodeMail = (attempt: Attempt, userId: string): Promise<Wait> =>
  count(attempt, [[codeMailsByAccount, userId]]);

export const countForgotten = (attempt: Attempt, ip: string): Promise<Wait> =>
  count(attempt, [[forgottenByIp, networkOf(ip)]]);

/** Whether one more mail may go to an address that was typed by anybody. */
export const mayMailForgotten = async (attempt: Attempt, email: string): Promise<boolean> =>
  (await count(attempt, [[forgottenByAddress, email]])) === null;

/** The password was right: this try does not count against anyone. */
export async function releasePassword(db: TenantDb, email: string, ip: string): Promise<void> {
  await releaseAll(db, passwordHits(email, ip));
}

/** The person has recovered the account: earlier passwords tried against it are forgotten, those of the network are not. */
export async function forgivePasswords(db: TenantDb, email: string, ip: string): Promise<void> {
  await clearAll(db, passwordHits(email, ip).slice(1));
}

/** The person is in: neither passwords nor codes tried before count any more. */
export async function forgiveAccount(
  db: TenantDb,
  { userId, email, ip }: { userId: string; email: string; ip: string },
): Promise<void> {
  await clearAll(db, [...passwordHits(email, ip).slice(1), ...secondStepHits(userId)]);
}

async function count({ db, actor, now }: Attempt, hits: readonly Hit[]): Promise<Wait> {
  const states = await hitAll(db, hits, now);
  for (const [place, [limit]] of hits.entries()) {
    const state = states[place];
    if (!state) break;
    if (!state.allowed) return state.retryAfterSeconds;
    // Told once, with the last try that is let through: a flood of tries must not become a flood of events.
    if (state.remaining === 0) await record(db, actor, limitReached, { limit: limit.name });
  }
  return null;
}
