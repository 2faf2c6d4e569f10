// A small stub resolver. The runtime's own splits one TXT record of several strings into several records, which breaks every DKIM
// key, and it tells neither "no such name" from "no such record" nor both from "no answer".
import type { Answer } from "dns-packet";
import { insideTransaction } from "#platform/db/database.ts";
import { type DnsAnswer, exchange, NoAnswer, type RecordType } from "./exchange.ts";
import { type NameServer, systemServers } from "./servers.ts";

/** What became of a question. `none` with `exists: false`: there is no such name at all (NXDOMAIN). */
export type Lookup<T> =
  | {
      readonly outcome: "found";
      readonly records: readonly T[];
      readonly aliases: readonly string[];
    }
  | { readonly outcome: "none"; readonly exists: boolean; readonly aliases: readonly string[] }
  | { readonly outcome: "timeout" }
  /** The server answered with an error, or cannot be reached; `reason` is its code, as in `SERVFAIL`. */
  | { readonly outcome: "failed"; readonly reason: string };

type NoRecords = Extract<Lookup<never>, { outcome: "timeout" | "failed" }>;

export interface MailExchange {
  readonly preference: number;
  /** Empty for a null MX: the domain takes no mail (RFC 7505). */
  readonly host: string;
}

export interface DnsClient {
  readonly servers: readonly NameServer[];
  /** Text records, the strings of each joined without a space (RFC 7208 §3.3). */
  txt(name: string): Promise<Lookup<string>>;
  mx(name: string): Promise<Lookup<MailExchange>>;
  /** IPv4 addresses, in order. */
  a(name: string): Promise<Lookup<string>>;
  /** IPv6 addresses, in order. */
  aaaa(name: string): Promise<Lookup<string>>;
}

export interface DnsSettings {
  /** Asked in turn; the system's when absent. */
  readonly servers?: readonly NameServer[] | null;
  /** How long one server may take, 3000 by default. A silent one is asked once more, or the next one is. */
  readonly timeoutMs?: number;
}

/** A chain of aliases longer than this is a loop or a mistake. */
const mostAliases = 8;
/** One question and one retry for each server, and never fewer than two questions. */
const leastAttempts = 2;

/** Opens nothing: each question has a socket of its own. */
export function createDnsClient({ servers, timeoutMs = 3_000 }: DnsSettings = {}): DnsClient {
  const asked = servers && servers.length > 0 ? servers : systemServers();
  const ask = <T>(name: string, type: RecordType, read: (data: unknown) => T) =>
    lookUp({ servers: asked, timeoutMs }, { name: name.replace(/\.$/, ""), type }, read);
  return {
    servers: asked,
    txt: (name) => ask(name, "TXT", joined),
    mx: async (name) => {
      const found = await ask(name, "MX", exchangeOf);
      if (found.outcome !== "found") return found;
      return { ...found, records: found.records.toSorted((a, b) => a.preference - b.preference) };
    },
    a: (name) => ask(name, "A", String),
    aaaa: (name) => ask(name, "AAAA", String),
  };
}

type Asked = Required<Pick<DnsSettings, "timeoutMs">> & { readonly servers: readonly NameServer[] };

async function lookUp<T>(
  client: Asked,
  { name, type }: { name: string; type: RecordType },
  read: (data: unknown) => T,
): Promise<Lookup<T>> {
  if (insideTransaction()) throw new Error("a name was looked up inside a transaction");
  const aliases: string[] = [];
  let at = name;
  for (;;) {
    if (!isName(at)) return { outcome: "failed", reason: "not a name" };
    const answer = await askEach(client, { name: at, type });
    if ("outcome" in answer) return answer;
    const { target, records } = follow(answer.answers ?? [], { name: at, type }, aliases);
    if (aliases.length > mostAliases) return { outcome: "failed", reason: "endless alias" };
    if (records.length > 0)
      return { outcome: "found", records: records.map((one) => read(dataOf(one))), aliases };
    // A server that does not look up for us may stop at the alias: the rest of the way is another question.
    const isAtEnd = target === at || answer.rcode === "NXDOMAIN";
    if (isAtEnd) return { outcome: "none", exists: answer.rcode !== "NXDOMAIN", aliases };
    at = target;
  }
}

/** Asks one server after the other until one answers the question. */
async function askEach(
  { servers, timeoutMs }: Asked,
  question: { name: string; type: RecordType },
): Promise<DnsAnswer | NoRecords> {
  let worst: NoRecords = { outcome: "timeout" };
  const attempts = Math.max(leastAttempts, servers.length);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const server = servers[attempt % servers.length];
    if (!server) break;
    try {
      const answer = await exchange(server, question, timeoutMs);
      const rcode = answer.rcode ?? "NOERROR";
      if (rcode === "NOERROR" || rcode === "NXDOMAIN") return answer;
      worst = { outcome: "failed", reason: rcode };
    } catch (error) {
      if (error instanceof NoAnswer) worst = { outcome: "timeout" };
      else worst = { outcome: "failed", reason: codeOf(error) };
    }
  }
  return worst;
}

/** Walks from the asked name along the aliases of this answer; records that do not belong to the way are not looked at. */
function follow(
  answers: readonly Answer[],
  { name, type }: { name: string; type: RecordType },
  aliases: string[],
) {
  let target = name;
  while (aliases.length <= mostAliases) {
    const here = answers.filter((one) => one.name.toLowerCase() === target.toLowerCase());
    const records = here.filter((one) => one.type === type);
    const alias = here.find((one) => one.type === "CNAME");
    if (records.length > 0 || !alias) return { target, records };
    target = String(dataOf(alias));
    aliases.push(target);
  }
  return { target, records: [] };
}

/** Labels of 1 to 63 bytes, 253 in all (RFC 1035 §2.3.4). */
const isName = (name: string): boolean =>
  name.length > 0 &&
  name.length <= 253 &&
  name.split(".").every((label) => label.length > 0 && Buffer.byteLength(label) <= 63);

/** What dns-packet gives for a TXT record: one piece, or several that are one text. */
function joined(data: unknown): string {
  const pieces: readonly unknown[] = Array.isArray(data) ? data : [data];
  const bytes = pieces.map((piece) =>
    Buffer.isBuffer(piece) ? piece : Buffer.from(String(piece)),
  );
  return Buffer.concat(bytes).toString("utf8");
}

/** The pseudo-record of EDNS alone has none. */
const dataOf = (record: Answer): unknown => ("data" in record ? record.data : undefined);

function exchangeOf(data: unknown): MailExchange {
  const { preference = 0, exchange: host = "" } = data as {
    preference?: number;
    exchange?: string;
  };
  return { preference, host: host === "." ? "" : host };
}

function codeOf(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string")
    return error.code;
  throw error;
}
