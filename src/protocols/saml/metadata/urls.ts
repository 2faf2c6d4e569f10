// Which addresses of a peer we are ready to send a browser to.

import { SamlError } from "../errors.ts";

const urlMaxLength = 2_048;

export interface UrlRules {
  /** Plain http is accepted too. For development: assertions would cross the network in the clear. */
  allowHttp?: boolean;
}

// URL parsers let `;` and `*` stand in a host: in a page's policy the one ends a directive and the other means every host.
const hostShape = /^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])$/;

/**
 * The address unchanged, for it is compared character by character later. `javascript:` and `data:` would
 * run in our own origin, a fragment or a user name shows one host and means another.
 * @throws {SamlError} url_refused
 */
export function requireWebUrl(url: string, { allowHttp = false }: UrlRules): string {
  const isPrintable = url.length <= urlMaxLength && /^[\x21-\x7E]+$/.test(url);
  const parsed = isPrintable ? URL.parse(url) : null;
  const isWeb = parsed?.protocol === "https:" || (allowHttp && parsed?.protocol === "http:");
  const isHost = hostShape.test(parsed?.hostname ?? "");
  if (!parsed || !isWeb || !isHost || url.includes("#") || parsed.username || parsed.password) {
    throw new SamlError("url_refused", `address "${url.slice(0, 100)}" is not accepted`);
  }
  return url;
}

/** The same as a question. */
export function isWebUrl(url: string, rules: UrlRules): boolean {
  try {
    return requireWebUrl(url, rules) === url;
  } catch (error) {
    if (error instanceof SamlError) return false;
    throw error;
  }
}
