// Which addresses may be connected to. Stops server-side request forgery: an administrator of a tenant, or a server named by one,
// must not make us reach the machine's own network, a cloud's metadata service or a database port.
import { lookup } from "node:dns/promises";
import ipaddr from "ipaddr.js";
import { failureReason, networkCode, outboundFailed, outboundRefused } from "./errors.ts";
import { texts } from "./texts.ts";

/** Every IP address of a host name. Rejects when there is none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

export interface AddressRules {
  /** Development only: plain http, any port, and this machine's and private networks. */
  readonly allowPrivate: boolean;
  /** Origins (`https://ldap.example:8443`) named in the operator's own configuration: any port and private networks, https all the same. */
  readonly exceptions: ReadonlySet<string>;
}

export const systemResolve: Resolve = async (host) =>
  (await lookup(host, { all: true })).map(({ address }) => address);

/** The URL, when its form is one we connect to. @throws {outboundRefused} */
export function checkUrl(text: string, rules: AddressRules): URL {
  const url = URL.parse(text);
  if (!url?.hostname) throw outboundRefused({ host: "", reason: texts.notAnAddress });
  const refuse = (reason: string) => outboundRefused({ host: url.hostname, reason });
  if (url.protocol !== "https:" && !(rules.allowPrivate && url.protocol === "http:")) {
    throw refuse(texts.notHttps);
  }
  if (url.username || url.password) throw refuse(texts.hasCredentials);
  // Below 1024 live the services that answer to other protocols: mail, directories, shells.
  if (url.port && Number(url.port) < 1024 && !isTrusted(url, rules)) {
    throw refuse(texts.badPort(url.port));
  }
  return url;
}

/**
 * The addresses to dial for a URL, IPv4 first, at most four. The connection must go to one of these and not to the name: a second
 * look-up could give another answer (DNS rebinding). One address that is not public refuses the host as a whole.
 * @throws {outboundRefused} @throws {outboundFailed} for a name that does not resolve
 */
export async function checkedAddresses(
  url: URL,
  rules: AddressRules,
  resolve: Resolve,
): Promise<readonly string[]> {
  const host = url.hostname;
  const literal = literalAddress(url);
  const addresses = literal ? [literal] : await resolveOrFail(host, resolve);
  const mayConnect = isTrusted(url, rules) ? isReachable : isPublicAddress;
  if (!addresses.every(mayConnect)) {
    // Which address it was stays out of the text: it would describe the inside of the network.
    throw outboundRefused({ host, reason: texts.notPublic(host) });
  }
  const isV6 = (address: string) => address.includes(":");
  return [...addresses].sort((a, b) => Number(isV6(a)) - Number(isV6(b))).slice(0, 4);
}

/** The address within `https://192.0.2.1/` or `https://[2001:db8::1]/`; the URL parser has normalised octal and decimal forms. */
export function literalAddress(url: URL): string | null {
  const text = url.hostname.replace(/^\[|\]$/g, "");
  return ipaddr.isValid(text) ? text : null;
}

async function resolveOrFail(host: string, resolve: Resolve): Promise<readonly string[]> {
  try {
    const addresses = await resolve(host);
    if (addresses.length > 0) return addresses;
  } catch (error) {
    const code = networkCode(error);
    if (!code) throw error;
    throw outboundFailed({ host, reason: failureReason(host, code) }, code);
  }
  throw outboundFailed({ host, reason: texts.unknownHost(host) });
}

const isTrusted = (url: URL, rules: AddressRules): boolean =>
  rules.allowPrivate || rules.exceptions.has(url.origin);

/** IPv6 beyond 2000::/3 is not handed out to anybody (RFC 4291 §2.4), so only that is public. */
const globalUnicast = ipaddr.parseCIDR("2000::/3");

export function isPublicAddress(text: string): boolean {
  const address = parse(text);
  if (address?.range() !== "unicast") return false;
  return address.kind() === "ipv4" || address.match(globalUnicast);
}

const privateRanges: readonly string[] = ["private", "loopback", "uniqueLocal", "carrierGradeNat"];

/** Where an operator's own servers may stand. Link-local stays shut: cloud metadata services hand out credentials there. */
const isReachable = (text: string): boolean =>
  isPublicAddress(text) || privateRanges.includes(parse(text)?.range() ?? "");

/** IPv4 within IPv6 (`::ffff:10.0.0.1`) is judged as IPv4. */
const parse = (text: string) => (ipaddr.isValid(text) ? ipaddr.process(text) : null);
