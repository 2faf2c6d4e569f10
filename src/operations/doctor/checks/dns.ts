// Do the base domain and any name below it lead to the same place? A tenant's name works without anybody touching the DNS then.
import { randomBytes } from "node:crypto";
import { isPublicAddress } from "#platform/outbound/address.ts";
import { type Check, fail, type Finding, ok, warn } from "../check.ts";
import { setting } from "../lines.ts";
import { type Addresses, addressesOf, notPublic } from "../site.ts";
import { texts } from "../texts.ts";

export const dns: Check = {
  name: "dns",
  title: "DNS",
  settings: ["BASE_DOMAIN", "DNS_SERVERS"],
  async run({ services: { config }, dns: client }) {
    const local = notPublic(config);
    if (local) return local;
    const { baseDomain } = config.http;
    // A name that nobody has ever used: no answer about it can come from a cache or from a record of its own.
    const label = `doctor-${randomBytes(5).toString("hex")}`;
    const [base, child] = await Promise.all([
      addressesOf(client, baseDomain),
      addressesOf(client, `${label}.${baseDomain}`),
    ]);
    return judge(baseDomain, base, child);
  },
};

const all = ({ v4, v6 }: Addresses): string[] => [...v4, ...v6];

const recordOf = (name: string, address: string): string =>
  `${name}. IN ${address.includes(":") ? "AAAA" : "A"} ${address}`;

function judge(baseDomain: string, base: Addresses, child: Addresses): Finding | Finding[] {
  const wildcard = `*.${baseDomain}`;
  const silent = [base, child].find((one) => one.unanswered && all(one).length === 0)?.unanswered;
  if (silent) {
    const reason = silent.outcome === "timeout" ? texts.noAnswer : silent.reason;
    return fail(
      texts.dnsSilent(baseDomain, reason),
      setting("DNS_SERVERS", "<a name server that can be reached>"),
    );
  }
  if (all(base).length === 0) {
    const address = all(child)[0] ?? "<the address of this server>";
    return fail(texts.dnsNoBase(baseDomain), recordOf(baseDomain, address));
  }
  const lacking = all(base).filter((address) => !all(child).includes(address));
  if (all(child).length === 0)
    return lacking.map((address) =>
      fail(texts.dnsNoWildcard(wildcard), recordOf(wildcard, address)),
    );
  const foreign = all(child).filter((address) => !all(base).includes(address));
  const findings = [
    ...lacking.map((address) =>
      fail(texts.dnsLacking(wildcard, address), recordOf(wildcard, address)),
    ),
    ...foreign.map((address) =>
      fail(texts.dnsForeign(wildcard, address), recordOf(baseDomain, address)),
    ),
  ];
  const inside = all(base).filter((address) => !isPublicAddress(address));
  if (inside.length > 0)
    findings.push(
      warn(
        texts.dnsPrivate(baseDomain, inside),
        recordOf(baseDomain, "<the public address of this server>"),
      ),
    );
  return findings.length > 0 ? findings : ok(texts.dnsRight(baseDomain, all(base)));
}
