// `weft verify-email`: does mail leave, and does the DNS of the sender's domain make receivers believe it?
import { getDomain } from "tldts";
import type { DnsClient } from "#platform/dns/client.ts";
import type { MailBackend } from "#src/config.ts";
import { checkDkim } from "./dkim.ts";
import { checkDmarc } from "./dmarc.ts";
import type { DnsFinding } from "./findings.ts";
import { checkMx } from "./mx.ts";
import { senderOf } from "./sender.ts";
import { checkSpf } from "./spf.ts";

export type { DnsFinding, FindingState, RecordKind } from "./findings.ts";
export { texts } from "./texts.ts";

export interface MailDnsQuestion {
  /** The domain of the sender's address. */
  readonly domain: string;
  readonly backend: MailBackend;
  /** DKIM selectors the operator named; the provider's usual ones when empty. */
  readonly selectors: readonly string[];
}

/** What the DNS says about mail from this domain by this way: SPF, DKIM, DMARC, MX, in this order. */
export async function checkMailDns(
  dns: DnsClient,
  question: MailDnsQuestion,
): Promise<DnsFinding[]> {
  const domain = question.domain.toLowerCase();
  const parent = organisationalDomain(domain);
  const sender = senderOf(question.backend, question.selectors);
  const found = await Promise.all([
    checkSpf(dns, domain, sender),
    checkDkim(dns, { domain, parent }, sender),
    checkDmarc(dns, { domain, parent }),
    checkMx(dns, domain),
  ]);
  return found.flat();
}

/** The domain that somebody registered, by the public suffix list: `example.co.uk` for `mail.id.example.co.uk` (RFC 7489 §3.2). */
export const organisationalDomain = (domain: string): string =>
  getDomain(domain, { allowPrivateDomains: true }) ?? domain;

/** Names that no public name server knows (RFC 6761, RFC 6762): looking them up would say nothing. */
export const isPublicName = (domain: string): boolean =>
  !/(^|\.)(localhost|test|local|invalid|internal)$/i.test(domain);
