// How messages travel: HTTP-Redirect (Bindings §3.4) and HTTP-POST (§3.5). Everything is bounded
// before it is unpacked.

import { deflateRawSync, inflateRawSync } from "node:zlib";
import { rsaSha256 } from "./algorithms.ts";
import { SamlError } from "./errors.ts";
import { readRedirectQuery, type MessageParameter } from "./redirect-query.ts";
import { signOctets, type SigningKey } from "./signature/sign.ts";
import { messageLimits } from "./xml.ts";

export interface DecodedMessage {
  xml: string;
  relayState: string | undefined;
}

export interface RedirectMessage extends DecodedMessage {
  /** The query carries a detached signature. It has not been verified: `verifyRedirect` does that. */
  isSigned: boolean;
}

/** The specification says 80 bytes, common applications send more; without a limit it is a store. */
const relayStateMaxBytes = 1_024;

/**
 * Decodes a message from a raw query string. The result is unverified.
 * @throws {SamlError} message_missing, duplicate_parameter, bad_encoding, too_large, relay_state_too_long.
 */
export function decodeRedirect(input: {
  rawQuery: string;
  parameter: MessageParameter;
}): RedirectMessage {
  const query = readRedirectQuery(input.rawQuery, input.parameter);
  return {
    xml: inflateMessage(query.message),
    relayState: boundedRelayState(query.relayState),
    isSigned: query.signature !== undefined,
  };
}

/**
 * Decodes the two fields of a posted form. The result is unverified.
 * @throws {SamlError} message_missing, bad_encoding, too_large, relay_state_too_long.
 */
export function decodePost(input: {
  message: string | undefined;
  relayState?: string | undefined;
}): DecodedMessage {
  if (!input.message) throw new SamlError("message_missing", "no message in the form");
  return {
    xml: utf8(base64(input.message)),
    relayState: boundedRelayState(input.relayState),
  };
}

/** The value of the form field that carries a message (§3.5.4). */
export function encodePost(xml: string): string {
  return Buffer.from(xml).toString("base64");
}

/** The address that carries a message, signed over its raw query when a key is given (§3.4.4.1). */
export async function encodeRedirect(input: {
  destination: string;
  parameter: MessageParameter;
  xml: string;
  relayState?: string | undefined;
  key?: SigningKey | undefined;
}): Promise<string> {
  const parts = [`${input.parameter}=${encodeURIComponent(deflateMessage(input.xml))}`];
  const relayState = boundedRelayState(input.relayState);
  if (relayState !== undefined) parts.push(`RelayState=${encodeURIComponent(relayState)}`);
  if (input.key) {
    parts.push(`SigAlg=${encodeURIComponent(rsaSha256)}`);
    const signature = await signOctets(Buffer.from(parts.join("&")), input.key.privateKey);
    parts.push(`Signature=${encodeURIComponent(signature.toString("base64"))}`);
  }
  return input.destination + (input.destination.includes("?") ? "&" : "?") + parts.join("&");
}

function deflateMessage(xml: string): string {
  return deflateRawSync(Buffer.from(xml)).toString("base64");
}

/**
 * Base64 of a raw DEFLATE stream as text. Stops at the size limit: 200 KB can hold a gigabyte.
 * @throws {SamlError} bad_encoding or too_large.
 */
function inflateMessage(message: string): string {
  const packed = base64(message);
  try {
    return utf8(inflateRawSync(packed, { maxOutputLength: messageLimits.maxBytes }));
  } catch (cause) {
    if (cause instanceof SamlError) throw cause;
    const isBomb =
      cause instanceof Error && "code" in cause && cause.code === "ERR_BUFFER_TOO_LARGE";
    throw isBomb
      ? new SamlError("too_large", `message inflates over ${messageLimits.maxBytes} bytes`, {
          cause,
        })
      : new SamlError("bad_encoding", "message is not a DEFLATE stream", { cause });
  }
}

/** RFC 4648 §4; line breaks are tolerated (Bindings §3.5.4), anything else is not. */
function base64(text: string): Buffer {
  if (text.length > messageLimits.maxBytes * 1.5)
    throw new SamlError("too_large", "encoded message");
  const compact = text.replace(/[\r\n\t ]+/g, "");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) {
    throw new SamlError("bad_encoding", "message is not base64");
  }
  return Buffer.from(compact, "base64");
}

function utf8(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SamlError("bad_encoding", "message is not UTF-8", { cause });
  }
}

function boundedRelayState(relayState: string | undefined): string | undefined {
  if (relayState !== undefined && Buffer.byteLength(relayState) > relayStateMaxBytes) {
    throw new SamlError("relay_state_too_long", `RelayState is over ${relayStateMaxBytes} bytes`);
  }
  return relayState;
}
