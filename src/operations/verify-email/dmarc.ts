// DMARC: what shall receivers do with mail that only claims to be ours (RFC 7489)?
import type { DnsClient } from "#platform/dns/client.ts";
import { isDmarc, parseDmarc } from "#protocols/mail-auth/dmarc.ts";
import { type DnsFinding, findingsOf, recordsOf, txtLine, unanswered } from "./findings.ts";
import { texts } from "./texts.ts";

/** The record of the domain; where it has none, that of the organisational domain (§6.6.3). */
export async function checkDmarc(
  dns: DnsClient,
  { domain, parent }: { readonly domain: string; readonly parent: string },
): Promise<DnsFinding[]> {
  const places = [...new Set([domain, parent])];
  for (const place of places) {
    const name = `_dmarc.${place}`;
    const lookup = await dns.txt(name);
    const silence = unanswered("DMARC", name, lookup);
    if (silence) return [silence];
    const published = recordsOf(lookup);
    const records = published.filter(isDmarc);
    const meant = published.filter((text) => !isDmarc(text) && /dmarc|(^|;)\s*p\s*=/i.test(text));
    if (records.length > 0) return judge({ name, records, isAbove: place !== domain, place });
    if (meant[0] !== undefined) {
      return [
        findingsOf("DMARC", name, meant)("fail", texts.dmarcUnseen, txtLine(name, advised(place))),
      ];
    }
  }
  const name = `_dmarc.${domain}`;
  return [
    findingsOf("DMARC", name)(
      "missing",
      texts.dmarcMissing(places),
      txtLine(name, advised(domain)),
    ),
  ];
}

const advised = (domain: string): string =>
  `v=DMARC1; p=quarantine; rua=mailto:postmaster@${domain}`;

function judge({
  name,
  records,
  isAbove,
  place,
}: {
  readonly name: string;
  readonly records: readonly string[];
  readonly isAbove: boolean;
  readonly place: string;
}): DnsFinding[] {
  const says = findingsOf("DMARC", name, records);
  const [text = ""] = records;
  // Receivers treat several as none (§6.6.3).
  if (records.length > 1)
    return [says("fail", texts.dmarcSeveral(records.length), txtLine(name, text))];
  const { policy, subdomainPolicy, percent, problems } = parseDmarc(text);
  if (problems.length > 0)
    return problems.map((problem) =>
      says("fail", texts.dmarcBroken(problem), txtLine(name, advised(place))),
    );
  const tag = isAbove && subdomainPolicy !== policy ? "sp" : "p";
  const effective = isAbove ? subdomainPolicy : policy;
  const from = isAbove ? texts.dmarcFromAbove(place) : "";
  const found = [];
  if (effective === "none") {
    const stricter = text.replace(
      new RegExp(`(^|;)(\\s*${tag}\\s*=\\s*)none`, "i"),
      "$1$2quarantine",
    );
    found.push(says("warn", texts.dmarcNone(tag) + from, txtLine(name, stricter)));
  }
  if (percent < 100 && effective !== "none") {
    const whole = text.replace(/;?\s*pct\s*=\s*\d+/i, "");
    found.push(says("warn", texts.dmarcPercent(percent) + from, txtLine(name, whole)));
  }
  return found.length > 0 ? found : [says("pass", texts.dmarcPass(effective ?? "none") + from)];
}
