// DKIM: are the keys published with which the provider signs our mail (RFC 6376)?
import type { DnsClient } from "#platform/dns/client.ts";
import { dkimBits, isDkim, parseDkim } from "#protocols/mail-auth/dkim.ts";
import { type DnsFinding, findingsOf, recordsOf, unanswered } from "./findings.ts";
import type { Sender } from "./sender.ts";
import { texts } from "./texts.ts";

/** For each selector at least one finding. `parent`: the organisational domain, for which a provider may sign as well. */
export async function checkDkim(
  dns: DnsClient,
  { domain, parent }: { readonly domain: string; readonly parent: string },
  sender: Sender,
): Promise<DnsFinding[]> {
  if (sender.selectors.length === 0) {
    const name = `<selector>._domainkey.${domain}`;
    return [
      findingsOf("DKIM", name)("warn", texts.dkimNoSelector, sender.dkimLine("<selector>", domain)),
    ];
  }
  const found = await Promise.all(
    sender.selectors.map(async (selector) => {
      const own = await checkKey(dns, { selector, domain }, sender);
      const isMissing = own.length === 1 && own[0]?.state === "missing";
      if (!isMissing || parent === domain) return own;
      // Aligned all the same: DMARC compares organisational domains unless told otherwise (RFC 7489 §3.1.1).
      const above = await checkKey(dns, { selector, domain: parent }, sender);
      return above[0]?.state === "missing" ? own : above;
    }),
  );
  return found.flat();
}

async function checkKey(
  dns: DnsClient,
  { selector, domain }: { readonly selector: string; readonly domain: string },
  sender: Sender,
): Promise<DnsFinding[]> {
  const name = `${selector}._domainkey.${domain}`;
  const line = sender.dkimLine(selector, domain);
  const lookup = await dns.txt(name);
  const silence = unanswered("DKIM", name, lookup);
  if (silence) return [silence];
  const aliases = "aliases" in lookup ? lookup.aliases : [];
  const records = recordsOf(lookup);
  const says = findingsOf("DKIM", name, [...aliases.map((alias) => `CNAME ${alias}`), ...records]);
  const keys = records.filter(isDkim);
  const [text] = keys;
  if (text === undefined) {
    const target = aliases.at(-1);
    if (target) return [says("fail", texts.dkimDangling(target), line)];
    return [
      records.length > 0
        ? says("fail", texts.dkimOther, line)
        : says("missing", texts.dkimMissing, line),
    ];
  }
  if (keys.length > 1) return [says("fail", texts.dkimSeveral(keys.length), line)];
  const key = parseDkim(text);
  if (key.problems.length > 0)
    return key.problems.map((problem) => says("fail", texts.dkimBroken(problem), line));
  if (key.isRevoked) return [says("fail", texts.dkimRevoked, line)];
  const bits = key.bits ?? 0;
  if (key.type === "rsa" && bits < dkimBits.least)
    return [says("fail", texts.dkimTooShort(bits), line)];
  const found = [];
  if (key.type === "rsa" && bits < dkimBits.wanted)
    found.push(says("warn", texts.dkimShort(bits), line));
  if (key.isTesting) found.push(says("warn", texts.dkimTesting, line));
  if (found.length > 0) return found;
  return [says("pass", key.type === "rsa" ? texts.dkimPass(bits) : texts.dkimEd25519)];
}
