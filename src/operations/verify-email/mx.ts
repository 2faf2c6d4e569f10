// MX: can bounces and answers come back to the domain that we send from (RFC 5321 §5.1)?
import type { DnsClient } from "#platform/dns/client.ts";
import { isIP } from "node:net";
import { type DnsFinding, findingsOf, recordsOf, unanswered } from "./findings.ts";
import { texts } from "./texts.ts";

/** Exchanges that are looked at; nobody has more in earnest. */
const exchangesMost = 10;

export async function checkMx(dns: DnsClient, domain: string): Promise<DnsFinding[]> {
  const lookup = await dns.mx(domain);
  const silence = unanswered("MX", domain, lookup);
  if (silence) return [silence];
  const exchanges = recordsOf(lookup).slice(0, exchangesMost);
  const published = exchanges.map(({ preference, host }) => `${preference} ${host || "."}`);
  const says = findingsOf("MX", domain, published);
  const line = `${domain}. IN MX 10 <${texts.mailServer}>.`;
  if (lookup.outcome === "none" && !lookup.exists)
    return [says("missing", texts.mxNoSuchDomain(domain), line)];
  if (exchanges.length === 0) return [says("missing", texts.mxMissing, line)];
  if (exchanges.some(({ host }) => host === "")) {
    return [says(exchanges.length > 1 ? "fail" : "warn", texts.mxNull, line)];
  }
  const found = await Promise.all(
    exchanges.map(async ({ host }): Promise<DnsFinding[]> => {
      if (isIP(host)) return [says("fail", texts.mxAddress(host), line)];
      const [a, aaaa] = await Promise.all([dns.a(host), dns.aaaa(host)]);
      if (a.outcome === "found" || aaaa.outcome === "found") return [];
      const lost = unanswered("MX", host, a) ?? unanswered("MX", host, aaaa);
      return [lost ?? says("fail", texts.mxNowhere(host), `${host}. IN A <${texts.itsAddress}>`)];
    }),
  );
  const problems = found.flat();
  return problems.length > 0 ? problems : [says("pass", texts.mxPass(exchanges.length))];
}
