// The weekly re-check: known breaches grow, and a password that was unknown when it was chosen may be on a list by now. The lists are
// asked by five digits of a hash, and the answers compared by MAC: neither the password nor its hash is known here.
import { setTimeout as pause } from "node:timers/promises";
import { isAmongListed, openBreachPrefix } from "#features/authenticators/index.ts";
import { notify } from "#features/notices/index.ts";
import { endSessions } from "#features/sessions/index.ts";
import { postOfTenant } from "#features/tenants/index.ts";
import { record } from "#platform/audit/record.ts";
import { UnreadableSecret } from "#platform/crypto/keyring.ts";
import type { TenantDb, TenantScope } from "#platform/db/database.ts";
import { type Post, queueMail } from "#platform/mail/queue.ts";
import type { Services } from "#platform/services.ts";
import type { Actor } from "#src/actor.ts";
import type { UserId } from "#src/ids.ts";
import { breachDigest, breachFoundMail } from "./emails.tsx";
import { breachFound } from "./events.ts";
import { countFound, listAdmins, listToCheck, type ToCheck } from "./queries.ts";

/** People of one job: at half a second each it ends well before its time is up. */
export const batchMost = 200;
/** Between two questions to the service. */
const pauseMs = 300;

export interface Recheck {
  readonly tenant: TenantScope;
  readonly services: Services;
  readonly actor: Actor;
  readonly signal: AbortSignal;
}

type Result =
  /** Behind whom the next batch begins; null: this was the last one. */
  | { readonly kind: "checked"; readonly next: UserId | null }
  /** Nobody could be asked: what was checked before stays checked. */
  | { readonly kind: "unanswered" };

/** Checks one batch of people. Run again it goes on where it was: whoever was checked since `startedAt` is not looked at. */
export async function checkBatch(
  recheck: Recheck,
  { startedAt, after }: { startedAt: Date; after: UserId | null },
): Promise<Result> {
  const { tenant, services, signal } = recheck;
  const asked = { before: startedAt, after, limit: batchMost };
  const { people, next } = await tenant.read((db) => listToCheck(db, asked));
  const groups = Object.entries(Object.groupBy(people.flatMap(withPrefix(recheck)), prefixOf));
  for (const [at, [prefix, group = []]] of groups.entries()) {
    if (at > 0 && services.breaches.settings.mode === "online")
      await pause(pauseMs, undefined, { signal });
    const listed = await services.breaches.listed(prefix, signal);
    if (listed === null) return { kind: "unanswered" };
    await judgeGroup(recheck, group, listed);
  }
  return { kind: "checked", next };
}

interface Opened extends ToCheck {
  readonly prefix: string;
}
const prefixOf = ({ prefix }: Opened) => prefix;

/** A prefix that no key opens any more is left to the person's next sign-in, which makes another one. */
const withPrefix =
  ({ tenant, services }: Recheck) =>
  (person: ToCheck): Opened[] => {
    const owner = { tenantId: tenant.id, userId: person.id };
    try {
      return [{ ...person, prefix: openBreachPrefix(services.keys, owner, person.sealedPrefix) }];
    } catch (error) {
      if (error instanceof UnreadableSecret) return [];
      throw error;
    }
  };

async function judgeGroup(
  { tenant, services, actor }: Recheck,
  group: readonly Opened[],
  listed: ReadonlySet<string>,
): Promise<void> {
  const { keys, clock } = services;
  const now = clock.now();
  const hits = group.filter(({ id, mac, prefix }) =>
    isAmongListed(keys, { tenantId: tenant.id, userId: id }, { prefix, mac, listed }),
  );
  const clean = group.filter((person) => !hits.includes(person));
  await tenant.write(async (db) => {
    if (clean.length > 0)
      await db
        .updateTable("users")
        .set({ breach_checked_at: now })
        .where(
          "id",
          "in",
          clean.map(({ id }) => id),
        )
        .execute();
    if (hits.length === 0) return;
    const post = await postOfTenant(db, services);
    for (const person of hits) await flag({ db, post, actor, now }, person);
  });
}

interface Flagging {
  readonly db: TenantDb;
  readonly post: Post;
  readonly actor: Actor;
  readonly now: Date;
}

/** The password opens nothing any more; not when it was changed while the list was asked. */
async function flag(
  { db, post, actor, now }: Flagging,
  { id: userId, mac }: ToCheck,
): Promise<void> {
  const flagged = await db
    .updateTable("users")
    .set({ password_reset_cause: "breach", breach_checked_at: now })
    .where("id", "=", userId)
    .where("breach_mac", "=", mac)
    .returning("state")
    .executeTakeFirst();
  if (!flagged) return;
  await endSessions(db, actor, { userId, reason: "password_to_replace" });
  await record(db, actor, breachFound, { userId });
  if (flagged.state === "active")
    await notify(db, post, actor, {
      happening: { userId, now },
      template: breachFoundMail,
      more: {},
    });
}

/** One message to each administrator when anything was found since `startedAt`. */
export async function tellAdmins({ tenant, services }: Recheck, startedAt: Date): Promise<void> {
  await tenant.write(async (db) => {
    const count = await countFound(db, startedAt);
    if (count === 0) return;
    const post = await postOfTenant(db, services);
    for (const { userId, email, firstName } of await listAdmins(db))
      await queueMail(db, post, breachDigest, { email, userId }, { firstName, count });
  });
}
