// Domains of e-mail addresses, in the one form that is stored and compared: lower case, ASCII (IDNA, RFC 5891), exact.
import { domainToASCII } from "node:url";

const label = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/** The domain as it is stored; null when it is none. A leading `@` is what people paste. */
export function normalDomain(typed: string): string | null {
  const bare = typed.trim().toLowerCase().replace(/^@/, "").replace(/\.$/, "");
  // The converter reads its argument as the host of an address, and stops where a path begins.
  if (!/^[\p{L}\p{M}\p{N}.-]+$/u.test(bare)) return null;
  const domain = domainToASCII(bare);
  const labels = domain.split(".");
  const isDomain =
    domain.length <= 253 && labels.length > 1 && labels.every((part) => label.test(part));
  // An address of the network is none: "1.2.3.4" has labels, too.
  return isDomain && !/^\d+$/.test(labels.at(-1) ?? "") ? domain : null;
}

/** The domain of an address: behind its last `@`, since a quoted local part may hold one. Null when there is none. */
export const domainOf = (email: string): string | null =>
  email.includes("@") ? normalDomain(email.slice(email.lastIndexOf("@") + 1)) : null;
