// Who is calling: the right-most hop that we do not trust. A caller can write anything to the left of it.
import ipaddr from "ipaddr.js";

export type Trusted = readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];

/** Reads `10.0.0.0/8`-style networks. @throws when one is malformed. */
export function parseNetworks(networks: readonly string[]): Trusted {
  return networks.map((network) =>
    network.includes("/")
      ? ipaddr.parseCIDR(network)
      : [ipaddr.parse(network), ipaddr.parse(network).kind() === "ipv4" ? 32 : 128],
  );
}

/** The client's address: `peer` itself, or, when it is a trusted proxy, the right-most untrusted entry of X-Forwarded-For. */
export function clientAddress(
  peer: string,
  forwardedFor: string | undefined,
  trusted: Trusted,
): string {
  const hops = [...(forwardedFor ?? "").split(",").map((hop) => hop.trim()), peer];
  let address = peer;
  for (const hop of hops.toReversed()) {
    if (!ipaddr.isValid(hop)) return address;
    address = ipaddr.process(hop).toString();
    if (!isTrusted(address, trusted)) return address;
  }
  return address;
}

/** Whether an address belongs to a proxy whose forwarded headers are believed. */
export function isTrusted(address: string, trusted: Trusted): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return trusted.some(
    ([network, bits]) => network.kind() === parsed.kind() && parsed.match([network, bits] as never),
  );
}
