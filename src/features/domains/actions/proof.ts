// Whether a domain is the tenant's: by a record that only its owner can publish, or by the word of whoever runs the installation. Before that
// it has no effect: an administrator could else declare a provider of free mailboxes their own, and hand out addresses there as verified.
import { record } from "#platform/audit/record.ts";
import type { TenantDb, TenantScope } from "#platform/db/database.ts";
import type { DnsClient } from "#platform/dns/client.ts";
import { defineLimit, hitNoted } from "#platform/limits.ts";
import type { Post } from "#platform/mail/queue.ts";
import type { Actor } from "#src/actor.ts";
import type { OrganisationDomainId } from "#src/ids.ts";
import { judgeLookup, type Looked, recordName } from "../challenge.ts";
import { domainNotFound, tooManyChecks } from "../errors.ts";
import { domainChecked, domainProved } from "../events.ts";
import { getDomain } from "../queries.ts";
import type { DomainDetail, DomainProof } from "../schema.ts";
import { texts } from "../texts.ts";
import { tellProved } from "../tell.ts";
import { keepSight } from "./record.ts";
import { addDomain } from "./registry.ts";

// Each makes our name servers ask others, on somebody's word: they must not become a way to flood those.
const checksByTenant = defineLimit("domains.checks", { most: 60, windowSeconds: 60 * 60 });

interface Check {
  readonly actor: Actor;
  readonly post: Post;
  readonly domainId: OrganisationDomainId;
  readonly now: Date;
}

/**
 * Looks the record up, outside of any transaction, and keeps what was found. Proved already by it: that it is, or is not, there. By the
 * operator's word: nothing happens.
 * @throws {domainNotFound} @throws {tooManyChecks}
 */
export async function checkDomain(
  { tenant, dns }: { tenant: TenantScope; dns: DnsClient },
  check: Check,
): Promise<DomainDetail> {
  const { domainId, now } = check;
  const asked = await tenant.write((db) => beginCheck(db, check));
  if (asked !== null) {
    const looked = judgeLookup(await dns.txt(recordName(asked.domain)), asked.token);
    await tenant.write((db) => endCheck(db, check, looked));
  }
  return tenant.read((db) => getDomain(db, domainId, now));
}

/** What to look for; null where the operator has vouched. */
async function beginCheck(db: TenantDb, { domainId, now }: Check) {
  const { provedHow, ...asked } = await db
    .selectFrom("organisation_domains")
    .select(["domain", "proof_token as token", "proved_how as provedHow"])
    .where("id", "=", domainId)
    .executeTakeFirstOrThrow(() => domainNotFound({ domainId }));
  if (provedHow === "operator") return null;
  const counter = { limit: checksByTenant, key: "", about: texts.everybody };
  const { allowed, retryAfterSeconds } = await hitNoted(db, counter, now);
  if (!allowed) throw tooManyChecks({ retryAfterSeconds });
  return asked;
}

/** The id and its record are of one row for ever: removed and added again, a domain has others. */
async function endCheck(
  db: TenantDb,
  { actor, post, domainId, now }: Check,
  { outcome, found }: Looked,
): Promise<void> {
  const kept = await db
    .updateTable("organisation_domains")
    .set({ checked_at: now, check_outcome: outcome, check_found: [...found] })
    .where("id", "=", domainId)
    .where("proved_at", "is", null)
    .returning("domain")
    .executeTakeFirst();
  if (!kept) return keepSight(db, { actor, post, now }, domainId, { outcome, found });
  const about = { domainId, domain: kept.domain };
  if (outcome === "proved") await prove(db, { actor, post, now, how: "dns" }, domainId);
  else await record(db, actor, domainChecked, { ...about, outcome });
}

/** The first time only: what has proved it stays as it was. Super administrators are told. */
async function prove(
  db: TenantDb,
  { actor, post, now, how }: { actor: Actor; post: Post; now: Date; how: DomainProof },
  domainId: OrganisationDomainId,
): Promise<void> {
  const proved = await db
    .updateTable("organisation_domains")
    .set({ proved_at: now, proved_how: how })
    .where("id", "=", domainId)
    .where("proved_at", "is", null)
    .returning("domain")
    .executeTakeFirst();
  if (!proved) return;
  const news = { domainId, domain: proved.domain, how };
  await record(db, actor, domainProved, news);
  await tellProved(db, { post, actor }, news);
}

/**
 * On the operator's word, for domains that no public name server knows; added where it is not there yet. Whoever runs the installation could
 * write the row themselves, so this gives them nothing; it is told in the audit trail, and to super administrators. @throws {tooManyDomains}
 */
export async function proveByOperator(
  db: TenantDb,
  { actor, post, now }: { actor: Extract<Actor, { kind: "operator" }>; post: Post; now: Date },
  domain: string,
): Promise<DomainDetail> {
  const known = await db
    .selectFrom("organisation_domains")
    .select("id")
    .where("domain", "=", domain)
    .executeTakeFirst();
  const domainId = known?.id ?? (await addDomain(db, actor, { domain }));
  await prove(db, { actor, post, now, how: "operator" }, domainId);
  return getDomain(db, domainId, now);
}
