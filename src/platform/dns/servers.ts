// Which name servers are asked: those of the configuration, else the system's (resolv.conf(5)).
import { readFileSync } from "node:fs";
import { isIP } from "node:net";

export interface NameServer {
  readonly address: string;
  readonly port: number;
}

const dnsPort = 53;
/** As many as the C library asks. */
const mostServers = 3;

/** `10.0.0.53`, `10.0.0.53:5353`, `2001:db8::53` or `[2001:db8::53]:5353`; null for anything else. */
export function parseNameServer(text: string): NameServer | null {
  const match =
    /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text) ?? /^([\d.]+)(?::(\d{1,5}))?$/.exec(text);
  const [, address = text, port] = match ?? [];
  // A scope (`fe80::1%eth0`) is part of an address in resolv.conf.
  if (isIP(address.replace(/%.*$/, "")) === 0) return null;
  const number = port === undefined ? dnsPort : Number(port);
  return number >= 1 && number <= 65_535 ? { address, port: number } : null;
}

/** The `nameserver` lines of a resolv.conf, at most three; this machine when there are none, as the C library does. */
export function readResolvConf(text: string): NameServer[] {
  const servers = [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].flatMap(
    ([, address = ""]) => parseNameServer(address) ?? [],
  );
  return servers.length > 0
    ? servers.slice(0, mostServers)
    : [{ address: "127.0.0.1", port: dnsPort }];
}

/** The system's name servers, as they are now. */
export function systemServers(path = "/etc/resolv.conf"): NameServer[] {
  try {
    return readResolvConf(readFileSync(path, "utf8"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT")
      return readResolvConf("");
    throw error;
  }
}
