// An SPF record, read term by term (RFC 7208 §4.6, §12). What it leads to is for whoever can look names up.
import { z } from "zod";

export type SpfQualifier = "+" | "-" | "~" | "?";
export type SpfMechanism = "all" | "include" | "a" | "mx" | "ptr" | "ip4" | "ip6" | "exists";

export interface SpfDirective {
  readonly kind: "directive";
  readonly qualifier: SpfQualifier;
  readonly mechanism: SpfMechanism;
  /** The domain named behind the colon; null where the record's own domain is meant, or for an address. */
  readonly domain: string | null;
  /** As it is written. */
  readonly text: string;
}
export interface SpfModifier {
  readonly kind: "modifier";
  readonly name: string;
  readonly value: string;
  readonly text: string;
}

export interface SpfRecord {
  readonly directives: readonly SpfDirective[];
  /** Where evaluation goes on when nothing matched; null when there is none, or an `all` makes it pointless (§6.1). */
  readonly redirect: string | null;
  /** Every term that breaks the grammar: one is enough to make receivers ignore the whole record (§4.6). */
  readonly problems: readonly string[];
  /** The record without the terms that break it. */
  readonly sound: string;
}

/** Whether a TXT record claims to be SPF version 1 (§4.5). */
export const isSpf = (text: string): boolean => /^v=spf1(?: |$)/i.test(text);

/** Whether it was probably meant to be one: a receiver does not see it as such. */
export const looksLikeSpf = (text: string): boolean =>
  /^[\s"']*v\s*=?\s*spf/i.test(text) && !isSpf(text);

/** Mechanisms and modifiers that cost a look-up; ten are allowed for a message (§4.6.4). */
export const costsLookup = (mechanism: SpfMechanism): boolean =>
  ["include", "a", "mx", "ptr", "exists"].includes(mechanism);

/** Whether the domain is put together from the message (§7): it cannot be looked up ahead. */
export const hasMacro = (domain: string): boolean => domain.includes("%");

/** Reads a record that `isSpf`. */
export function parseSpf(text: string): SpfRecord {
  const directives: SpfDirective[] = [];
  const problems: string[] = [];
  const modifiers = new Map<string, string>();
  const sound = ["v=spf1"];
  for (const word of text.split(/ +/).slice(1).filter(Boolean)) {
    const term = parseTerm(word);
    const problem = typeof term === "string" ? term : modifierProblem(term, modifiers);
    if (typeof term === "string" || problem !== null) {
      problems.push(problem ?? word);
      continue;
    }
    sound.push(word);
    if (term.kind === "directive") directives.push(term);
    else modifiers.set(term.name, term.value);
  }
  const hasAll = directives.some(({ mechanism }) => mechanism === "all");
  return {
    directives,
    problems,
    redirect: hasAll ? null : (modifiers.get("redirect") ?? null),
    sound: sound.join(" "),
  };
}

/** Modifiers of other names are for the future, and may stand as they like (§6). */
function modifierProblem(
  term: SpfDirective | SpfModifier,
  earlier: ReadonlyMap<string, string>,
): string | null {
  if (term.kind === "directive" || (term.name !== "redirect" && term.name !== "exp")) return null;
  if (earlier.has(term.name)) return `${term.name}= stands twice`;
  return isDomainSpec(term.value) ? null : `"${term.text}" names no domain`;
}

/** The term, or what is wrong with it. */
function parseTerm(text: string): SpfDirective | SpfModifier | string {
  const modifier = /^([A-Za-z][A-Za-z0-9._-]*)=(.*)$/.exec(text);
  if (modifier) {
    const [, name = "", value = ""] = modifier;
    return { kind: "modifier", name: name.toLowerCase(), value, text };
  }
  const match =
    /^([+?~-]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?::([^/]*(?:\/.*)?))?(\/.*)?$/i.exec(text);
  if (!match) return `"${text}" is no mechanism`;
  const [, qualifier = "", name = "", argument, suffix = ""] = match;
  const mechanism = name.toLowerCase() as SpfMechanism;
  const problem = problemWith(mechanism, argument, suffix);
  if (problem) return `"${text}" ${problem}`;
  const isAddress = mechanism === "ip4" || mechanism === "ip6";
  return {
    kind: "directive",
    qualifier: (qualifier || "+") as SpfQualifier,
    mechanism,
    domain: argument === undefined || isAddress ? null : argument.replace(/\/.*$/, ""),
    text,
  };
}

function problemWith(
  mechanism: SpfMechanism,
  argument: string | undefined,
  suffix: string,
): string | null {
  const [domain = "", ...rest] = (argument ?? "").split("/");
  const prefix = suffix || (rest.length > 0 ? `/${rest.join("/")}` : "");
  switch (mechanism) {
    case "all":
      return argument === undefined && prefix === "" ? null : "takes nothing behind it";
    case "include":
    case "exists":
      if (prefix !== "") return "takes no prefix length";
      return isDomainSpec(domain) ? null : "names no domain";
    case "ptr":
      if (prefix !== "") return "takes no prefix length";
      return argument === undefined || isDomainSpec(domain) ? null : "names no domain";
    case "a":
    case "mx":
      if (argument !== undefined && !isDomainSpec(domain)) return "names no domain";
      return isDualPrefix(prefix) ? null : "has a wrong prefix length";
    case "ip4":
      return isNetwork(argument, 4) ? null : "is no IPv4 address or network";
    case "ip6":
      return isNetwork(argument, 6) ? null : "is no IPv6 address or network";
    default:
      return mechanism satisfies never;
  }
}

const isNetwork = (text: string | undefined, version: 4 | 6): boolean => {
  const [address, network] = version === 4 ? [z.ipv4(), z.cidrv4()] : [z.ipv6(), z.cidrv6()];
  return address.safeParse(text).success || network.safeParse(text).success;
};

/** `/24`, `//64` or `/24//64` (§5.3). */
function isDualPrefix(prefix: string): boolean {
  const match = /^(?:\/(\d{1,2}))?(?:\/\/(\d{1,3}))?$/.exec(prefix);
  return match !== null && Number(match[1] ?? 0) <= 32 && Number(match[2] ?? 0) <= 128;
}

/** Letters, digits and macros, ending in a label that is not a number, or in a macro (§7.1). */
function isDomainSpec(text: string): boolean {
  const plain = text.replace(/%\{[slodiphcrtv]\d*r?[-.+,/_=]*\}|%%|%_|%-/gi, "m");
  if (plain.includes("%") || plain.length > 253) return false;
  if (/%\{[^}]*\}$/.test(text)) return true;
  return /^[\x21-\x7e]*[^.]\.(?:[a-z0-9-]*[a-z][a-z0-9-]*|[a-z0-9]+-[a-z0-9-]*[a-z0-9])\.?$/i.test(
    plain,
  );
}
