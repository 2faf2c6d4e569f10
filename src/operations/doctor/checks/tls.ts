// The certificates that browsers get: trusted, for the right name, and renewed in time.
import { certificateOf } from "#platform/outbound/own-site.ts";
import { type Check, fail, type Finding, ok, skipped, warn } from "../check.ts";
import { setting } from "../lines.ts";
import { notPublic, type SiteTarget, siteTargets, unreachable } from "../site.ts";
import { texts } from "../texts.ts";

const dayMs = 86_400_000;
/** Caddy renews when a third of the lifetime is left: with less than a quarter, renewing has failed for a while. */
const lateShare = 0.25;
const renew =
  "docker compose up -d --no-deps --force-recreate caddy && docker compose logs --tail 50 caddy";

export const tls: Check = {
  name: "tls",
  title: "TLS certificates",
  settings: ["BASE_DOMAIN", "DNS_SERVERS", "PUBLIC_"],
  async run(context, signal) {
    const local = notPublic(context.services.config);
    if (local) return local;
    const targets = await siteTargets(context, signal);
    if (targets.length === 0) return skipped(texts.noAddress);
    const now = context.services.clock.now();
    return await Promise.all(targets.map((target) => judge(target, now)));
  },
};

async function judge(target: SiteTarget, now: Date): Promise<Finding> {
  const certificate = await certificateOf(target);
  if ("problem" in certificate) return unreachable(target, certificate);
  const { host } = target;
  const { issuer, names, validFrom, validTo, problemCode } = certificate;
  const days = Math.trunc((validTo.getTime() - now.getTime()) / dayMs);
  if (validTo < now) return fail(texts.certificateExpired(host, -days), renew);
  if (problemCode === "ERR_TLS_CERT_ALTNAME_INVALID")
    return fail(texts.certificateName(host, names), renew);
  if (problemCode !== null) {
    const isStaging = /staging|fake|pebble/i.test(issuer);
    return fail(
      texts.certificateUntrusted(host, issuer, problemCode),
      isStaging ? setting("ACME_CA", "") : setting("NODE_EXTRA_CA_CERTS", "/etc/weft/ca.pem"),
    );
  }
  const lifetime = validTo.getTime() - validFrom.getTime();
  if (validTo.getTime() - now.getTime() < lifetime * lateShare)
    return warn(texts.certificateLate(host, days), renew);
  return ok(texts.certificateGood(host, issuer, days));
}
