// The installation as a browser finds it: through the public DNS and the proxy. Development has neither.
import type { DnsClient, Lookup } from "#platform/dns/client.ts";
import type { SiteAddress, SiteFailure } from "#platform/outbound/own-site.ts";
import { type Config, originOf } from "#src/config.ts";
import { type DoctorContext, fail, type Finding, skipped, warn } from "./check.ts";
import { texts } from "./texts.ts";

/** Why the public side of this installation is not looked at, or null. */
export function notPublic({ dev, http }: Config): Finding | null {
  const isLocal = dev.isDev || /(^|\.)localhost$/.test(http.baseDomain);
  return isLocal ? skipped(texts.notPublic(http.baseDomain)) : null;
}

export interface Addresses {
  readonly v4: readonly string[];
  readonly v6: readonly string[];
  /** The look-up that told nothing, if one did. */
  readonly unanswered: Extract<Lookup<string>, { outcome: "timeout" | "failed" }> | null;
}

/** Every address of a host, in order of their text. */
export async function addressesOf(dns: DnsClient, host: string): Promise<Addresses> {
  const [a, aaaa] = await Promise.all([dns.a(host), dns.aaaa(host)]);
  const records = (lookup: Lookup<string>) =>
    lookup.outcome === "found" ? [...lookup.records].toSorted() : [];
  const silent = [a, aaaa].find(({ outcome }) => outcome === "timeout" || outcome === "failed");
  return {
    v4: records(a),
    v6: records(aaaa),
    unanswered: silent?.outcome === "timeout" || silent?.outcome === "failed" ? silent : null,
  };
}

const patienceMs = 6_000;

export interface SiteTarget extends SiteAddress {
  readonly host: string;
  /** Null for the base domain. */
  readonly tenant: string | null;
}

/**
 * Where to ask: the base domain and, when there is one, a tenant, each at its first address. A host without an address has none
 * here: the check of the DNS tells about it.
 */
export async function siteTargets(
  { services: { config }, dns, ca, tenants }: DoctorContext,
  limit: AbortSignal,
): Promise<SiteTarget[]> {
  const { baseDomain } = config.http;
  const [tenant] = await tenants();
  // Less than the check's own limit, so that silence is told as what it is.
  const signal = AbortSignal.any([limit, AbortSignal.timeout(patienceMs)]);
  const hosts = [null, ...(tenant ? [tenant.subdomain] : [])];
  const found = await Promise.all(
    hosts.map(async (label): Promise<SiteTarget[]> => {
      const host = label === null ? baseDomain : `${label}.${baseDomain}`;
      const { v4, v6 } = await addressesOf(dns, host);
      const address = v4[0] ?? v6[0];
      const origin = originOf(config.http, host);
      return address === undefined
        ? []
        : [{ host, tenant: label, origin, address, signal, ca: ca ?? undefined }];
    }),
  );
  return found.flat();
}

/**
 * A site that cannot be connected to from here. Silence may mean no more than a router that leads nobody back inside; what is
 * wrong with a certificate, the check of certificates tells.
 */
export function unreachable(
  { host, address }: SiteTarget,
  { problem, code }: SiteFailure,
): Finding {
  if (/CERT|ISSUER|LEAF_SIGNATURE/.test(code)) return skipped(texts.seeCertificate(host));
  const says = texts.siteUnreached(host, address, problem);
  const repair = "docker compose up -d caddy  # and let ports 80 and 443 through to this server";
  return /TIMEDOUT|UNREACH/.test(code) ? warn(says, repair) : fail(says, repair);
}
