// How often a stranger may try: per network, per account from one network, per account from everywhere; and how much a known device may.
import { record } from "#platform/audit/record.ts";
import type { TenantDb } from "#platform/db/database.ts";
import {
  clearAll,
  defineLimit,
  type Hit,
  hitAll,
  networkOf,
  noteReached,
  peek,
  releaseAll,
  type LimitDefinition,
} from "#platform/limits.ts";
import type { Actor } from "#src/actor.ts";
import { limitReached } from "./events.ts";

const minutes = 60;
const hours = 60 * minutes;
const days = 24 * hours;

// Beside each limit that a stranger can use up stands one for browsers that are known: nobody is locked out of those (README.md, "Limits").
const startsByIp = defineLimit("sign_in.starts_ip", { most: 1_000, windowSeconds: 15 * minutes });
const startsByDevice = defineLimit("sign_in.starts_device", {
  most: 100,
  windowSeconds: 15 * minutes,
});
const passkeysByIp = defineLimit("sign_in.passkeys_ip", { most: 300, windowSeconds: 15 * minutes });
const passkeysByDevice = defineLimit("sign_in.passkeys_device", {
  most: 100,
  windowSeconds: 15 * minutes,
});
const passwordByIp = defineLimit("sign_in.password_ip", { most: 200, windowSeconds: 15 * minutes });
const passwordByAccountAndIp = defineLimit("sign_in.password_account_ip", {
  most: 10,
  windowSeconds: 15 * minutes,
});
const passwordByAccount = defineLimit("sign_in.password_account", {
  most: 50,
  windowSeconds: 1 * hours,
});
// At most a hundred wrong ones in a row (NIST SP 800-63B-4 §3.2.2): a sign-in, a recovery or an administrator begins a new row.
const passwordByAccountAndMonth = defineLimit("sign_in.password_account_month", {
  most: 100,
  windowSeconds: 30 * days,
});
// A stranger who hammers an account must not lock its owner out of the browsers they use; and such a browser, stolen, guesses no more
// than a stranger from one network.
const passwordByDevice = defineLimit("sign_in.password_device", {
  most: 10,
  windowSeconds: 15 * minutes,
});
const passwordByDeviceAndMonth = defineLimit("sign_in.password_device_month", {
  most: 100,
  windowSeconds: 30 * days,
});
// Wrong passwords of a whole tenant. Beyond it nobody is refused: strangers prove a mailbox first (README.md, "Flood").
const refusedByTenant = defineLimit("sign_in.refused_tenant", {
  most: 1_000,
  windowSeconds: 15 * minutes,
});
const codeMailsByAccount = defineLimit("sign_in.code_mails", {
  most: 10,
  windowSeconds: 1 * hours,
});
const codeMailsByDevice = defineLimit("sign_in.code_mails_device", {
  most: 10,
  windowSeconds: 1 * hours,
});
// Mails that anybody can cause: few, so that nobody's mailbox is filled by a stranger.
const proofMailsByAddress = defineLimit("sign_in.proof_mails", {
  most: 6,
  windowSeconds: 1 * hours,
});
const proofMailsByDevice = defineLimit("sign_in.proof_mails_device", {
  most: 6,
  windowSeconds: 1 * hours,
});
const forgottenByIp = defineLimit("sign_in.forgotten_ip", { most: 10, windowSeconds: 1 * hours });
const forgottenByAddress = defineLimit("sign_in.forgotten_address", {
  most: 3,
  windowSeconds: 1 * hours,
});
const forgottenByDevice = defineLimit("sign_in.forgotten_device", {
  most: 3,
  windowSeconds: 1 * hours,
});

/** One counter of an attempt, and what administrators read about it. */
export interface Counter {
  readonly limit: LimitDefinition;
  readonly key: string;
  readonly about: string;
}
/** What the limits say: null, or the seconds until the next try. */
export type Wait = number | null;

/** Who tries a password, as far as it is known. */
export interface Trier {
  /** As it was typed. */
  readonly email: string;
  readonly ip: string;
  /** The browser, when the owner of the address has signed in with it before. */
  readonly deviceId: string | null;
}

/** Who tries a second step: somebody who knew the password. */
export interface ProvenTrier {
  readonly userId: string;
  readonly email: string;
  readonly deviceId: string | null;
}

// Everywhere in this order, network first: two transactions that lock the same counters cannot wait for each other.
function passwordHits({ email, ip, deviceId }: Trier): readonly Counter[] {
  if (deviceId !== null) {
    return [
      ofDevice(passwordByDevice, { email, deviceId }),
      ofDevice(passwordByDeviceAndMonth, { email, deviceId }),
    ];
  }
  const network = networkOf(ip);
  return [
    { limit: passwordByIp, key: network, about: network },
    {
      limit: passwordByAccountAndIp,
      key: `${email} ${network}`,
      about: `${email} from ${network}`,
    },
    { limit: passwordByAccount, key: email, about: email },
    { limit: passwordByAccountAndMonth, key: email, about: email },
  ];
}

export interface Attempt {
  readonly db: TenantDb;
  readonly actor: Actor;
  readonly now: Date;
}

const ofNetwork = (limit: LimitDefinition, ip: string): Counter => {
  const network = networkOf(ip);
  return { limit, key: network, about: network };
};

export const ofDevice = (
  limit: LimitDefinition,
  { email, deviceId }: { email: string; deviceId: string },
): Counter => ({ limit, key: deviceId, about: `${email} (a known device)` });

export const countStart = (attempt: Attempt, { email, ip, deviceId }: Trier): Promise<Wait> =>
  count(attempt, [
    deviceId === null ? ofNetwork(startsByIp, ip) : ofDevice(startsByDevice, { email, deviceId }),
  ]);

/** @param deviceId Of a browser in which anybody has signed in before: a passkey's question names nobody. */
export const countPasskey = (
  attempt: Attempt,
  { ip, deviceId }: Pick<Trier, "ip" | "deviceId">,
): Promise<Wait> =>
  count(attempt, [
    deviceId === null
      ? ofNetwork(passkeysByIp, ip)
      : { limit: passkeysByDevice, key: deviceId, about: `a known device in ${networkOf(ip)}` },
  ]);

/** Counted before the password is looked at, so that attempts in parallel cannot slip through together. */
export const countPassword = (attempt: Attempt, trier: Trier): Promise<Wait> =>
  count(attempt, passwordHits(trier));

/** A wrong password, of whomever: what a flood is known by. */
export async function countRefused({ db, actor, now }: Attempt): Promise<void> {
  await count({ db, actor, now }, [
    { limit: refusedByTenant, key: "", about: "everybody: strangers prove their mailbox first" },
  ]);
}

/** Whether so many passwords are being refused in this tenant that somebody must be guessing. */
export const isFlooded = async (db: TenantDb, now: Date): Promise<boolean> =>
  !(await peek(db, refusedByTenant, "", now)).allowed;

export const countCodeMail = (attempt: Attempt, trier: ProvenTrier): Promise<Wait> =>
  count(attempt, [
    trier.deviceId === null
      ? { limit: codeMailsByAccount, key: trier.userId, about: trier.email }
      : ofDevice(codeMailsByDevice, { email: trier.email, deviceId: trier.deviceId }),
  ]);

/**
 * One more code for a mailbox, before anybody is known. By the address that was typed, whoever has it, so that the refusal tells nothing;
 * a browser that its owner has used is counted for itself, or six requests an hour would keep them out of it.
 */
export const countProofMail = (
  attempt: Attempt,
  { email, deviceId }: Pick<Trier, "email" | "deviceId">,
): Promise<Wait> =>
  count(attempt, [
    deviceId === null
      ? { limit: proofMailsByAddress, key: email, about: email }
      : ofDevice(proofMailsByDevice, { email, deviceId }),
  ]);

export const countForgotten = (attempt: Attempt, { email, ip, deviceId }: Trier): Promise<Wait> =>
  count(attempt, [
    deviceId === null
      ? ofNetwork(forgottenByIp, ip)
      : ofDevice(forgottenByDevice, { email, deviceId }),
  ]);

/** Whether one more mail may go to an address that was typed in an unknown browser. */
export const mayMailForgotten = async (attempt: Attempt, email: string): Promise<boolean> =>
  (await count(attempt, [{ limit: forgottenByAddress, key: email, about: email }])) === null;

/** The password was right: this try does not count against anyone, nor in what was counted after it. */
export async function releasePassword(
  db: TenantDb,
  trier: Trier,
  after: readonly Hit[],
): Promise<void> {
  await releaseAll(db, [...passwordHits(trier).map(toHit), ...after]);
}

/** The person has recovered the account: earlier passwords tried against it are forgotten, those of the network are not. */
export async function forgivePasswords(db: TenantDb, trier: Trier): Promise<void> {
  const asStranger = passwordHits({ ...trier, deviceId: null }).slice(1);
  const asKnown = trier.deviceId === null ? [] : passwordHits(trier);
  await clearAll(db, [...asStranger, ...asKnown].map(toHit));
}

const count = async (attempt: Attempt, hits: readonly Counter[]): Promise<Wait> =>
  (await countTelling(attempt, hits)).wait;

/** Counts one try. `isReached`: it is the last one that a limit lets through. */
export async function countTelling(
  { db, actor, now }: Attempt,
  hits: readonly Counter[],
): Promise<{ wait: Wait; isReached: boolean }> {
  const states = await hitAll(db, hits.map(toHit), now);
  let isReached = false;
  for (const [place, { limit, key, about }] of hits.entries()) {
    const state = states[place];
    if (!state) break;
    if (!state.allowed) return { wait: state.retryAfterSeconds, isReached };
    // Told once, with the last try that is let through: a flood of tries must not become a flood of events.
    if (state.remaining > 0) continue;
    isReached = true;
    await noteReached(db, limit, { key, about, now });
    await record(db, actor, limitReached, { limit: limit.name });
  }
  return { wait: null, isReached };
}

export const toHit = ({ limit, key }: Counter): Hit => [limit, key];
