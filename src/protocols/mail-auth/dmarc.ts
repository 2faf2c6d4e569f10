// A DMARC policy record (RFC 7489 §6.3).
import { parseTags } from "./tags.ts";

export type DmarcPolicy = "none" | "quarantine" | "reject";

export interface DmarcRecord {
  readonly policy: DmarcPolicy | null;
  /** For names below the domain of the record: `sp=`, else `p=`. */
  readonly subdomainPolicy: DmarcPolicy | null;
  readonly percent: number;
  readonly reportsTo: readonly string[];
  readonly problems: readonly string[];
}

/** Whether a TXT record at `_dmarc` is a policy: anything else there does not count (§6.6.3). */
export const isDmarc = (text: string): boolean => /^v\s*=\s*DMARC1\s*(?:;|$)/.test(text);

const policies: readonly string[] = ["none", "quarantine", "reject"];
const values: Readonly<Record<string, RegExp>> = {
  p: /^(none|quarantine|reject)$/i,
  sp: /^(none|quarantine|reject)$/i,
  np: /^(none|quarantine|reject)$/i,
  adkim: /^[rs]$/i,
  aspf: /^[rs]$/i,
  pct: /^(100|\d{1,2})$/,
  ri: /^\d+$/,
  fo: /^[01ds](\s*:\s*[01ds])*$/i,
  rua: /^[a-z][a-z0-9+.-]*:[^,]+(,\s*[a-z][a-z0-9+.-]*:[^,]+)*$/i,
  ruf: /^[a-z][a-z0-9+.-]*:[^,]+(,\s*[a-z][a-z0-9+.-]*:[^,]+)*$/i,
};

/** Reads a record that `isDmarc`. */
export function parseDmarc(text: string): DmarcRecord {
  const { tags, problems: malformed } = parseTags(text);
  const problems = [...malformed];
  for (const [name, value] of tags) {
    const shape = values[name];
    if (shape && !shape.test(value)) problems.push(`${name}=${value} is not understood`);
  }
  if (!tags.has("p")) problems.push("p= is missing");
  const policy = policyOf(tags.get("p"));
  return {
    policy,
    subdomainPolicy: policyOf(tags.get("sp")) ?? policy,
    percent: Number(/^\d+$/.exec(tags.get("pct") ?? "")?.[0] ?? 100),
    reportsTo: (tags.get("rua") ?? "")
      .split(",")
      .map((uri) => uri.trim())
      .filter(Boolean),
    problems,
  };
}

function policyOf(value: string | undefined): DmarcPolicy | null {
  const word = value?.toLowerCase() ?? "";
  return policies.includes(word) ? (word as DmarcPolicy) : null;
}
