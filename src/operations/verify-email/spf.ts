// SPF: may the server that sends our mail do so, and does the record hold under the rules that receivers apply (RFC 7208)?
import type { DnsClient } from "#platform/dns/client.ts";
import { isSpf, looksLikeSpf, parseSpf, type SpfRecord } from "#protocols/mail-auth/spf.ts";
import { type DnsFinding, findingsOf, recordsOf, txtLine, unanswered } from "./findings.ts";
import type { Sender } from "./sender.ts";
import { spfLimits, type SpfWalk, walkSpf } from "./spf-walk.ts";
import { texts } from "./texts.ts";

/** At least one finding; several where several things are wrong. */
export async function checkSpf(
  dns: DnsClient,
  domain: string,
  sender: Sender,
): Promise<DnsFinding[]> {
  const name = sender.spfName(domain);
  const lookup = await dns.txt(name);
  const silence = unanswered("SPF", name, lookup);
  if (silence) return [silence];
  const published = recordsOf(lookup).filter((text) => isSpf(text) || looksLikeSpf(text));
  const records = published.filter(isSpf);
  const says = findingsOf("SPF", name, published);
  const [text] = records;
  if (text === undefined) {
    const [meant] = published;
    if (meant === undefined)
      return [says("missing", texts.spfMissing, txtLine(name, least(sender)))];
    return [says("fail", texts.spfUnseen, txtLine(name, repaired(meant)))];
  }
  if (records.length > 1)
    return [says("fail", texts.spfSeveral(records.length), txtLine(name, merged(records)))];
  const record = parseSpf(text);
  if (record.problems.length > 0) {
    return record.problems.map((problem) =>
      says("fail", texts.spfBroken(problem), txtLine(name, record.sound)),
    );
  }
  const walk = await walkSpf(dns, name, record);
  const report = { name, text, record, walk, sender, says };
  const found = [...ofAll(report), ...ofTerms(report), ...ofCounts(report), ...ofProvider(report)];
  if (walk.unanswered !== null) found.push(says("timeout", texts.noAnswer(walk.unanswered)));
  return found.length > 0 ? found : [says("pass", texts.spfPass(walk.lookups))];
}

interface Report {
  readonly name: string;
  readonly text: string;
  readonly record: SpfRecord;
  readonly walk: SpfWalk;
  readonly sender: Sender;
  readonly says: ReturnType<typeof findingsOf>;
}

/** What the record says about everybody whom it does not name. */
function ofAll({ name, text, record, says }: Report): DnsFinding[] {
  const at = record.directives.findIndex(({ mechanism }) => mechanism === "all");
  const all = record.directives[at];
  if (!all) {
    if (record.redirect !== null) return [];
    return [says("warn", texts.spfNoAll, txtLine(name, `${text.trim()} ~all`))];
  }
  const behind = record.directives.slice(at + 1).map((directive) => directive.text);
  const found = [];
  if (all.qualifier === "+")
    found.push(says("fail", texts.spfPlusAll, txtLine(name, withAll(text))));
  if (all.qualifier === "?")
    found.push(says("warn", texts.spfNeutralAll, txtLine(name, withAll(text))));
  if (behind.length > 0)
    found.push(says("warn", texts.spfBehindAll(behind), txtLine(name, allLast(text))));
  return found;
}

/** Terms that lead to nothing good, each with the record as it would be without it. */
function ofTerms({ name, text, record, walk, says }: Report): DnsFinding[] {
  const found = walk.terms.flatMap((term) =>
    term.problems.map((problem) =>
      says("fail", problem, txtLine(name, without(text, [term.text]))),
    ),
  );
  for (const { mechanism, text: term } of record.directives) {
    if (mechanism === "ptr")
      found.push(says("warn", texts.spfPtr, txtLine(name, without(text, [term]))));
  }
  return found;
}

/** The limits of §4.6.4: beyond them a receiver takes the record for broken. */
function ofCounts({ name, text, walk, sender, says }: Report): DnsFinding[] {
  const found = [];
  if (walk.lookups > spfLimits.lookups) {
    const costs = walk.terms
      .filter(({ lookups }) => lookups > 0)
      .map((term) => `${term.text} ${term.lookups}`);
    found.push(
      says(
        "fail",
        texts.spfLookups(walk.lookups, costs),
        txtLine(name, cheaper(text, walk, sender)),
      ),
    );
  }
  if (walk.voids.length > spfLimits.voids) {
    const empty = walk.terms.filter(({ voids }) => voids.length > 0).map((term) => term.text);
    found.push(says("fail", texts.spfVoids(walk.voids), txtLine(name, without(text, empty))));
  } else if (walk.voids.length > 0) {
    const empty = walk.terms
      .filter(({ voids, problems }) => voids.length > 0 && problems.length === 0)
      .map((term) => term.text);
    if (empty.length > 0)
      found.push(says("warn", texts.spfVoid(empty), txtLine(name, without(text, empty))));
  }
  return found;
}

/** Whether the provider that we send through is among those allowed. */
function ofProvider({ name, text, walk, sender, says }: Report): DnsFinding[] {
  const term = sender.spfTerm;
  if (!sender.isSpfTermSure || term === null || walk.unanswered !== null) return [];
  const domain = term.replace(/^include:/, "");
  if (walk.terms.some(({ includes }) => includes.includes(domain))) return [];
  const [version = "v=spf1", ...rest] = text.split(/ +/).filter(Boolean);
  return [
    says("warn", texts.spfNotProvider(term), txtLine(name, [version, term, ...rest].join(" "))),
  ];
}

const least = ({ spfTerm }: Sender): string => ["v=spf1", spfTerm ?? "mx", "~all"].join(" ");

const words = (text: string): string[] => text.split(/ +/).filter(Boolean);
const isAll = (word: string): boolean => /^[+?~-]?all$/i.test(word);

const without = (text: string, terms: readonly string[]): string =>
  words(text)
    .filter((word) => !terms.includes(word))
    .join(" ");

const withAll = (text: string): string =>
  words(text)
    .map((word) => (isAll(word) ? "~all" : word))
    .join(" ");

const allLast = (text: string): string => {
  const all = words(text).find(isAll) ?? "~all";
  return [...words(text).filter((word) => !isAll(word)), all].join(" ");
};

/** What was meant, without quotes, blanks and semicolons that hide it. */
function repaired(text: string): string {
  const rest = text
    .replace(/["';]+/g, " ")
    .trim()
    .replace(/^v\s*=?\s*spf\d*(\.\d)?\s*/i, "");
  return parseSpf(`v=spf1 ${rest}`.trim()).sound;
}

/** One record that allows what any of them allowed, and ends as the strictest did. */
function merged(records: readonly string[]): string {
  const terms = records.flatMap((text) => words(text).slice(1));
  const ends = terms.filter(isAll).map((word) => word.toLowerCase());
  const all = ["-all", "~all"].find((end) => ends.includes(end)) ?? "~all";
  return ["v=spf1", ...new Set(terms.filter((word) => !isAll(word))), all].join(" ");
}

/** Addresses in the place of `a` and `mx`, no `ptr`; should that not be enough, only what this installation needs. */
function cheaper(text: string, walk: SpfWalk, sender: Sender): string {
  const flat = words(text).flatMap((word) => {
    const term = walk.terms.find((one) => one.text === word);
    if (/^[+?~-]?ptr/i.test(word)) return [];
    if (!term || term.addresses.length === 0 || word.includes("/")) return [word];
    return term.addresses.map((address) => `${address.includes(":") ? "ip6" : "ip4"}:${address}`);
  });
  const saved = walk.terms
    .filter(({ text: word }) => !flat.includes(word))
    .reduce((sum, { lookups }) => sum + lookups, 0);
  return walk.lookups - saved <= spfLimits.lookups ? [...new Set(flat)].join(" ") : least(sender);
}
