// Whether the record that proved a domain is still there. Nothing ends by itself when it is not: a mistake in somebody's DNS must not change who
// gets in. But a domain that was given up may be anybody's by now, who reads the mail of its addresses: super administrators are told.
import { record } from "#platform/audit/record.ts";
import type { TenantDb, TenantScope } from "#platform/db/database.ts";
import type { DnsClient } from "#platform/dns/client.ts";
import type { Post } from "#platform/mail/queue.ts";
import type { Actor } from "#src/actor.ts";
import type { OrganisationDomainId } from "#src/ids.ts";
import { judgeLookup, type Looked, recordName } from "../challenge.ts";
import { recordFound, recordMissing } from "../events.ts";
import { provedByRecord } from "../queries.ts";
import { tellMissing } from "../tell.ts";

const daysEarlier = (now: Date, days: number) => new Date(now.getTime() - days * 86_400_000);

/** Days without the record before anybody is told: somebody may be moving the domain to other name servers. */
export const toldAfterDays = 3;
/** The same where nobody answered: it may be our own name servers that are out of order. */
export const toldUnansweredAfterDays = 14;

interface Sight {
  readonly actor: Actor;
  readonly post: Post;
  readonly now: Date;
}

/** Keeps what a look at a domain that its record has proved found; tells super administrators, once, when it has been missing for days. */
export async function keepSight(
  db: TenantDb,
  { actor, post, now }: Sight,
  domainId: OrganisationDomainId,
  { outcome, found }: Looked,
): Promise<void> {
  const before = await db
    .selectFrom("organisation_domains")
    .select([
      "domain",
      "proof_token as token",
      "missing_since as since",
      "missing_told_at as toldAt",
    ])
    .where("id", "=", domainId)
    .where("proved_how", "=", "dns")
    .forNoKeyUpdate()
    .executeTakeFirst();
  // Removed meanwhile.
  if (!before) return;
  const { domain, token, toldAt } = before;
  const since = outcome === "proved" ? null : (before.since ?? now);
  const days = outcome === "unreachable" ? toldUnansweredAfterDays : toldAfterDays;
  const isTold = since !== null && toldAt === null && since <= daysEarlier(now, days);
  await db
    .updateTable("organisation_domains")
    .set({
      checked_at: now,
      check_outcome: outcome,
      check_found: [...found],
      missing_since: since,
      missing_told_at: since === null ? null : isTold ? now : toldAt,
    })
    .where("id", "=", domainId)
    .execute();
  const about = { domainId, domain };
  if (isTold && outcome !== "proved") {
    await record(db, actor, recordMissing, { ...about, outcome, since: since.toISOString() });
    await tellMissing(db, post, { ...about, token, since });
  }
  if (since === null && toldAt !== null) await record(db, actor, recordFound, about);
}

const atOnceMost = 5;

/** Looks for the record of every domain that its record has proved, five at a time, outside of any transaction. */
export async function lookAtAll(
  { tenant, dns, signal }: { tenant: TenantScope; dns: DnsClient; signal: AbortSignal },
  sight: (db: TenantDb) => Promise<Sight>,
): Promise<void> {
  const domains = [...(await tenant.read(provedByRecord))];
  while (domains.length > 0) {
    signal.throwIfAborted();
    const some = domains.splice(0, atOnceMost);
    const looked = await Promise.all(
      some.map(async ({ id, domain, token }) => ({
        id,
        looked: judgeLookup(await dns.txt(recordName(domain)), token),
      })),
    );
    for (const one of looked)
      await tenant.write(async (db) => keepSight(db, await sight(db), one.id, one.looked));
  }
}
