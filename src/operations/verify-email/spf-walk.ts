// Everything an SPF record leads to, counted as a receiver that finds no match counts it (RFC 7208 §4.6.4).
import type { DnsClient, Lookup } from "#platform/dns/client.ts";
import {
  costsLookup,
  hasMacro,
  isSpf,
  parseSpf,
  type SpfDirective,
  type SpfRecord,
} from "#protocols/mail-auth/spf.ts";
import { recordsOf } from "./findings.ts";
import { texts } from "./texts.ts";

/** What one term of the record itself costs and does wrong, with all that it leads to. */
export interface SpfTermReport {
  /** As it is written: `include:_spf.example.net`. */
  readonly text: string;
  readonly lookups: number;
  /** Names that were asked for in vain. */
  readonly voids: readonly string[];
  readonly problems: readonly string[];
  /** Domains whose records are part of it. */
  readonly includes: readonly string[];
  /** The addresses that an `a` or `mx` stands for. */
  readonly addresses: readonly string[];
}

export interface SpfWalk {
  readonly terms: readonly SpfTermReport[];
  readonly lookups: number;
  readonly voids: readonly string[];
  /** A name that could not be looked up: the figures are too low then. */
  readonly unanswered: string | null;
}

/** Look-ups a message may cost, and those among them that may find nothing. */
export const spfLimits = { lookups: 10, voids: 2, exchanges: 10 } as const;
/** How far a record is followed that has spent its ten long ago: enough to say by how much. */
const walkMost = 40;

interface Walker {
  readonly dns: DnsClient;
  lookups: number;
  unanswered: string | null;
}
type Tally = {
  -readonly [K in keyof SpfTermReport]: SpfTermReport[K] extends readonly (infer T)[]
    ? T[]
    : SpfTermReport[K];
};

/** Walks the record of `domain`. Terms after an `all` are never reached, and not walked. */
export async function walkSpf(dns: DnsClient, domain: string, record: SpfRecord): Promise<SpfWalk> {
  const walker: Walker = { dns, lookups: 0, unanswered: null };
  const terms: SpfTermReport[] = [];
  for (const step of stepsOf(record)) {
    const tally: Tally = {
      text: step.text,
      lookups: 0,
      voids: [],
      problems: [],
      includes: [],
      addresses: [],
    };
    await take(walker, step, { tally, path: [domain] });
    terms.push(tally);
  }
  return {
    terms,
    lookups: walker.lookups,
    voids: terms.flatMap(({ voids }) => voids),
    unanswered: walker.unanswered,
  };
}

type Step = Pick<SpfDirective, "mechanism" | "domain" | "text">;

function stepsOf({ directives, redirect }: SpfRecord): Step[] {
  const end = directives.findIndex(({ mechanism }) => mechanism === "all");
  const reached: Step[] = end === -1 ? [...directives] : directives.slice(0, end);
  // A redirect is followed like an include (§6.1).
  return redirect === null
    ? reached
    : [...reached, { mechanism: "include", domain: redirect, text: `redirect=${redirect}` }];
}

async function take(
  walker: Walker,
  step: Step,
  at: { readonly tally: Tally; readonly path: readonly string[] },
): Promise<void> {
  if (!costsLookup(step.mechanism) || walker.unanswered !== null || walker.lookups >= walkMost)
    return;
  walker.lookups += 1;
  at.tally.lookups += 1;
  const target = step.domain ?? at.path.at(-1) ?? "";
  if (hasMacro(target) || step.mechanism === "ptr") return;
  if (step.mechanism === "include") return await include(walker, target, at);
  const names = step.mechanism === "mx" ? await exchanges(walker, target, at.tally) : [target];
  const addresses: string[] = [];
  for (const name of names) addresses.push(...(await addressesOf(walker, name)));
  // An exchange without an address is the mail server's misfortune; it is counted for `a` and `exists` alone.
  if (addresses.length === 0 && step.mechanism !== "mx" && walker.unanswered === null)
    at.tally.voids.push(target);
  if (at.path.length === 1 && step.mechanism !== "exists") at.tally.addresses.push(...addresses);
}

async function include(
  walker: Walker,
  target: string,
  { tally, path }: { readonly tally: Tally; readonly path: readonly string[] },
): Promise<void> {
  if (path.includes(target.toLowerCase())) {
    tally.problems.push(texts.spfCircle(target));
    return;
  }
  const lookup = heard(walker, target, await walker.dns.txt(target));
  if (walker.unanswered !== null) return;
  const records = recordsOf(lookup).filter(isSpf);
  tally.includes.push(target.toLowerCase());
  if (lookup.outcome === "none") tally.voids.push(target);
  const [text] = records;
  if (text === undefined) tally.problems.push(texts.spfIncludesNothing(target));
  else if (records.length > 1)
    tally.problems.push(texts.spfIncludesSeveral(target, records.length));
  else {
    const record = parseSpf(text);
    for (const problem of record.problems)
      tally.problems.push(texts.spfIncludesBroken(target, problem));
    for (const step of stepsOf(record)) {
      await take(walker, step, { tally, path: [...path, target.toLowerCase()] });
    }
  }
}

async function exchanges(walker: Walker, target: string, tally: Tally): Promise<string[]> {
  const lookup = heard(walker, target, await walker.dns.mx(target));
  const hosts = recordsOf(lookup)
    .map(({ host }) => host)
    .filter(Boolean);
  if (lookup.outcome === "none") tally.voids.push(target);
  if (hosts.length > spfLimits.exchanges)
    tally.problems.push(texts.spfManyExchanges(target, hosts.length));
  return hosts.slice(0, spfLimits.exchanges);
}

async function addressesOf(walker: Walker, name: string): Promise<string[]> {
  const [a, aaaa] = await Promise.all([walker.dns.a(name), walker.dns.aaaa(name)]);
  return [heard(walker, name, a), heard(walker, name, aaaa)].flatMap(recordsOf);
}

/** Notes a name that could not be looked up. */
function heard<T>(walker: Walker, name: string, lookup: Lookup<T>): Lookup<T> {
  if (lookup.outcome === "timeout" || lookup.outcome === "failed") walker.unanswered ??= name;
  return lookup;
}
