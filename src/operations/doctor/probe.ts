// What a request looks like by the time it arrives here: address, host and headers, after every proxy. Whoever holds SECRET_KEY may
// ask for it with a code in a header, and only they can read the answer; without a right code nothing is different. Nothing is
// kept, so that any of several app processes can answer.
import type { MiddlewareHandler } from "hono";
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type Keyring, UnreadableSecret } from "#platform/crypto/keyring.ts";
import { isTrusted } from "#platform/http/client-address.ts";
import type { Env } from "#platform/http/context.ts";
import { originOf, peerOf, trustedNetworks } from "#platform/http/handling.ts";
import type { Services } from "#platform/services.ts";

export const probePath = "/livez";
export const probeHeader = "x-weft-probe";
const goodForMs = 60_000;

export const Seen = z.object({
  /** The other end of the connection: the proxy. */
  peer: z.string(),
  isPeerTrusted: z.boolean(),
  /** Whom the application takes the caller for. */
  client: z.string(),
  host: z.string(),
  forwardedFor: z.string().nullable(),
  forwardedProto: z.string().nullable(),
});
/** A request as it arrived. */
export type Seen = z.infer<typeof Seen>;

export interface Probe {
  /** Names the probe, so that no answer counts for another. */
  readonly nonce: string;
  /** The value of the header. */
  readonly code: string;
}

/** A probe that is answered for the next minute. */
export function aProbe(keys: Keyring, now: Date): Probe {
  const nonce = randomUUID();
  const terms = `${nonce}.${now.getTime() + goodForMs}`;
  return { nonce, code: `${terms}.${keys.mac("doctor-probe", terms).toString("base64url")}` };
}

const placeOf = (nonce: string) => ({
  tenantId: "",
  table: "doctor",
  row: nonce,
  column: "seen",
});

/** What an answer's header says; null when there is none, or one under another key. */
export function readSeen(keys: Keyring, { nonce }: Probe, header: string | null): Seen | null {
  if (header === null) return null;
  try {
    const plain = keys.open("doctor-probe", placeOf(nonce), Buffer.from(header, "base64url"));
    return Seen.parse(JSON.parse(plain.toString()));
  } catch (error) {
    if (error instanceof UnreadableSecret) return null;
    throw error;
  }
}

/** Answers probes; for the path of liveness, which is there on every host. */
export function answerProbes({
  keys,
  clock,
}: Pick<Services, "keys" | "clock">): MiddlewareHandler<Env> {
  return async (c, next) => {
    await next();
    const match = /^(([0-9a-f-]{36})\.(\d{1,16}))\.([\w-]{43})$/.exec(
      c.req.header(probeHeader) ?? "",
    );
    if (!match) return;
    const [, terms = "", nonce = "", until = "", mac = ""] = match;
    if (!keys.checkMac("doctor-probe", terms, Buffer.from(mac, "base64url"))) return;
    if (Number(until) < clock.now().getTime()) return;
    const peer = peerOf(c);
    const seen: Seen = {
      peer,
      isPeerTrusted: isTrusted(peer, trustedNetworks(c.var.services)),
      client: originOf(c).ip,
      host: c.req.header("host") ?? "",
      forwardedFor: c.req.header("x-forwarded-for") ?? null,
      forwardedProto: c.req.header("x-forwarded-proto") ?? null,
    };
    const sealed = keys.seal("doctor-probe", placeOf(nonce), JSON.stringify(seen));
    c.header(probeHeader, sealed.toString("base64url"));
  };
}
