// The query of the HTTP-Redirect binding, read once from its raw octets (Bindings §3.4.4.1): what is
// verified and what is decoded come from the same piece of text, so they cannot be two messages.

import { SamlError } from "./errors.ts";

export type MessageParameter = "SAMLRequest" | "SAMLResponse";

export interface RedirectQuery {
  /** Base64 of the deflated message. */
  message: string;
  relayState: string | undefined;
  /** Present when either of SigAlg and Signature is; a missing half is an empty string. */
  signature: { algorithm: string; value: string; octets: string } | undefined;
}

const deflateEncoding = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE";
const names: ReadonlySet<string> = new Set([
  "SAMLRequest",
  "SAMLResponse",
  "RelayState",
  "SigAlg",
  "Signature",
  "SAMLEncoding",
]);

/**
 * Splits a raw query, with or without its question mark.
 * @throws {SamlError} message_missing, duplicate_parameter or bad_encoding.
 */
export function readRedirectQuery(rawQuery: string, parameter: MessageParameter): RedirectQuery {
  const raw = rawParameters(rawQuery);
  const other = parameter === "SAMLRequest" ? "SAMLResponse" : "SAMLRequest";
  if (raw.has(other)) throw new SamlError("duplicate_parameter", `unexpected ${other}`);
  const message = decode(raw.get(parameter) ?? "");
  if (!message) throw new SamlError("message_missing", `no ${parameter}`);
  if (raw.has("SAMLEncoding") && decode(raw.get("SAMLEncoding") ?? "") !== deflateEncoding) {
    throw new SamlError("bad_encoding", "SAMLEncoding is not DEFLATE");
  }
  const relayState = raw.get("RelayState");
  const isSigned = raw.has("SigAlg") || raw.has("Signature");
  return {
    message,
    relayState: relayState === undefined ? undefined : decode(relayState),
    signature: isSigned
      ? {
          algorithm: decode(raw.get("SigAlg") ?? ""),
          value: decode(raw.get("Signature") ?? ""),
          octets: signedOctets(raw, parameter),
        }
      : undefined,
  };
}

/** §3.4.4.1: these three, in this order, each exactly as it came, absent ones left out. */
function signedOctets(raw: ReadonlyMap<string, string>, parameter: MessageParameter): string {
  return [parameter, "RelayState", "SigAlg"]
    .filter((name) => raw.has(name))
    .map((name) => `${name}=${raw.get(name)}`)
    .join("&");
}

/**
 * A repeated parameter, or one whose name is spelled with percent signs, is verified in one place and
 * read in another (CVE-2025-27773).
 */
function rawParameters(rawQuery: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const part of rawQuery.replace(/^\?/, "").split("&")) {
    const [rawName = "", ...rest] = part.split("=");
    const name = decode(rawName);
    if (!names.has(name)) continue;
    if (name !== rawName || found.has(name)) {
      throw new SamlError("duplicate_parameter", `${name} is repeated or disguised`);
    }
    found.set(name, rest.join("="));
  }
  return found;
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value.replaceAll("+", " "));
  } catch (cause) {
    throw new SamlError("bad_encoding", "query is not percent-encoded UTF-8", { cause });
  }
}
