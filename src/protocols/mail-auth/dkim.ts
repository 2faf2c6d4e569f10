// A DKIM key record (RFC 6376 §3.6.1, RFC 8301, RFC 8463).
import { createPublicKey } from "node:crypto";
import { parseTags } from "./tags.ts";

export interface DkimKey {
  readonly type: "rsa" | "ed25519" | "unknown";
  /** Of an RSA key, in bits; 256 for Ed25519; null where the key cannot be read. */
  readonly bits: number | null;
  /** An empty `p=`: the key was withdrawn. */
  readonly isRevoked: boolean;
  /** `t=y`: receivers shall treat signatures as if there were none. */
  readonly isTesting: boolean;
  /** What makes receivers ignore the record, or the signatures made with its key. */
  readonly problems: readonly string[];
}

/** RSA keys below this are not to be believed (RFC 8301 §3.2), and those of 2048 bits are asked for. */
export const dkimBits = { least: 1024, wanted: 2048 } as const;

/** Whether a TXT record below `_domainkey` is a key record. */
export const isDkim = (text: string): boolean => {
  const { tags } = parseTags(text);
  return tags.has("p") || /^DKIM1$/i.test(tags.get("v") ?? "");
};

export function parseDkim(text: string): DkimKey {
  const { tags, order, problems: malformed } = parseTags(text);
  const problems = [...malformed];
  const version = tags.get("v");
  if (version !== undefined && version !== "DKIM1") problems.push(`v=${version} is not DKIM1`);
  else if (version !== undefined && order[0] !== "v") problems.push("v=DKIM1 does not stand first");
  const kind = tags.get("k") ?? "rsa";
  const type = kind === "rsa" || kind === "ed25519" ? kind : "unknown";
  if (type === "unknown") problems.push(`k=${kind} is no kind of key that receivers know`);
  const hashes = listOf(tags.get("h"));
  if (hashes.length > 0 && !hashes.includes("sha256")) problems.push("h= leaves out sha256");
  const services = listOf(tags.get("s"));
  if (services.length > 0 && !services.includes("*") && !services.includes("email"))
    problems.push("s= leaves out email");
  const value = tags.get("p")?.replace(/\s+/g, "");
  if (value === undefined) problems.push("p= is missing");
  const bits = value ? bitsOf(type, value) : null;
  if (value && type !== "unknown" && bits === null) problems.push("p= holds no public key");
  return {
    type,
    bits,
    isRevoked: value === "",
    isTesting: listOf(tags.get("t")).includes("y"),
    problems,
  };
}

const listOf = (value: string | undefined): string[] =>
  (value ?? "")
    .split(":")
    .map((word) => word.trim().toLowerCase())
    .filter(Boolean);

function bitsOf(type: DkimKey["type"], value: string): number | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(value)) return null;
  const key = Buffer.from(value, "base64");
  if (type === "ed25519") return key.length === 32 ? 256 : null;
  if (type !== "rsa") return null;
  // SubjectPublicKeyInfo is what everybody publishes, RSAPublicKey what the specification names.
  return modulusBits(key, "spki") ?? modulusBits(key, "pkcs1");
}

function modulusBits(key: Buffer, type: "spki" | "pkcs1"): number | null {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey({
      key,
      format: "der",
      type,
    });
    return asymmetricKeyType === "rsa" ? (asymmetricKeyDetails?.modulusLength ?? null) : null;
  } catch {
    return null; // not such a key
  }
}
