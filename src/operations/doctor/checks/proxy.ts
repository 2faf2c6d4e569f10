// Does the proxy tell the truth about who calls? Limits, sessions and the audit trail name the caller by what it says.
import { askOwnSite } from "#platform/outbound/own-site.ts";
import { type Check, fail, type Finding, ok, skipped, warn } from "../check.ts";
import { setting } from "../lines.ts";
import { aProbe, probeHeader, probePath, readSeen, type Seen } from "../probe.ts";
import { notPublic, siteTargets, unreachable } from "../site.ts";
import { texts } from "../texts.ts";

/** An address of documentation (RFC 5737): nobody calls from there, so whoever is taken for it was believed too easily. */
const forged = "203.0.113.99";
const caddyfile =
  "curl -fsSL https://raw.githubusercontent.com/pageloom/weft-id/main/deploy/Caddyfile -o Caddyfile && docker compose up -d --no-deps --force-recreate caddy";

export const proxy: Check = {
  name: "proxy",
  title: "Proxy headers",
  settings: ["BASE_DOMAIN", "DNS_SERVERS", "PUBLIC_", "SECRET_KEY", "TRUSTED_PROXIES"],
  async run(context, signal) {
    const { services } = context;
    const local = notPublic(services.config);
    if (local) return local;
    const target = (await siteTargets(context, signal)).at(-1);
    if (!target) return skipped(texts.noAddress);
    const probe = aProbe(services.keys, services.clock.now());
    const answer = await askOwnSite({
      ...target,
      path: probePath,
      headers: { [probeHeader]: probe.code, "x-forwarded-for": forged },
    });
    if ("problem" in answer) return unreachable(target, answer);
    const seen = readSeen(services.keys, probe, answer.headers.get(probeHeader));
    if (!seen) return fail(texts.probeLost(target.host, answer.status), "docker compose up -d");
    const findings = judge(seen, target.host);
    return findings.length > 0 ? findings : ok(texts.proxyHonest(seen.peer, seen.client));
  },
};

function judge(seen: Seen, host: string): Finding[] {
  const { peer, client, forwardedFor, forwardedProto } = seen;
  const findings: Finding[] = [];
  if (seen.host.replace(/:\d+$/, "").toLowerCase() !== host)
    findings.push(fail(texts.proxyHost(host, seen.host), caddyfile));
  const hops = (forwardedFor ?? "")
    .split(",")
    .map((hop) => hop.trim())
    .filter(Boolean);
  if (hops.length === 0) findings.push(fail(texts.proxySilent(peer), caddyfile));
  else if (!seen.isPeerTrusted)
    findings.push(fail(texts.proxyUntrusted(peer), setting("TRUSTED_PROXIES", network(peer))));
  else if (client === forged && hops.length === 1)
    findings.push(fail(texts.proxyForged, caddyfile));
  else if (client === forged) findings.push(warn(texts.proxyAppends, caddyfile));
  if (forwardedProto !== null && forwardedProto !== "https")
    findings.push(warn(texts.proxyScheme(forwardedProto), caddyfile));
  return findings;
}

const network = (address: string): string => `${address}/${address.includes(":") ? 128 : 32}`;
