// What is found out about one DNS record, and the line that would repair it.
import type { Lookup } from "#platform/dns/client.ts";
import { texts } from "./texts.ts";

export type RecordKind = "SPF" | "DKIM" | "DMARC" | "MX";

/**
 * `warn`: works, or may work, with less trust than it could have. `fail`: published, and receivers hold it against the mail.
 * `timeout`: the name servers gave no usable answer, which says nothing about the record.
 */
export type FindingState = "pass" | "warn" | "fail" | "missing" | "timeout";

export interface DnsFinding {
  readonly record: RecordKind;
  readonly state: FindingState;
  /** The name that was looked at. */
  readonly name: string;
  readonly says: string;
  /** What is published there, as it is. */
  readonly published: readonly string[];
  /** The line for the zone that repairs it; null where nothing is to be done. */
  readonly fix: string | null;
}

/** Begins findings about one record, so that each names it and shows what is published. */
export function findingsOf(record: RecordKind, name: string, published: readonly string[] = []) {
  return (state: FindingState, says: string, fix: string | null = null): DnsFinding => ({
    record,
    state,
    name,
    says,
    published,
    fix,
  });
}

/** The finding for a look-up that told nothing, or null when it told something. */
export function unanswered(
  record: RecordKind,
  name: string,
  lookup: Lookup<unknown>,
): DnsFinding | null {
  if (lookup.outcome === "timeout")
    return findingsOf(record, name)("timeout", texts.noAnswer(name));
  if (lookup.outcome === "failed")
    return findingsOf(record, name)("timeout", texts.failed(name, lookup.reason));
  return null;
}

export const recordsOf = <T>(lookup: Lookup<T>): readonly T[] =>
  lookup.outcome === "found" ? lookup.records : [];

/** One string of a text record holds 255 bytes (RFC 1035 §3.3.14). */
const stringMax = 255;

/** A text record as a zone file has it: `example.com. IN TXT "v=spf1 -all"`, longer ones in several strings. */
export function txtLine(name: string, text: string): string {
  const strings = text.match(new RegExp(`.{1,${stringMax}}`, "gs")) ?? [""];
  const quoted = strings.map((piece) => `"${piece.replace(/["\\]/g, "\\$&")}"`);
  return `${name}. IN TXT ${quoted.join(" ")}`;
}
